using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Agents;

/// <summary>The context of an operation on one agent: the one that the path names as <c>{agent_id}</c>, or the connection's. If there is no such
/// agent, the answer is 404. The operators' inbox exists in every project.</summary>
internal class AgentContext : ProjectContext, IOperationContext<AgentContext>
{
    protected AgentContext(OperationOrigin origin, ProjectState project, AgentState agent)
        : base(origin, project) => Agent = agent;

    internal AgentState Agent { get; }

    public static new async ValueTask<Result<AgentContext>> FindAsync(OperationOrigin origin) =>
        (await FindAgentAsync(origin)).TryGet(out var found, out var problem) ? new AgentContext(origin, found.Project, found.Agent) : problem;

    private protected static async ValueTask<Result<(ProjectState Project, AgentState Agent)>> FindAgentAsync(OperationOrigin origin)
    {
        if (origin.Connection is IAgentConnection connection)
            return (connection.Project, connection.Agent);
        if (!Find(origin).TryGet(out var project, out var problem))
            return problem;
        var id = origin.PathValue("agent_id");
        var agent = id == AgentDirectory.Human ? await FindHumanAsync(origin, project) : project.Agents.Find(id);
        return agent is null ? Problems.NotFound("agent", id) : (project, agent);
    }

    private static async ValueTask<AgentState> FindHumanAsync(OperationOrigin origin, ProjectState project)
    {
        var agents = origin.Http.RequestServices.GetRequiredService<AgentDirectory>();
        return HttpMethods.IsGet(origin.Http.Request.Method) ? agents.HumanToLookAt(project) : await agents.HumanAsync(project, origin.Cancellation);
    }
}

/// <summary>Like <see cref="AgentContext"/>, for operations that change the agent. Nobody can change the operators' inbox, and a caller that may only
/// create cannot change anything.</summary>
internal sealed class ChangeableAgentContext : AgentContext, IOperationContext<ChangeableAgentContext>
{
    private ChangeableAgentContext(OperationOrigin origin, ProjectState project, AgentState agent)
        : base(origin, project, agent)
    {
    }

    public static new IReadOnlyList<string> Refusals { get; } = [ErrorCodes.NotFound, ErrorCodes.Forbidden];

    public static new async ValueTask<Result<ChangeableAgentContext>> FindAsync(OperationOrigin origin)
    {
        if (Refusal(origin) is { } refusal)
            return refusal;
        return (await FindAgentAsync(origin)).TryGet(out var found, out var problem) ? new ChangeableAgentContext(origin, found.Project, found.Agent) : problem;
    }

    private static ApiProblem? Refusal(OperationOrigin origin)
    {
        if (origin.Connection is IAgentConnection connection)
            return connection.Takes && connection.Agent.Id != AgentDirectory.Human ? null : AgentRules.Untouchable();
        if (origin.PathValue("agent_id") == AgentDirectory.Human)
            return AgentRules.Untouchable();
        return origin.Operation.Allows is { } permission && origin.Caller.May(permission) == Access.CreateOnly
            ? Problems.Forbidden("This token can register new agents, but it cannot change existing ones.")
            : null;
    }
}
