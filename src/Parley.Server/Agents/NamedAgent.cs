using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Agents;

/// <summary>The agent that a path names by <c>{agent_id}</c>, found; where there is none, 404 is the answer. The operators' inbox is
/// there in every project.</summary>
internal class NamedAgent : IInput, IBindableFromHttpContext<NamedAgent>, IEndpointParameterMetadataProvider
{
    private readonly (ProjectState Project, AgentState Agent)? _found;

    protected NamedAgent((ProjectState Project, AgentState Agent)? found, ApiProblem? problem) => (_found, Problem) = (found, problem);

    public ApiProblem? Problem { get; }

    public ProjectState Project => Found.Project;

    public AgentState State => Found.Agent;

    private (ProjectState Project, AgentState Agent) Found =>
        _found ?? throw new InvalidOperationException("There is no such agent: its problem is to be answered.");

    public static async ValueTask<NamedAgent?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var (found, problem) = await FindAsync(context);
        return new NamedAgent(found, problem);
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new Refusals([ErrorCodes.NotFound]));

    protected static async ValueTask<((ProjectState, AgentState)? Found, ApiProblem? Problem)> FindAsync(HttpContext context)
    {
        var projectId = Scope.Of(context).ProjectId;
        if (context.RequestServices.GetRequiredService<ProjectDirectory>().Find(projectId) is not { } project)
            return (null, Problems.NotFound("project", projectId));
        var id = (string)context.GetRouteValue("agent_id")!;
        var agent = id == AgentDirectory.Human
            ? await context.RequestServices.GetRequiredService<AgentDirectory>().HumanAsync(project, context.RequestAborted)
            : project.Agents.Find(id);
        return agent is null ? (null, Problems.NotFound("agent", id)) : ((project, agent), null);
    }
}

/// <summary>As <see cref="NamedAgent"/>, for endpoints that change it: nobody changes the operators' inbox, and who may only create
/// changes nothing.</summary>
internal sealed class ChangeableAgent : NamedAgent, IBindableFromHttpContext<ChangeableAgent>, IEndpointParameterMetadataProvider
{
    private ChangeableAgent((ProjectState Project, AgentState Agent)? found, ApiProblem? problem)
        : base(found, problem)
    {
    }

    public static new async ValueTask<ChangeableAgent?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        if (Refusal(context) is { } refusal)
            return new ChangeableAgent(null, refusal);
        var (found, problem) = await FindAsync(context);
        return new ChangeableAgent(found, problem);
    }

    public static new void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new Refusals([ErrorCodes.NotFound, ErrorCodes.Forbidden]));

    private static ApiProblem? Refusal(HttpContext context)
    {
        if ((string)context.GetRouteValue("agent_id")! == AgentDirectory.Human)
            return AgentRules.Untouchable();
        var permission = context.GetEndpoint()?.Metadata.GetMetadata<RequiredPermission>()?.Permission;
        return permission is { } needed && Caller.Of(context).May(needed) == Access.CreateOnly
            ? Problems.Forbidden("This token registers new agents and changes none.")
            : null;
    }
}
