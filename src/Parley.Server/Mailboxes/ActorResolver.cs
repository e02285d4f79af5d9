using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>Finds whose mailbox a request is about.</summary>
internal sealed class ActorResolver(ProjectDirectory projects, AgentDirectory agents, IDeliveryHistory history)
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

    /// <summary>For whom a caller settles: whom it names; else itself, or, where it may act as several, the one who has the message.</summary>
    internal async ValueTask<(ProjectState? Project, AgentState? Agent, ApiProblem? Problem)> FindSettlerAsync(
        Caller caller, Scope scope, string? agentId, Guid messageId, string? leaseId, CancellationToken cancellationToken)
    {
        if (agentId is not null || caller.Kind == TokenKind.Agent)
            return await FindActorAsync(caller, scope, agentId, cancellationToken);
        if (projects.Find(scope.ProjectId) is not { } project)
            return (null, null, Problems.NotFound("project", scope.ProjectId));
        var has = (await history.DeliveriesAsync(project.Number, EntryId.SeqOf(messageId), cancellationToken))
            .Where(delivery => project.Agents.Find(delivery.Agent) is { } agent && caller.MayActAs(agent.Id))
            .ToList();
        var leased = leaseId is not null && LeaseId.TryParse(leaseId, out var number, out _) ? has.Find(delivery => delivery.Delivery == number) : null;
        var own = has.Find(delivery => project.Agents.Find(delivery.Agent)!.Id == (caller.AgentId ?? AgentDirectory.Human));
        return (leased ?? own ?? (has.Count == 1 ? has[0] : null)) is { } found
            ? (project, project.Agents.Find(found.Agent), null)
            : (null, null, has.Count > 1
                ? Problems.InvalidField("agent_id", "is missing: several agents have this message, say for whom you settle")
                : Problems.NotFound("message", messageId.ToString()));
    }

    /// <summary>As whom a caller acts: itself, or whom it names and may act as.</summary>
    internal ValueTask<(ProjectState? Project, AgentState? Agent, ApiProblem? Problem)> FindActorAsync(
        Caller caller, Scope scope, string? agentId, CancellationToken cancellationToken)
    {
        var id = agentId ?? caller.AgentId ?? AgentDirectory.Human;
        return caller.MayActAs(id)
            ? FindAsync(scope, id, cancellationToken)
            : new((null, null, Problems.Forbidden($"This token may not act as '{Problems.Shown(id)}'.")));
    }
}
