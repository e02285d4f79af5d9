using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Server.Mcp.Tools;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Mcp;

internal static class McpEndpoint
{
    internal const string Path = "/mcp";

    /// <summary>Maps MCP over streamable HTTP. The guard of hosts and origins, authentication, and authorization have run before it, as for every other
    /// endpoint.</summary>
    /// <param name="bodyLimit">In bytes.</param>
    public static void MapMcp(this IEndpointRouteBuilder routes, long bodyLimit)
    {
        var endpoints = routes.MapMcp(Path);
        endpoints.Allow(Permission.ReadMessages, "its own mailbox, and what it takes part in").ExcludeFromDescription().WithMetadata(new BodyLimit(bodyLimit));
        endpoints.Add(static endpoint =>
        {
            if (endpoint.RequestDelegate is { } serve)
                endpoint.RequestDelegate = http => ServeAsync(http, serve);
        });
    }

    private static async Task ServeAsync(HttpContext http, RequestDelegate serve)
    {
        // A page that is signed in with a cookie has no token that its calls could carry on.
        if (http.Request.Headers.Authorization.Count == 0)
        {
            await Problems.Unauthorized("MCP needs a token with every request: 'Authorization: Bearer TOKEN'.").ExecuteAsync(http);
            return;
        }

        // A stream has no answer that its head could be shown of.
        if (HeadRequests.IsHead(http))
        {
            await Problems.MethodNotAllowed(HttpMethods.Head).ExecuteAsync(http);
            return;
        }

        if (HttpMethods.IsPost(http.Request.Method))
        {
            var (body, problem) = await BodyBytes.ReadAsync(http);
            if (problem is not null)
            {
                await problem.ExecuteAsync(http);
                return;
            }

            http.Request.Body = new MemoryStream(body.ToArray());
        }

        McpCaller.Enter(http);
        await serve(http);
    }
}
