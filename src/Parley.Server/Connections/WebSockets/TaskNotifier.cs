using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.Projects;
using Parley.Server.Tasks;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Tells the connections of those who have to do with a task what has become of it: <c>task:assigned</c> to the agent that gets it,
/// <c>task:updated</c> to its creator, to the agent that has it, and to the one that had it.</summary>
internal sealed class TaskNotifier(ConnectionHub hub) : ITaskWatcher
{
    public void Changed(ProjectState project, TaskChange change)
    {
        if (change.After is not { } task)
            return;
        var isGiven = change.Type == TaskMoves.TypeOf(TaskVerb.Assign);
        DataFrame? news = null;
        foreach (var id in new[] { task.CreatorId, task.AgentId, change.Before?.AgentId }.OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (project.Agents.Find(id) is not { } agent || hub.Of(agent.Number) is not { Count: > 0 } connections)
                continue;
            var frame = isGiven && id == task.AgentId
                ? DataFrame.Of("task:assigned"u8, [], task, WireJson.Strict.AgentTask)
                : news ??= DataFrame.Of("task:updated"u8, [], task, WireJson.Strict.AgentTask);
            foreach (var connection in connections)
                connection.Tell(frame);
        }
    }
}
