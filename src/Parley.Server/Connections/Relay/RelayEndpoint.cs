using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Connections.Relay;

/// <summary>The plain relay: what one agent of a project says, all the others hear.</summary>
internal static class RelayEndpoint
{
    private const string Path = "/ws/agent/messages/";

    public static void MapRelay(this IEndpointRouteBuilder routes) =>
        routes.MapGet(Path + "{project_id}", ConnectAsync).WithName("ConnectRelay").ExcludeFromDescription().Allow(Permission.Connect);

    private static async Task<IResult> ConnectAsync(string project_id, HttpContext context, Caller caller, Scope scope, ProjectDirectory projects, RelayServer server, Stopping stopping)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            return Problems.InvalidRequest("This is a WebSocket: ask with 'Upgrade: websocket'.");
        if (projects.Find(scope.ProjectId) is not { } project)
            return Problems.NotFound("project", project_id);
        var query = await Query<RelayQuery>.BindAsync(context, null!);
        if (query!.Problem is { } bad)
            return bad;
        var id = query.Value.AgentId ?? (caller.Kind == TokenKind.Agent ? caller.AgentId : null);
        if (id is not null && !(caller.MayActAs(id) && caller.Kind != TokenKind.Observer))
            return Problems.Forbidden($"This token may not relay as '{Problems.Shown(id)}'.");
        AgentState? agent = null;
        if (id is not null && (id == AgentDirectory.Human || (agent = project.Agents.Find(id)) is null))
            return Problems.NotFound("agent", id);
        if (stopping.IsGoing)
            return Problems.Stopping();

        await server.ServeAsync(context, project, agent, caller, query.Value.After);
        return Results.Empty;
    }
}

/// <summary>What a relay client asks for in the address.</summary>
internal sealed record RelayQuery(string? AgentId, long? After) : IQuery<RelayQuery>
{
    public static RelayQuery Read(QueryReader query) => new(
        query.Text("agent_id", "As whom; without it an operator or observer only listens."),
        query.Long("after", 0, "The seq after which to begin; the agent's kept place if absent."));
}
