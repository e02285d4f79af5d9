using Parley.Server.Agents;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;

namespace Parley.Server.Messages;

/// <summary>Finds whose mailbox a request is about.</summary>
internal sealed class MailboxOwners(ProjectDirectory projects, AgentDirectory agents)
{
    /// <summary>By the agent in the path; whether the caller may is decided by the gate.</summary>
    internal async ValueTask<(ProjectState? Project, AgentState? Agent, ApiProblem? Problem)> FindAsync(
        Scope scope, string agentId, CancellationToken cancellationToken)
    {
        if (projects.Find(scope.ProjectId) is not { } project)
            return (null, null, Problems.NotFound("project", scope.ProjectId));
        var agent = agentId == AgentDirectory.Human ? await agents.HumanAsync(project, cancellationToken) : project.Agents.Find(agentId);
        return agent is null ? (null, null, Problems.NotFound("agent", agentId)) : (project, agent, null);
    }

    /// <summary>For whom a caller settles: itself, or whom it names and may act as.</summary>
    internal ValueTask<(ProjectState? Project, AgentState? Agent, ApiProblem? Problem)> FindSettlerAsync(
        Caller caller, Scope scope, string? agentId, CancellationToken cancellationToken)
    {
        var id = agentId ?? caller.AgentId ?? AgentDirectory.Human;
        return caller.MayActAs(id)
            ? FindAsync(scope, id, cancellationToken)
            : new((null, null, Problems.Forbidden($"This token may not settle for '{Problems.Shown(id)}'.")));
    }
}
