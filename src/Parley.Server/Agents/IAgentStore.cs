using Parley.Protocol;

namespace Parley.Server.Agents;

/// <summary>Durable agents. Every method is one atomic transition, including its log entry.</summary>
internal interface IAgentStore
{
    ValueTask<IReadOnlyList<AgentRecord>> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Adds an agent.</summary>
    /// <param name="draft">Without a number and the seq of joining.</param>
    /// <param name="entry">Creates the log entry from the stored agent; null to write none.</param>
    /// <returns>The agent; null if the id is taken.</returns>
    ValueTask<AgentRecord?> AddAsync(AgentRecord draft, AgentEntry? entry, CancellationToken cancellationToken);

    /// <returns>False if the agent no longer exists.</returns>
    ValueTask<bool> ChangeAsync(AgentRecord agent, AgentEntry? entry, CancellationToken cancellationToken);

    /// <summary>Removes an agent. Its number and its past stay.</summary>
    ValueTask<bool> RemoveAsync(AgentRecord agent, AgentEntry entry, CancellationToken cancellationToken);

    /// <summary>Stores an agent's presence on this node, and nothing else. Its coming and going are logged only if it is on no other node.</summary>
    /// <param name="note">Null to write only the entry.</param>
    /// <param name="entry">Null to only notify other nodes.</param>
    ValueTask NoteAsync(AgentRecord agent, PresenceChange? note, AgentEntry? entry, CancellationToken cancellationToken);

    /// <summary>Stores when agents were last seen.</summary>
    ValueTask SeenAsync(IReadOnlyList<(int Agent, DateTimeOffset At)> seen, CancellationToken cancellationToken);

    /// <summary>The agents that other nodes have seen since then; none if there are no other nodes.</summary>
    ValueTask<IReadOnlyList<(int Project, int Agent, DateTimeOffset At)>> SeenSinceAsync(DateTimeOffset since, CancellationToken cancellationToken);
}

/// <summary>What happened to an agent, and its JSON at that moment.</summary>
/// <param name="Type">The event type: <c>agent_registration</c>, <c>agent_joined</c>, <c>agent_left</c>, <c>agent_updated</c>,
/// <c>agent_removed</c>.</param>
internal sealed record AgentEntry(string Type, Func<AgentRecord, byte[]> Json);

/// <summary>An agent's presence on a node.</summary>
/// <param name="Status">Offline if it has left that node.</param>
/// <param name="Takes">Whether it has a connection there that takes all messages.</param>
internal readonly record struct PresenceChange(AgentStatus Status, AgentActivity Activity, DateTimeOffset? Since, bool Takes)
{
    internal AgentNote? Note { get; init; }

    internal static PresenceChange Gone { get; } = new(AgentStatus.Offline, AgentActivity.Unknown, null, false);
}
