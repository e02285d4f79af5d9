using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Projects;

namespace Parley.Server.Attention;

/// <summary>Ends snoozes whose trouble is over, so that the same trouble is shown if it begins again. A stalled agent is left out, because only the node
/// that it works on knows whether it is one; its item says since when.</summary>
internal sealed class SnoozeEnder(AttentionDesk desk, EntityBoard<AttentionSnooze> snoozes, IEntityStore store, ProjectDirectory projects) : IChore
{
    private const int PartSize = 100;

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        // Every snooze is due some time, so this finds those of all projects, which are nearly always none.
        for (EntityRow? last = null; ;)
        {
            var part = await store.DueAsync(AttentionKinds.Snooze.Number, DateTimeOffset.MaxValue, last, PartSize, cancellationToken);
            foreach (var rows in part.GroupBy(row => row.Project))
                await LookAsync(rows.Key, rows, cancellationToken);
            if (part.Count < PartSize)
                return null;
            last = part[^1];
        }
    }

    private async ValueTask LookAsync(int number, IEnumerable<EntityRow> rows, CancellationToken cancellationToken)
    {
        if (projects.Find(number) is not { } project)
            return;
        var looked = rows.Select(snoozes.Read).Select(snooze => (Snooze: snooze, Kind: SnoozeRules.KindOf(snooze.Value.AttentionId)))
            .Where(one => one.Kind is not (null or AttentionKind.AgentStalled)).ToList();
        if (looked.Count == 0)
            return;
        var list = await desk.CheckAsync(project, new AttentionFilter { Kinds = [.. looked.Select(one => one.Kind!.Value).Distinct()], Snoozed = true }, cancellationToken);
        var there = list.Items.Select(item => item.AttentionId).ToHashSet(StringComparer.Ordinal);
        var cut = list.Checks.Where(check => check.More).Select(check => check.Kind).ToHashSet();
        foreach (var (snooze, kind) in looked.Where(one => !there.Contains(one.Snooze.Value.AttentionId) && !cut.Contains(one.Kind!.Value)))
        {
            await snoozes.ChangeAsync(
                number, snooze.Value.AttentionId, sender: 0,
                present => present?.Version == snooze.Version ? Decision<AttentionSnooze>.Remove(AttentionKinds.EndedType) : Decision<AttentionSnooze>.Keep,
                cancellationToken);
        }
    }
}
