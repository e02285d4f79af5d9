using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Security;

namespace Parley.Server.Nodes;

/// <summary>What the nodes on one database keep there of themselves and of each other.</summary>
internal interface INodeStore
{
    /// <summary>This node's number; a node that was taken for gone comes back under another.</summary>
    int Number { get; }

    /// <summary>A sign of life, by the database's clock, and the leadership where it is free or held already.</summary>
    ValueTask<NodeStanding> BeatAsync(TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>Takes nodes for gone that gave no sign of life for as long as that, and those that said goodbye: gives back what their
    /// connections held. For the leader.</summary>
    /// <returns>Their numbers, and the agents that nobody has connected any more.</returns>
    ValueTask<LostNodes> BuryAsync(TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>Tells who this node is. One that had the name before has ended, however: what its connections held is free at once.</summary>
    ValueTask SucceedAsync(string name, CancellationToken cancellationToken);

    /// <summary>Under a new number, after it was taken for gone.</summary>
    ValueTask RejoinAsync(CancellationToken cancellationToken);

    /// <summary>Says goodbye: what is held here is free at once, and so is the leadership.</summary>
    ValueTask LeaveAsync(CancellationToken cancellationToken);

    /// <summary>What was made or changed in the directories since.</summary>
    /// <param name="revision">Of the last call; 0: everything there is.</param>
    ValueTask<DirectoryChanges> ChangesAsync(long revision, CancellationToken cancellationToken);

    /// <summary>Asks the other nodes to end a session of an agent: its client is here. A hint; it fails in silence.</summary>
    /// <param name="session">Empty: only what is broken.</param>
    /// <param name="question">By which they answer.</param>
    ValueTask EndSessionAsync(int agent, string session, string question, CancellationToken cancellationToken);

    /// <summary>Answers such a question: what was to be ended here has ended.</summary>
    ValueTask AnswerAsync(string question, CancellationToken cancellationToken);

    /// <summary>Who is connected where.</summary>
    ValueTask<IReadOnlyList<AgentPresence>> PresenceAsync(CancellationToken cancellationToken);
}

/// <param name="IsGone">The others took this node for gone, and gave away what it held.</param>
/// <param name="Term">Rises with each change of the leader.</param>
/// <param name="Peers">The other nodes that are alive.</param>
internal sealed record NodeStanding(bool IsGone, bool IsLeader, long Term, IReadOnlySet<int> Peers);

internal sealed record LostNodes(IReadOnlyList<int> Nodes, IReadOnlyList<(int Project, int Agent)> Left);

/// <summary>How an agent is at one node.</summary>
internal readonly record struct AgentPresence(int Project, int Agent, int Node, PresenceChange Note);

/// <summary>Rows of the directories as they are now.</summary>
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
    internal List<StoredToken> Tokens { get; } = [];
}
