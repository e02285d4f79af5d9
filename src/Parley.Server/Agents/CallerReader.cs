using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Security;

namespace Parley.Server.Agents;

/// <summary>Whose view of the log a caller has.</summary>
internal static class CallerReader
{
    /// <summary>The number of the caller's agent; 0 if it has none, or its agent was deleted.</summary>
    internal static int NumberIn(this Caller caller, ProjectState project) =>
        caller.AgentId is { } id ? project.Agents.Find(id)?.Number ?? 0 : 0;

    /// <summary>The agent whose view a caller has; null for callers that can read everything.</summary>
    /// <exception cref="InvalidOperationException">The token may not read messages and should not have come this far.</exception>
    internal static Reader? ReaderIn(this Caller caller, ProjectState project) => caller.May(Permission.ReadMessages) switch
    {
        Access.Yes => null,
        Access.Own when project.Agents.Find(caller.AgentId!) is { } agent => new Reader(agent.Number, agent.Record.JoinedSeq),
        // Its agent was just deleted, so it can read nothing.
        Access.Own => new Reader(-1, long.MaxValue),
        _ => throw new InvalidOperationException($"A token of kind {caller.Kind} cannot read messages."),
    };
}
