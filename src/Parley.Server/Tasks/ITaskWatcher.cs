using Parley.Protocol;
using Parley.Server.Projects;

namespace Parley.Server.Tasks;

/// <summary>What follows from the change of a task. Here every transition of every task passes, after its commit.</summary>
internal interface ITaskWatcher
{
    /// <summary>Must not block.</summary>
    void Changed(ProjectState project, TaskChange change);
}

/// <summary>What a transition has made of a task.</summary>
/// <param name="Before">Null: it was made.</param>
/// <param name="After">Null: it is gone.</param>
/// <param name="Type">Of the entry of the log.</param>
internal sealed record TaskChange(AgentTask? Before, AgentTask? After, string Type);
