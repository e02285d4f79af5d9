using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Storage;
using Parley.Server.Tasks;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Notifies the connections of the agents that a task change concerns: <c>task:assigned</c> to the agent that gets the task,
/// <c>task:updated</c> to its creator, to the agent that has it, and to the agent that had it before. It reaches them no matter which node they are
/// connected to.</summary>
internal sealed partial class TaskNotifier(ConnectionHub hub, ITaskLine line, ProjectDirectory projects, ILogStore log, ILogger<TaskNotifier> logger) : ITaskWatcher
{
    public void Changed(ProjectState project, TaskChange change)
    {
        if (change.After is not { Value: var task } shown)
            return;
        var concerned = new[] { task.CreatorId, task.AgentId, change.Before?.AgentId }.OfType<string>().Distinct(StringComparer.Ordinal)
            .Select(project.Agents.Find).OfType<AgentState>().ToList();
        if (concerned.Count == 0)
            return;
        var given = change.Type == TaskMoves.TypeOf(TaskVerb.Assign) ? concerned.Find(agent => agent.Id == task.AgentId)?.Number ?? 0 : 0;
        var news = new TaskNews(project.Number, task.Version, given, [.. concerned.Select(agent => agent.Number)]);
        if (IsConnected(news))
            Tell(news, shown.Shown);
        line.Tell(news);
    }

    /// <summary>Handles a task change on another node.</summary>
    internal async Task HearAsync(TaskNews news)
    {
        if (!IsConnected(news) || projects.Find(news.Project) is not { } project)
            return;
        try
        {
            if ((project.Log.Find(news.Seq) ?? await log.FindAsync(news.Project, news.Seq, project.Gone.Token)) is { Kind: EntryKind.Task } entry)
                Tell(news, entry.Json);
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException or OperationCanceledException)
        {
            // Only a notification: clients can get the task when the store is back.
            Log.NotTold(logger, fault, project.Id);
        }
    }

    private bool IsConnected(TaskNews news) => news.Told.Any(agent => hub.ListenersOf(agent).Any());

    private void Tell(TaskNews news, byte[] task)
    {
        foreach (var agent in news.Told)
        {
            var frame = new DataFrame(agent == news.Given ? "task:assigned"u8.ToArray() : "task:updated"u8.ToArray(), [], task);
            foreach (var connection in hub.ListenersOf(agent))
                connection.Tell(frame);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Agents of {Project} were not notified of a task that another node changed: the store is unavailable.")]
        internal static partial void NotTold(ILogger logger, Exception fault, string project);
    }
}
