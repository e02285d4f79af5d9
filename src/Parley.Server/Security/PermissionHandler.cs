using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Server.Wire;

namespace Parley.Server.Security;

/// <summary>Decides from the table whether the caller may use the endpoint, and which project it means. This is the only place where that is decided
/// for a request. Provides the <see cref="Caller"/> and the <see cref="Scope"/> to the endpoint.</summary>
internal sealed class PermissionHandler : IAuthorizationHandler
{
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        foreach (var requirement in context.Requirements)
        {
            if (requirement is RequiredPermission required)
                Decide(context, required);
            else if (requirement is DeclaredPermission)
                DecideUndeclared(context, requirement);
        }

        return Task.CompletedTask;
    }

    internal static ApiProblem NotAllowed(Caller caller) => Problems.Forbidden($"A token of kind '{WireType.WordOf(caller.Kind)}' may not do this.");

    private void Decide(AuthorizationHandlerContext context, RequiredPermission required)
    {
        var http = (HttpContext)context.Resource!;
        if (required.Permission is not { } permission)
        {
            context.Succeed(required);
            return;
        }

        if (!CallerIdentity.TryFind(context.User, out var caller))
        {
            // Without any identity, the scheme answers with its challenge.
            if (context.User.Identity is { IsAuthenticated: true })
                context.Fail(new Refusal(this, Problems.Forbidden("The sender is authenticated, but is not a caller of this server.")));
            return;
        }

        if (RefusalOf(caller, permission, http) is { } problem || !TryFindProject(caller, http, out var scope, out problem))
        {
            context.Fail(new Refusal(this, problem));
            return;
        }

        http.Features.Set(caller);
        http.Features.Set(scope);
        context.Succeed(required);
    }

    private static void DecideUndeclared(AuthorizationHandlerContext context, IAuthorizationRequirement requirement)
    {
        // Without a route, the answer will be 404 or 405, which reveals nothing.
        if ((context.Resource as HttpContext)?.GetEndpoint() is RouteEndpoint endpoint)
            throw new InvalidOperationException($"{endpoint.DisplayName} says nothing of who may use it.");
        context.Succeed(requirement);
    }

    private static ApiProblem? RefusalOf(Caller caller, Permission permission, HttpContext context)
    {
        switch (caller.May(permission))
        {
            case Access.No:
                return NotAllowed(caller);
            case Access.Own when context.Request.RouteValues.TryGetValue("agent_id", out var agent) && !caller.May(permission, (string)agent!):
                return Problems.Forbidden($"A token of kind '{WireType.WordOf(caller.Kind)}' may do this only for its own agent.");

            // What a path names must exist, except for the agent that a socket is about to register.
            case Access.CreateOnly when permission != Permission.Connect && context.Request.RouteValues.ContainsKey("agent_id"):
                return Problems.Forbidden($"A token of kind '{WireType.WordOf(caller.Kind)}' can register new agents, but cannot change existing ones.");
            default:
                return null;
        }
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

        // A project that the token cannot access does not exist for it, so nobody learns the names of projects by trying.
        if (problem is null && named is not null && ((caller.ProjectId is not null && named != caller.ProjectId) || !WireNames.IsProjectId(named)))
            problem = Problems.NotFound("project", named);
        if (problem is not null)
            return false;
        scope = new Scope(named ?? caller.ProjectId ?? Scope.DefaultProject);
        return true;
    }

    /// <summary>Why an identified caller is refused.</summary>
    internal sealed class Refusal(PermissionHandler handler, ApiProblem problem) : AuthorizationFailureReason(handler, problem.Detail)
    {
        public ApiProblem Problem => problem;
    }
}

/// <summary>Answers what <see cref="PermissionHandler"/> refused. Challenges, and refusals by other requirements, are answered by the
/// scheme.</summary>
internal sealed class PermissionAnswers : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _usual = new();

    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
            return next(context);
        return authorizeResult.AuthorizationFailure?.FailureReasons.OfType<PermissionHandler.Refusal>().FirstOrDefault() is { } refusal
            ? refusal.Problem.ExecuteAsync(context)
            : _usual.HandleAsync(next, context, policy, authorizeResult);
    }
}
