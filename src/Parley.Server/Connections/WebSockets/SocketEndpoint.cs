using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Where an agent connects.</summary>
internal static class SocketEndpoint
{
    /// <summary>Must come before the WebSocket middleware, so that it sees all data from peers.</summary>
    public static void UseSockets(this IApplicationBuilder app)
    {
        var clock = app.ApplicationServices.GetRequiredService<TimeProvider>();
        app.Use((context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/ws", StringComparison.Ordinal))
                SocketTransport.Attach(context, clock);
            return next(context);
        });
        app.UseWebSockets();
    }

    /// <summary>A WebSocket request is GET over HTTP/1.1, and CONNECT over HTTP/2.</summary>
    internal static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Connect];

    public static void MapSockets(this IEndpointRouteBuilder routes) =>
        routes.MapMethods("/ws/{agent_id}", Methods, ConnectAsync).WithName("ConnectAgent").ExcludeFromDescription().Allow(Permission.Connect);

    private static async Task ConnectAsync(HttpContext context)
    {
        if (await ServeAsync(context) is { } problem)
            await problem.ExecuteAsync(context);
    }

    /// <returns>What can be refused is refused before the upgrade, as any request is. Null if the connection was accepted and has ended.</returns>
    private static async Task<ApiProblem?> ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            return Problems.InvalidRequest("This is a WebSocket endpoint: send 'Upgrade: websocket'.");
        var services = context.RequestServices;
        var (id, projectId) = ((string)context.GetRouteValue("agent_id")!, Scope.Of(context).ProjectId);
        if (services.GetRequiredService<ProjectDirectory>().Find(projectId) is not { } project)
            return Problems.NotFound("project", projectId);
        var (agents, caller) = (services.GetRequiredService<AgentDirectory>(), Caller.Of(context));
        if (caller.Kind == TokenKind.Join)
            return await RegisterAndServeAsync(context, project, id, caller);
        var agent = id != AgentDirectory.Human ? project.Agents.Find(id)
            : caller.MayActAs(id) ? await agents.HumanAsync(project, context.RequestAborted)
            : agents.HumanToLookAt(project);
        if (agent is null)
            return Problems.NotFound("agent", id);
        var reader = new QueryReader(context.Request.Query);
        var query = ConnectionQuery.Read(reader);
        if (reader.Finish() is { } bad)
            return bad;
        if (services.GetRequiredService<Stopping>().IsGoing)
            return Problems.Stopping();
        if (services.GetRequiredService<ConnectionRate>().Refusal(project, agent) is { } tooOften)
            return tooOften;

        await services.GetRequiredService<SocketServer>().ServeAsync(context, project, agent, caller, query);
        return null;
    }

    private static async Task<ApiProblem?> RegisterAndServeAsync(HttpContext context, ProjectState project, string id, Caller caller)
    {
        if (id == AgentDirectory.Human)
            return PermissionHandler.NotAllowed(caller);
        var reader = new QueryReader(context.Request.Query);
        var query = ConnectionQuery.Read(reader);
        if (reader.Finish() is { } bad)
            return bad;
        if (new Validation().AgentId("agent_id", id).Problem is { } problem)
            return problem;
        if (context.RequestServices.GetRequiredService<Stopping>().IsGoing)
            return Problems.Stopping();
        await context.RequestServices.GetRequiredService<SocketServer>().RegisterAndServeAsync(context, project, id, caller, query);
        return null;
    }
}

/// <summary>The query parameters of a client.</summary>
internal sealed record ConnectionQuery(ConnectionOptions Options, string? Session) : IQuery<ConnectionQuery>
{
    public static ConnectionQuery Read(QueryReader query) => new(
        new ConnectionOptions
        {
            AutoAck = query.Word("ack", ["auto", "manual"], "`auto`: acknowledged when written.") == "auto",
            Window = query.Int("window", 0, DeliveryWindow.Most, "Unacknowledged messages that the server may have out.") ?? DeliveryWindow.Default,
            NotifyAll = query.Word("notify", ["tasks", "all"], "`all`: also other agents that come online or go offline, published events, and changes to shared memory.") == "all",
            Lease = TimeSpan.FromSeconds(query.Int("lease_seconds", 1, SettleReader.MostLeaseSeconds, "How long a message may be unsettled.") ?? 300),
            Batch = query.Flag("batch", "Frames that are ready at the same time are sent as an array in one WebSocket message.") ?? false,
        },
        query.Text("session", "The session of your broken connection: the messages that it held are requeued at once."));
}
