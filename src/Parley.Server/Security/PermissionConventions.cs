using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Rest;

namespace Parley.Server.Security;

/// <summary>The permission that an endpoint requires; null if it is open to anyone, even without a token.</summary>
internal sealed record RequiredPermission(Permission? Permission) : IAuthorizationRequirement
{
    /// <summary>What counts as a caller's own items, for callers that have the permission only for those. The endpoint checks it.</summary>
    internal string? Own { get; init; }
}

/// <summary>Requires that an endpoint declares who may use it. Applied to those that declare nothing, so that they are closed to everybody.</summary>
internal sealed class DeclaredPermission : IAuthorizationRequirement;

internal static class PermissionConventions
{
    /// <summary>Admits only callers with a permission. If a caller has it only for its own items and the path contains an <c>{agent_id}</c>, that
    /// must be its own. Otherwise, the endpoint must ask its <see cref="Caller"/>.</summary>
    /// <param name="own">What counts as a caller's own items, if no <c>{agent_id}</c> says so.</param>
    public static TBuilder Allow<TBuilder>(this TBuilder builder, Permission permission, string? own = null)
        where TBuilder : IEndpointConventionBuilder =>
        builder.Require(new RequiredPermission(permission) { Own = own }).WithMetadata(new Refusals([ErrorCodes.Unauthorized, ErrorCodes.Forbidden]));

    /// <summary>Admits everybody, even without a token. Only for endpoints that reveal nothing about a project.</summary>
    public static TBuilder AllowAnyone<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.Require(new RequiredPermission(null));

    /// <summary>Fails if a mapped endpoint does not declare who may use it. Called once, after everything is mapped.</summary>
    /// <exception cref="InvalidOperationException">Names every endpoint that must declare it.</exception>
    public static void VerifyPermissions(this IEndpointRouteBuilder routes)
    {
        var faults = new StringBuilder();
        foreach (var endpoint in routes.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>())
        {
            if (FaultOf(endpoint) is { } fault)
                faults.AppendLine().Append("  ").Append(endpoint.DisplayName ?? endpoint.RoutePattern.RawText).Append(": ").Append(fault);
        }

        if (faults.Length > 0)
            throw new InvalidOperationException($"Endpoints that leave open who may use them:{faults}");
    }

    // Adds a policy in which the framework finds the requirement. It is combined with whatever else an endpoint requires, and never replaced.
    private static TBuilder Require<TBuilder>(this TBuilder builder, RequiredPermission required)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(required, new AuthorizationPolicy([required], []));

    private static string? FaultOf(RouteEndpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<RequiredPermission>() is not { } required)
            return "say .Allow(Permission.X) or .AllowAnyone()";
        if (required.Permission is not { } permission || endpoint.RoutePattern.GetParameter("agent_id") is not null)
            return null;

        // If neither the path nor the handler checked 'own', it would mean 'yes'.
        var isPartial = Enum.GetValues<TokenKind>().Any(kind => WhoMayDoWhat.May(kind, permission) is Access.Own or Access.CreateOnly);
        return isPartial && required.Own is null ? $"{permission} is for a caller's own only, so it must say what that is, and look at the caller" : null;
    }
}
