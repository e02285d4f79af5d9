using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.WebSockets;
using Parley.Server.Coordination;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Connections.Relay;

/// <summary>The plain relay: each agent's message goes to all others in the project.</summary>
internal static class RelayEndpoint
{
    private const string Path = "/ws/agent/messages/";

    public static void MapRelay(this IEndpointRouteBuilder routes) =>
        routes.MapMethods(Path + "{project_id}", SocketEndpoint.Methods, ConnectAsync).WithName("ConnectRelay").ExcludeFromDescription()
            .Allow(Permission.ReadMessages, own: "its own name");

    private static async Task ConnectAsync(HttpContext context)
    {
        if (await ServeAsync(context) is { } problem)
            await problem.ExecuteAsync(context);
    }

    /// <returns>Null if the connection was accepted and has ended.</returns>
    private static async Task<ApiProblem?> ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            return Problems.InvalidRequest("This is a WebSocket endpoint: send 'Upgrade: websocket'.");
        var (services, caller, projectId) = (context.RequestServices, Caller.Of(context), Scope.Of(context).ProjectId);
        if (services.GetRequiredService<ProjectDirectory>().Find(projectId) is not { } project)
            return Problems.NotFound("project", projectId);
        var reader = new QueryReader(context.Request.Query);
        var query = RelayQuery.Read(reader);
        if (reader.Finish() is { } bad)
            return bad;
        var id = query.AgentId ?? (caller.Kind == TokenKind.Agent ? caller.AgentId : null);
        if (id is not null && !(caller.MayActAs(id) && caller.Kind != TokenKind.Observer))
            return Problems.Forbidden($"This token may not relay as '{Problems.Shown(id)}'.");
        AgentState? agent = null;
        if (id is not null && (id == AgentDirectory.Human || (agent = project.Agents.Find(id)) is null))
            return Problems.NotFound("agent", id);
        if (services.GetRequiredService<Stopping>().IsGoing)
            return Problems.Stopping();
        if (agent is not null && services.GetRequiredService<ConnectionRate>().Refusal(project, agent) is { } tooOften)
            return tooOften;

        await services.GetRequiredService<RelayServer>().ServeAsync(context, project, agent, caller, query.After);
        return null;
    }
}

/// <summary>The query of a relay client.</summary>
internal sealed record RelayQuery(string? AgentId, long? After) : IQuery<RelayQuery>
{
    public static RelayQuery Read(QueryReader query) => new(
        query.Text("agent_id", "The agent to send as; without it, an operator or observer can only listen."),
        query.Long("after", 0, "The seq to start after; defaults to where the agent left off."));
}
