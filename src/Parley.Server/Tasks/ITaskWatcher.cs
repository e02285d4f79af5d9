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
/// <param name="Before">Null: it was made.</param>
/// <param name="After">Null: it is gone.</param>
/// <param name="Type">Of the entry of the log.</param>
internal sealed record TaskChange(AgentTask? Before, Entity<AgentTask>? After, string Type);
