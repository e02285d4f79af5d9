using Parley.Protocol;
using Parley.Server.Projects;

namespace Parley.Server.Agents;

/// <summary>What other concepts do when an agent comes and goes.</summary>
internal interface IAgentWatcher
{
    /// <summary>It can be given work.</summary>
    void Came(ProjectState project, AgentState agent);

    /// <summary>It is offline: what was routed to it may go elsewhere.</summary>
    void Left(ProjectState project, AgentState agent);

    /// <summary>It is gone for good; before its tokens end and its record goes.</summary>
    ValueTask RemovedAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken);
}

/// <summary>How much mailboxes hold.</summary>
internal interface IMailboxCounts
{
    /// <summary>What each of these agents' mailboxes holds; an agent that never had anything may be missing. Where the store has it in memory
    /// the answer is there at once.</summary>
    ValueTask<IReadOnlyDictionary<int, MailboxCounts>> CountsAsync(IReadOnlyCollection<int> agents, CancellationToken cancellationToken);
}

/// <summary>Tells those who wait on a mailbox that it has work again, as at the end of a pause.</summary>
internal interface IMailboxWaker
{
    /// <summary>A hint: losing one costs time, never a message.</summary>
    void Wake(int agent);
}
