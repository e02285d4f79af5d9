using Parley.Protocol;
using Parley.Server.Projects;

namespace Parley.Server.Agents;

/// <summary>Shows agents as they are now, with what takes a look elsewhere: how long their mail has been waiting, what they said last, and whether they
/// have stalled.</summary>
internal sealed class AgentPortraits(AgentDirectory agents, IMailboxAges ages, ILastMessages words, TimeProvider clock)
{
    /// <param name="withWords">Whether the reader may read everybody's messages.</param>
    internal async ValueTask<IReadOnlyList<Agent>> ShowAsync(
        ProjectState project, IReadOnlyCollection<AgentState> shown, bool withWords, CancellationToken cancellationToken)
    {
        var present = await agents.ShowAsync(project, shown, cancellationToken);
        var waiting = shown.Zip(present).Where(pair => pair.Second.Mailbox.Queued > 0).Select(pair => pair.First.Number).ToList();
        var oldest = waiting.Count == 0 ? null : await ages.OldestAsync(waiting, cancellationToken);
        var said = withWords ? await words.OfAsync(project, shown, cancellationToken) : null;
        var now = clock.GetUtcNow();
        return [.. shown.Zip(present, (agent, wire) => wire with
        {
            Stalled = StallOf(agent, now),
            LastMessage = said?.GetValueOrDefault(agent.Number),
            Mailbox = oldest is not null && oldest.TryGetValue(agent.Number, out var at) ? wire.Mailbox with { OldestAt = at } : wire.Mailbox,
        })];
    }

    /// <summary>Signs that it gave on other nodes are not known here, so of an agent that is on one, this node cannot say.</summary>
    internal static AgentStall? StallOf(AgentState agent, DateTimeOffset now) =>
        agent.Presence.IsElsewhere ? null : StallRules.Judge(agent.Activity, agent.Presence.ActivitySince, agent.Signs.Read(), now);

    /// <summary>From when on an agent is stalled if it gives no other sign; null if it cannot stall, or this node cannot say.</summary>
    internal static DateTimeOffset? StallAt(AgentState agent) =>
        agent.Presence.IsElsewhere ? null : StallRules.DueAt(agent.Activity, agent.Presence.ActivitySince, agent.Signs.Read());
}

/// <summary>How long deliveries have been waiting in mailboxes.</summary>
internal interface IMailboxAges
{
    /// <summary>Since when the oldest of the deliveries that come next has been waiting, for each agent that has any. Limited to the next 200, so that a
    /// long queue costs no more than a short one.</summary>
    ValueTask<IReadOnlyDictionary<int, DateTimeOffset>> OldestAsync(IReadOnlyCollection<int> agents, CancellationToken cancellationToken);
}

/// <summary>What agents said last.</summary>
internal interface ILastMessages
{
    /// <summary>The last message of each agent that has sent one and whose message is not older than the project's retention.</summary>
    ValueTask<IReadOnlyDictionary<int, LastMessage>> OfAsync(ProjectState project, IReadOnlyCollection<AgentState> agents, CancellationToken cancellationToken);
}
