using Parley.Protocol;
using Parley.Server.Projects;

namespace Parley.Server.Agents;

/// <summary>How other concepts react when agents come online, go offline, or are deleted.</summary>
internal interface IAgentWatcher
{
    /// <summary>The agent can be given work.</summary>
    void Came(ProjectState project, AgentState agent);

    /// <summary>The agent is offline, so what was routed to it may go elsewhere.</summary>
    void Left(ProjectState project, AgentState agent);

    /// <summary>The agent is being deleted. Called before its tokens end and its record is removed.</summary>
    ValueTask RemovedAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken);
}

/// <summary>How many deliveries mailboxes hold.</summary>
internal interface IMailboxCounts
{
    /// <summary>The counts of these agents' mailboxes. An agent that never had a delivery may be missing. If the store has the counts in memory, the
    /// answer is available at once.</summary>
    ValueTask<IReadOnlyDictionary<int, MailboxCounts>> CountsAsync(IReadOnlyCollection<int> agents, CancellationToken cancellationToken);

    /// <summary>How many deliveries wait in an agent's mailbox, by the number of their priority.</summary>
    ValueTask<IReadOnlyList<int>> WaitingAsync(int agent, CancellationToken cancellationToken);
}

/// <summary>Tells those who wait on a mailbox that it has work again, for example at the end of a pause.</summary>
internal interface IMailboxWaker
{
    /// <summary>A hint: if one is lost, a message may be late but is never lost.</summary>
    void Wake(int agent);
}
