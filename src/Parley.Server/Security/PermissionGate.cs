using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Server.Coordination;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Security;

/// <summary>Decides, after routing, whether the caller may use the endpoint: the only place where that is decided for a request. What
/// says nothing of who may use it is closed to everybody.</summary>
internal sealed class PermissionGate(RequestDelegate next, TokenVault vault, Tickets tickets, IClusterView cluster)
{
    private static readonly string[] SecretsInAddresses = ["token", "access_token", "api_key", "authorization"];

    public async Task InvokeAsync(HttpContext context)
    {
        // Without a route it will be 404 or 405, which tells nobody anything.
        if (context.GetEndpoint() is RouteEndpoint endpoint && await RefuseAsync(context, endpoint) is { } problem)
            await problem.ExecuteAsync(context);
        else
            await next(context);
    }

    /// <returns>Null when the caller may go on.</returns>
    private async ValueTask<ApiProblem?> RefuseAsync(HttpContext context, RouteEndpoint endpoint)
    {
        var required = endpoint.Metadata.GetMetadata<RequiredPermission>()
            ?? throw new InvalidOperationException($"{endpoint.DisplayName} says nothing of who may use it.");

        if (context.Request.QueryString.HasValue && SecretsInAddresses.FirstOrDefault(context.Request.Query.ContainsKey) is { } name)
            return Problems.Unauthorized($"A token in an address ('{name}') ends in logs and histories: send it as 'Authorization: Bearer TOKEN', or ask POST {ApiPath.Base}/tickets for a ticket.");
        if (required.Permission is not { } permission)
            return null;

        var (caller, problem) = await AuthenticateAsync(context);
        if (caller is null)
            return problem;
        if (RefusalOf(caller, permission, context) is { } refusal)
            return refusal;
        if (!TryFindProject(caller, context, out var scope, out problem))
            return problem;

        context.Features.Set(caller);
        context.Features.Set(scope);
        return null;
    }

    private async ValueTask<(Caller? Caller, ApiProblem? Problem)> AuthenticateAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.Authorization is [{ } header, ..])
        {
            const string Scheme = "Bearer ";
            if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
                return (null, Problems.Unauthorized("The Authorization header must read 'Bearer TOKEN'."));
            var token = header[Scheme.Length..].Trim();
            if (vault.Authenticate(token) is not { } caller)
            {
                await cluster.CatchUpAsync(context.RequestAborted);
                caller = vault.Authenticate(token);
            }

            return caller is not null
                ? (caller, null)
                : (null, Problems.Unauthorized("The token is unknown, revoked or expired."));
        }

        if (!request.QueryString.HasValue || !request.Query.TryGetValue("ticket", out var ticket))
            return (null, Problems.Unauthorized());

        // A ticket stands in an address that people copy: it opens streams and sockets and changes nothing.
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsConnect(request.Method))
            return (null, Problems.Unauthorized("A ticket opens streams and sockets only; send the token as 'Authorization: Bearer TOKEN'."));
        var holder = await tickets.OpenAsync(ticket.ToString(), request.Path, request.QueryString, context.RequestAborted);
        if (holder is null)
        {
            // Its token may be one that another node has just made.
            await cluster.CatchUpAsync(context.RequestAborted);
            holder = await tickets.OpenAsync(ticket.ToString(), request.Path, request.QueryString, context.RequestAborted);
        }

        return holder is not null
            ? (holder, null)
            : (null, Problems.Unauthorized("The ticket is for another address, was opened too late, or its token is over: ask for a new one."));
    }

    internal static ApiProblem NotAllowed(Caller caller) => Problems.Forbidden($"A token of kind '{WireType.WordOf(caller.Kind)}' may not do this.");

    private static ApiProblem? RefusalOf(Caller caller, Permission permission, HttpContext context)
    {
        var kind = WireType.WordOf(caller.Kind);
        return caller.May(permission) switch
        {
            Access.No => NotAllowed(caller),
            Access.Own when context.Request.RouteValues.TryGetValue("agent_id", out var agent) && !caller.May(permission, (string)agent!) =>
                Problems.Forbidden($"A token of kind '{kind}' may do this for its own agent only."),

            // What a path names is there already.
            Access.CreateOnly when context.Request.RouteValues.ContainsKey("agent_id") =>
                Problems.Forbidden($"A token of kind '{kind}' makes new agents and changes none."),
            _ => null,
        };
    }

    private static bool TryFindProject(Caller caller, HttpContext context, [NotNullWhen(true)] out Scope? scope, [NotNullWhen(false)] out ApiProblem? problem)
    {
        scope = null;
        problem = null;
        var named = context.Request.RouteValues.TryGetValue("project_id", out var route) ? (string)route! : null;
        if (named is null && context.Request.QueryString.HasValue && context.Request.Query.TryGetValue("project_id", out var values))
        {
            if (values is not [{ } value] || !WireNames.IsProjectId(value))
                problem = Problems.InvalidField("project_id", values.Count > 1 ? "is given more than once" : "must be 1-64 of A-Z a-z 0-9 . _ -");
            named = values.ToString();
        }

        // What a token does not open is not there, so that nobody learns the names of projects by asking.
        if (problem is null && named is not null && ((caller.ProjectId is not null && named != caller.ProjectId) || !WireNames.IsProjectId(named)))
            problem = Problems.NotFound("project", named);
        if (problem is not null)
            return false;
        scope = new Scope(named ?? caller.ProjectId ?? Scope.DefaultProject);
        return true;
    }
}
