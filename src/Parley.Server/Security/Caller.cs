using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Parley.Protocol;

namespace Parley.Server.Security;

/// <summary>Who makes a request, by the token it came with. <see cref="PermissionHandler"/> has made sure, before
/// an endpoint asks for it, that it may do what the endpoint does.</summary>
internal sealed class Caller
{
    /// <summary>The operators' inbox, which any operator may act for.</summary>
    public const string Human = "human";

    // Shared: nothing is kept in them.
    private static readonly AuthenticationProperties NoProperties = new();

    public required TokenKind Kind { get; init; }

    public required string TokenId { get; init; }

    /// <summary>The one project that the token opens; null for all.</summary>
    public string? ProjectId { get; init; }

    /// <summary>The agent that the caller is: of an agent's or an operator's token.</summary>
    public string? AgentId { get; init; }

    /// <summary>Cancelled when the token is revoked or expires, which ends the streams and sockets that it opened.</summary>
    public CancellationToken Ended { get; init; }

    /// <summary>The caller as the framework knows it; the same object each time.</summary>
    public ClaimsPrincipal Principal => field ??= new ClaimsPrincipal(new CallerIdentity(this));

    /// <summary>What a request with the caller's token is answered by its scheme; the same object each time.</summary>
    public Task<AuthenticateResult> Authenticated =>
        field ??= Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(Principal, NoProperties, CallerSchemes.Token)));

    public Access May(Permission permission) => WhoMayDoWhat.May(Kind, permission);

    /// <summary>Whether the caller may speak, claim and settle as an agent of its project: an admin as anyone, an operator as itself and
    /// as <c>human</c>, an agent as itself.</summary>
    public bool MayActAs(string agentId) => Kind switch
    {
        TokenKind.Admin => true,
        TokenKind.Operator => agentId == AgentId || agentId == Human,
        TokenKind.Agent => agentId == AgentId,
        _ => false,
    };

    /// <summary>Whether the caller may do something to what belongs to an agent.</summary>
    public bool May(Permission permission, string agentId) => May(permission) switch
    {
        Access.Yes => true,
        Access.Own => MayActAs(agentId) || WatchesOnly(permission, agentId),
        _ => false,
    };

    /// <exception cref="InvalidOperationException">The endpoint is open to anyone, so that nobody is known.</exception>
    public static Caller Of(HttpContext context) => context.Features.Get<Caller>()
        ?? throw new InvalidOperationException($"{context.GetEndpoint()?.DisplayName} takes a caller, but is open to anyone.");

    // An observer has no mailbox: its socket is the operators' one, on which it may hold feeds only.
    private bool WatchesOnly(Permission permission, string agentId) =>
        Kind == TokenKind.Observer && permission == Permission.Connect && agentId == Human;
}

/// <summary>The project of a request: that of the token, else <c>?project_id=</c>, else <c>default</c>.</summary>
/// <param name="ProjectId">A valid id; whether there is such a project is for the endpoint to find out.</param>
internal sealed record Scope(string ProjectId)
{
    public const string DefaultProject = "default";

    /// <exception cref="InvalidOperationException">The endpoint is open to anyone, so that no project is known.</exception>
    public static Scope Of(HttpContext context) => context.Features.Get<Scope>()
        ?? throw new InvalidOperationException($"{context.GetEndpoint()?.DisplayName} takes a project, but is open to anyone.");
}
