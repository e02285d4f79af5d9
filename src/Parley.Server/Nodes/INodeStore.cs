using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Security;

namespace Parley.Server.Nodes;

/// <summary>The records that nodes keep about themselves and each other in their shared database.</summary>
internal interface INodeStore
{
    /// <summary>This node's number; a node that was considered gone gets a new one.</summary>
    int Number { get; }

    /// <summary>Writes a heartbeat, by the database's clock, and takes or renews the leadership if possible.</summary>
    ValueTask<NodeStanding> BeatAsync(TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>Declares nodes gone that have sent no heartbeat for this long, or have signed off, and requeues what their connections held. For the
    /// leader.</summary>
    /// <returns>Their numbers, and the agents that are no longer connected anywhere.</returns>
    ValueTask<LostNodes> BuryAsync(TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>Registers this node. If another had the same name before, it has ended, and what its connections held is requeued at once.</summary>
    ValueTask SucceedAsync(string name, CancellationToken cancellationToken);

    /// <summary>Registers under a new number, after this node was considered gone.</summary>
    ValueTask RejoinAsync(CancellationToken cancellationToken);

    /// <summary>Signs off: what this node's connections hold is requeued at once, and the leadership is free.</summary>
    ValueTask LeaveAsync(CancellationToken cancellationToken);

    /// <summary>Changes to the directories since then.</summary>
    /// <param name="revision">The revision of the last call; 0 for everything.</param>
    ValueTask<DirectoryChanges> ChangesAsync(long revision, CancellationToken cancellationToken);

    /// <summary>Asks the other nodes to end a session of an agent whose client has connected here. A hint; failures are ignored.</summary>
    /// <param name="session">Empty to end only broken connections.</param>
    /// <param name="question">The number that their answers refer to.</param>
    ValueTask EndSessionAsync(int agent, string session, string question, CancellationToken cancellationToken);

    /// <summary>Answers such a question: the session has ended here.</summary>
    ValueTask AnswerAsync(string question, CancellationToken cancellationToken);

    /// <summary>Which agents are connected where.</summary>
    ValueTask<IReadOnlyList<AgentPresence>> PresenceAsync(CancellationToken cancellationToken);
}

/// <param name="IsGone">The others considered this node gone, and requeued what it held.</param>
/// <param name="Term">Increases with each change of leader.</param>
/// <param name="Peers">The other live nodes.</param>
internal sealed record NodeStanding(bool IsGone, bool IsLeader, long Term, IReadOnlySet<int> Peers);

internal sealed record LostNodes(IReadOnlyList<int> Nodes, IReadOnlyList<(int Project, int Agent)> Left);

/// <summary>An agent's presence on one node.</summary>
internal readonly record struct AgentPresence(int Project, int Agent, int Node, PresenceChange Note);

/// <summary>The current rows of the directories.</summary>
internal sealed record DirectoryChanges(long Revision)
{
    internal List<ProjectRecord> Projects { get; } = [];
    internal List<int> GoneProjects { get; } = [];
    internal List<AgentRecord> Agents { get; } = [];
    internal List<(int Project, int Agent)> GoneAgents { get; } = [];
    internal List<EntityRow> Squads { get; } = [];
    internal List<(int Project, string Id)> GoneSquads { get; } = [];
    internal List<EntityRow> Schemas { get; } = [];
    internal List<(int Project, string Type)> GoneSchemas { get; } = [];
    /// <summary>Rules are removed only with their project.</summary>
    internal List<EntityRow> RoutingRules { get; } = [];

    /// <summary>Open ones, and those that have ended. They are removed only after they have ended.</summary>
    internal List<EntityRow> Questions { get; } = [];

    /// <summary>Storms are removed only when they have ended.</summary>
    internal List<EntityRow> Storms { get; } = [];

    internal List<EntityRow> Budgets { get; } = [];
    internal List<(int Project, string Name)> GoneBudgets { get; } = [];

    internal List<EntityRow> Webhooks { get; } = [];

    /// <summary>Each with the seq of the entry that created it.</summary>
    internal List<(int Project, long Made)> GoneWebhooks { get; } = [];

    internal List<StoredToken> Tokens { get; } = [];

    /// <summary>The ids of sessions that have ended.</summary>
    internal List<string> EndedSessions { get; } = [];
}
