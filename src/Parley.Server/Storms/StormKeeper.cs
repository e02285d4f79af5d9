using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Messages;
using Parley.Server.Projects;

namespace Parley.Server.Storms;

/// <summary>Delivers or withdraws what ended storms hold, and notes how much the open ones hold.</summary>
internal sealed class StormKeeper(StormBoard board, StormDirectory open, IHeldMessages held, Mailbox mailbox, ProjectDirectory projects) : IChore
{
    private const int PartSize = 500;

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Also for replies that a node held while another ended the storm, and after a crash in between.</summary>
    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        var counts = (await held.HeldCountsAsync(cancellationToken)).ToDictionary(count => (count.Project, count.Storm), count => count.Messages);
        foreach (var (number, storm) in open.All)
        {
            if (projects.Find(number) is not { } project)
                continue;
            if (counts.GetValueOrDefault((number, storm.Made)) is var count && count != storm.Held)
            {
                await board.ChangeAsync(
                    project, storm.Id, sender: 0, present => present.Status == StormStatus.Open ? StormRules.Hold(present, count) : Decision<Storm>.Keep, cancellationToken);
            }

            if (!storm.IsTold)
                await board.TellAsync(project, storm.Id, cancellationToken);
        }

        foreach (var (number, made) in counts.Keys)
        {
            if (projects.Find(number) is not { } project || await board.FindAsync(number, made, cancellationToken) is not { } storm)
                continue;
            // This node may not know yet that another has opened it.
            open.Keep(storm);
            if (storm.Value.Status != StormStatus.Open)
                await EndAsync(project, storm, cancellationToken);
        }

        return null;
    }

    /// <summary>Delivers or withdraws everything that an ended storm holds.</summary>
    internal async ValueTask<Entity<Storm>> EndAsync(ProjectState project, Entity<Storm> storm, CancellationToken cancellationToken)
    {
        if (storm.Value.Status == StormStatus.Released)
        {
            while (await held.ReleaseHeldAsync(project.Number, storm.Row.Made, cancellationToken) > 0)
                cancellationToken.ThrowIfCancellationRequested();
        }
        else
        {
            await WithdrawAsync(project, storm, cancellationToken);
        }

        var result = await board.ChangeAsync(project, storm.Row.Id, sender: 0, present => StormRules.Hold(present, held: 0), cancellationToken);
        return result.TryGet(out var ended, out _) && ended is not null ? ended : storm;
    }

    /// <summary>Tells the senders before it withdraws their replies: after a crash in between, their notices' idempotency keys prevent
    /// duplicates.</summary>
    private async ValueTask WithdrawAsync(ProjectState project, Entity<Storm> storm, CancellationToken cancellationToken)
    {
        while (await held.HeldAsync(project.Number, storm.Row.Made, PartSize, cancellationToken) is { Count: > 0 } part)
        {
            foreach (var replies in part.GroupBy(message => message.Sender))
            {
                if (project.Agents.Find(replies.Key) is { } sender)
                    await mailbox.SendAsync(project, Sender.Server, StormMessages.Cancelled(storm.Value, sender.Id, replies.Count(), replies.First().Seq), null, cancellationToken);
            }

            while (await held.WithdrawHeldAsync(project.Number, storm.Row.Made, part[^1].Seq, cancellationToken) > 0)
                cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
