using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Security;

namespace Parley.Server.Agents;

/// <summary>As whom a caller reads the log.</summary>
internal static class CallerReader
{
    /// <summary>The number of the agent that a caller is; 0: it is none, or its agent has gone.</summary>
    internal static int NumberIn(this Caller caller, ProjectState project) =>
        caller.AgentId is { } id ? project.Agents.Find(id)?.Number ?? 0 : 0;

    /// <summary>The agent whose view a caller has; null for those who read everything.</summary>
    /// <exception cref="InvalidOperationException">A token that reads no messages came this far.</exception>
    internal static Reader? ReaderIn(this Caller caller, ProjectState project) => caller.May(Permission.ReadMessages) switch
    {
        Access.Yes => null,
        Access.Own when project.Agents.Find(caller.AgentId!) is { } agent => new Reader(agent.Number, agent.Record.JoinedSeq),
        // Its agent was just removed: it reads nothing.
        Access.Own => new Reader(-1, long.MaxValue),
        _ => throw new InvalidOperationException($"A token of kind {caller.Kind} cannot read messages."),
    };
}
