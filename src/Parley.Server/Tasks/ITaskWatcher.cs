using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Projects;

namespace Parley.Server.Tasks;

/// <summary>Handles the consequences of task changes. Called for every transition of every task, after its commit.</summary>
internal interface ITaskWatcher
{
    /// <summary>Must not block.</summary>
    void Changed(ProjectState project, TaskChange change);
}

/// <summary>The effect of a transition on a task.</summary>
/// <param name="Before">Null if the task was created.</param>
/// <param name="After">Null if the task was deleted.</param>
/// <param name="Type">The type of the log entry.</param>
internal sealed record TaskChange(AgentTask? Before, Entity<AgentTask>? After, string Type);
