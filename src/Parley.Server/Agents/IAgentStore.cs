using Parley.Protocol;

namespace Parley.Server.Agents;

/// <summary>Durable agents. Every method is one atomic transition, and puts what happened into the project's log.</summary>
internal interface IAgentStore
{
    ValueTask<IReadOnlyList<AgentRecord>> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Adds an agent.</summary>
    /// <param name="draft">Without number and join.</param>
    /// <param name="entry">Makes the log entry from the agent as it is stored; null: none is written.</param>
    /// <returns>The agent; null when the id is taken.</returns>
    ValueTask<AgentRecord?> AddAsync(AgentRecord draft, AgentEntry? entry, CancellationToken cancellationToken);

    /// <returns>False when the agent is gone.</returns>
    ValueTask<bool> ChangeAsync(AgentRecord agent, AgentEntry? entry, CancellationToken cancellationToken);

    /// <summary>Removes an agent; its number and its past stay.</summary>
    ValueTask<bool> RemoveAsync(AgentRecord agent, AgentEntry entry, CancellationToken cancellationToken);

    /// <summary>Writes how an agent is at this node; nothing else of it changes. Its coming and going are entries of the log only where it
    /// is at no other node.</summary>
    /// <param name="entry">Null: only other nodes are told.</param>
    ValueTask NoteAsync(AgentRecord agent, PresenceChange note, AgentEntry? entry, CancellationToken cancellationToken);

    /// <summary>Keeps when agents were last seen.</summary>
    ValueTask SeenAsync(IReadOnlyList<(int Agent, DateTimeOffset At)> seen, CancellationToken cancellationToken);

    /// <summary>Whom other nodes have seen since; none where there are no others.</summary>
    ValueTask<IReadOnlyList<(int Project, int Agent, DateTimeOffset At)>> SeenSinceAsync(DateTimeOffset since, CancellationToken cancellationToken);
}

/// <summary>What happened to an agent, and its JSON at that moment.</summary>
/// <param name="Type">As an event: <c>agent_registration</c>, <c>agent_joined</c>, <c>agent_left</c>, <c>agent_updated</c>, <c>agent_removed</c>.</param>
internal sealed record AgentEntry(string Type, Func<AgentRecord, byte[]> Json);

/// <summary>How an agent is at a node.</summary>
/// <param name="Status">Offline: it has left that node.</param>
/// <param name="Takes">Whether it has a connection there that takes whatever comes.</param>
internal readonly record struct PresenceChange(AgentStatus Status, AgentActivity Activity, DateTimeOffset? Since, bool Takes)
{
    internal static PresenceChange Gone { get; } = new(AgentStatus.Offline, AgentActivity.Unknown, null, false);
}
