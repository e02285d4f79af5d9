using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Projects;
using Parley.Server.Security;

namespace Parley.Server.Nodes;

/// <summary>Before a request fails because a project or an agent does not exist, checks whether another node has just created it.</summary>
internal static class CatchUpMiddleware
{
    /// <summary>Must come after authorization, which determines the project.</summary>
    internal static void UseClusterCatchUp(this IApplicationBuilder app)
    {
        var cluster = app.ApplicationServices.GetRequiredService<IClusterView>();
        if (cluster is SingleNode)
            return;
        var projects = app.ApplicationServices.GetRequiredService<ProjectDirectory>();
        app.Use(async (context, next) =>
        {
            if (context.Features.Get<Scope>() is { } scope && !IsKnown(projects, scope, context.Features.Get<Caller>(), context.Request.RouteValues))
                await cluster.CatchUpAsync(context.RequestAborted);
            await next(context);
        });
    }

    private static bool IsKnown(ProjectDirectory projects, Scope scope, Caller? caller, RouteValueDictionary route) =>
        projects.Find(scope.ProjectId) is { } project && IsKnown(project, route.GetValueOrDefault("agent_id") as string) && IsKnown(project, caller?.AgentId);

    private static bool IsKnown(ProjectState project, string? agent) => agent is null or AgentDirectory.Human || project.Agents.Find(agent) is not null;
}
