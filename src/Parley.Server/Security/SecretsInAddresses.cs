using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Security;

/// <summary>Refuses tokens in URLs, even next to a valid one in the header: the sender should learn at once that the token is now in logs.</summary>
internal sealed class SecretsInAddresses(RequestDelegate next)
{
    private static readonly string[] Names = ["token", "access_token", "api_key", "authorization"];

    // Without a route, the answer will be 404 or 405, which reveals nothing.
    public Task InvokeAsync(HttpContext context) =>
        context.Request.QueryString.HasValue && context.GetEndpoint() is RouteEndpoint && Array.Find(Names, context.Request.Query.ContainsKey) is { } name
            ? Problems.Unauthorized($"A token in a URL ('{name}') ends up in logs and histories: send it as 'Authorization: Bearer TOKEN', or ask POST {ApiPath.Base}/tickets for a ticket.").ExecuteAsync(context)
            : next(context);
}
