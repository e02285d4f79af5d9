using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Routing;

namespace Parley.Server.Storms;

/// <summary>Holds the replies of agents that answer each other too often in a short time.</summary>
/// <remarks>A message says how many hops it is away from a person, so only a reply with more hops than the limit can be one too many in its chain.
/// Only then does it look at the times of the messages that the reply goes back to, which are in the log. So the answer is the same on every node, and
/// after a restart. Where all reply to all, chains stay short while their number explodes. So each agent's replies in each thread are counted, too, in
/// memory, and only from the third hop on: a question, its answers, and what is said to each of them are no storm.</remarks>
internal sealed class StormBreaker(
    StormDirectory open, StormBoard board, IMessageHistory history, WorkSigns signs, ReplyPace pace, TimeProvider clock)
    : IStormBreaker
{
    /// <summary>The first hop that counts toward an agent's replies in a thread.</summary>
    private const int FirstCountedHop = 3;

    /// <summary>How many messages of a chain may be looked at for each answer that is allowed: agents may also go on after their own messages.</summary>
    private const int LinksPerAnswer = 4;

    public ValueTask<long> HoldingAsync(
        ProjectState project, Sender sender, LogEntry answered, SendDraft reply, Recipients recipients, CancellationToken cancellationToken)
    {
        var limit = project.Settings.LoopLimit;
        if (limit == 0 || sender.Authority != Authority.Agent)
            return new(0L);
        var storms = open.Of(project.Number);
        if ((answered.Hops + 1 < FirstCountedHop && answered.Hops < limit && storms is null) || IsForPeople(reply, recipients))
            return new(0L);
        if (storms is not null && Array.Find(storms, storm => storm.Holds(sender.Id, answered)) is { } storm)
            return new(storm.Made);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var look = new Look(project, sender, answered, limit, now, now - (long)StormRules.Window.TotalMilliseconds);
        // Whoever goes on after its own message answers nobody.
        var counts = answered.Hops + 1 >= FirstCountedHop && answered.Sender != sender.Number;
        var isTooFast = counts && pace.CountAfter(look.Place, look.Since) >= limit;
        if (counts && !isTooFast)
            pace.Add(look.Place, now);
        return isTooFast || answered.Hops >= limit ? LookAsync(look, isTooFast, cancellationToken) : new(0L);
    }

    public long OpenFor(ProjectState project, Sender sender, LogEntry answered, SendDraft reply, Recipients recipients) =>
        project.Settings.LoopLimit != 0 && sender.Authority == Authority.Agent && open.Of(project.Number) is { } storms && !IsForPeople(reply, recipients)
            ? Array.Find(storms, storm => storm.Holds(sender.Id, answered))?.Made ?? 0
            : 0;

    /// <summary>Agents that ask a person for help are not kept from it.</summary>
    private static bool IsForPeople(SendDraft reply, Recipients recipients) =>
        reply.Type == MessageRouting.HumanIntervention || recipients.Agents.All(agent => agent.Record.Type == AgentDirectory.Human);

    /// <param name="isTooFast">Whether the sender has answered others too often in this thread.</param>
    private async ValueTask<long> LookAsync(Look look, bool isTooFast, CancellationToken cancellationToken)
    {
        var (project, sender, answered, limit) = (look.Project, look.Sender.Number, look.Answered, look.Limit);
        var chain = await ChainAsync(project, answered, look.Since, limit, cancellationToken);
        var loop = StormRules.Count(sender, chain, look.Since, enough: limit + 1);
        if (loop.Answers <= limit && !isTooFast)
            return 0;
        // Those that have answered. What began it may be a person's.
        var agents = chain.Take(loop.Links).Where(link => link.Hops > 0).Select(link => link.Sender).Append(sender).Distinct().ToList();
        var worked = await signs.LastAsync(project, agents, answered.Thread, look.Since, cancellationToken);
        // What came before that counts no more.
        if (worked > look.Since && StormRules.Count(sender, chain, worked, enough: limit + 1).Answers <= limit
            && (!isTooFast || pace.CountAfter(look.Place, worked) < limit))
        {
            if (isTooFast)
                pace.Add(look.Place, look.Now);
            return 0;
        }

        return await board.OpenAsync(project, agents, answered, [.. chain.Take(loop.Links)], limit, cancellationToken);
    }

    /// <summary>What the reply goes back to, newest first: from memory as far as it is there, and the rest from the store.</summary>
    private async ValueTask<IReadOnlyList<ReplyLink>> ChainAsync(ProjectState project, LogEntry answered, long since, int limit, CancellationToken cancellationToken)
    {
        var most = limit * LinksPerAnswer;
        var chain = new List<ReplyLink>(Math.Min(most, 64)) { ReplyLink.Of(answered) };
        while (chain.Count < most && chain[^1].GoesOn(since))
        {
            if (project.Log.Find(chain[^1].ReplyTo) is { } before)
            {
                chain.Add(ReplyLink.Of(before));
                continue;
            }

            chain.AddRange(await history.ChainAsync(project.Number, chain[^1].ReplyTo, since, most - chain.Count, cancellationToken));
            break;
        }

        return chain;
    }

    /// <summary>A reply that may be one too many. Times are Unix milliseconds.</summary>
    private sealed record Look(ProjectState Project, Sender Sender, LogEntry Answered, int Limit, long Now, long Since)
    {
        internal ReplyPlace Place => new(Project.Number, Answered.Thread, Sender.Number);
    }
}
