using Microsoft.Extensions.Logging;
using Parley.Server.Agents;
using Parley.Server.Connections.WebSockets;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Storage;
using Parley.Server.Tasks;

namespace Parley.Server.Nodes;

/// <summary>Applies changes announced by other nodes to this node's memory.</summary>
internal sealed partial class NodeEventHandler(
    DirectoryFollower directories, ProjectDirectory projects, AgentDirectory agents, IHandover handover, Sessions sessions, TaskNotifier tasks, ClusterView cluster, INodeStore store, ILogger<NodeEventHandler> logger) : INodeEvents
{
    private Task _receipts = Task.CompletedTask;
    private Task _presences = Task.CompletedTask;
    private Task _tasks = Task.CompletedTask;

    public void DirectoriesChanged() => _ = CatchUpAsync();

    public void PresenceChanged(in AgentPresence presence) => _presences = FollowAsync(_presences, presence);

    public void ReceiptsReached(IReadOnlyList<ReceiptNote> receipts) => _receipts = PublishAsync(_receipts, receipts);

    public void TasksChanged(IReadOnlyList<TaskNews> news) => _tasks = HearAsync(_tasks, news);

    public void SessionEnded(in SessionQuestion question) => _ = EndAsync(question);

    public void Answered(string question) => cluster.Answer(question);

    public void Missed() => _ = CatchUpAllAsync();

    private async Task FollowAsync(Task before, AgentPresence presence)
    {
        await before;
        // If the other node has just created the agent, its presence may arrive before the agent itself.
        if (!IsKnown(presence.Project, presence.Agent))
            await CatchUpAsync();
        agents.Follow(presence.Project, presence.Agent, presence.Node, presence.Note);
    }

    private bool IsKnown(int project, int agent) => projects.Find(project)?.Agents.Find(agent) is not null;

    private async Task PublishAsync(Task before, IReadOnlyList<ReceiptNote> receipts)
    {
        await before;
        // If the other node has just created the agent, its receipt may arrive before the agent itself.
        if (!receipts.All(receipt => IsKnown(receipt.Project, receipt.Agent)))
            await CatchUpAsync();
        foreach (var receipt in receipts)
            handover.Hear(receipt);
    }

    private async Task HearAsync(Task before, IReadOnlyList<TaskNews> news)
    {
        await before;
        foreach (var one in news)
            await tasks.HearAsync(one);
    }

    private async Task EndAsync(SessionQuestion question)
    {
        try
        {
            await sessions.EndHereAsync(question.Agent, question.Session);
            await sessions.EndBrokenAsync(question.Agent);
            await store.AnswerAsync(question.Id, CancellationToken.None);
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            // Without an answer, the other node continues after a while.
            Log.NotHeard(logger, fault);
        }
    }

    private async Task CatchUpAllAsync()
    {
        await CatchUpAsync();
        try
        {
            foreach (var presence in await store.PresenceAsync(CancellationToken.None))
            {
                if (presence.Node != store.Number)
                    PresenceChanged(presence);
            }
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            Log.NotHeard(logger, fault);
        }
    }

    private async Task CatchUpAsync()
    {
        try
        {
            await directories.CatchUpAsync(CancellationToken.None);
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            // The next heartbeat checks again.
            Log.NotHeard(logger, fault);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "Changes by other nodes could not be read at the moment.")]
        internal static partial void NotHeard(ILogger logger, Exception fault);
    }
}
