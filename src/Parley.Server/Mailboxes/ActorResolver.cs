using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>Determines whose mailbox a request is about if the path does not say so.</summary>
internal sealed class ActorResolver(AgentDirectory agents, IDeliveryHistory history)
{
    /// <summary>Whom a caller settles for: the agent that it names, or itself. If it names none and may act as several agents, the agent that has the
    /// message.</summary>
    internal async ValueTask<Result<AgentState>> FindSettlerAsync(
        Caller caller, ProjectState project, string? agentId, Guid messageId, string? leaseId, CancellationToken cancellationToken)
    {
        if (agentId is not null || caller.Kind == TokenKind.Agent)
            return await FindActorAsync(caller, project, agentId, cancellationToken);
        var has = (await history.DeliveriesAsync(project.Number, EntryId.SeqOf(messageId), cancellationToken))
            .Where(delivery => project.Agents.Find(delivery.Agent) is { } agent && caller.MayActAs(agent.Id))
            .ToList();
        var leased = leaseId is not null && LeaseId.TryParse(leaseId, out var number, out _) ? has.Find(delivery => delivery.Delivery == number) : null;
        var own = has.Find(delivery => project.Agents.Find(delivery.Agent)!.Id == (caller.AgentId ?? AgentDirectory.Human));
        if ((leased ?? own ?? (has.Count == 1 ? has[0] : null)) is { } found)
            return project.Agents.Find(found.Agent)!;
        return has.Count > 1
            ? Problems.InvalidField("agent_id", "is missing: several agents have this message, so say which one you settle for")
            : Problems.NotFound("message", messageId.ToString());
    }

    /// <summary>Whom a caller acts as: the agent that it names, if it may act as that agent, or itself.</summary>
    internal async ValueTask<Result<AgentState>> FindActorAsync(Caller caller, ProjectState project, string? agentId, CancellationToken cancellationToken)
    {
        var id = agentId ?? caller.AgentId ?? AgentDirectory.Human;
        if (!caller.MayActAs(id))
            return Problems.Forbidden($"This token may not act as '{Problems.Shown(id)}'.");
        var agent = id == AgentDirectory.Human ? await agents.HumanAsync(project, cancellationToken) : project.Agents.Find(id);
        return agent is null ? Problems.NotFound("agent", id) : agent;
    }
}
