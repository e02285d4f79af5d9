using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Parley.Protocol;

namespace Parley.Server.Security;

/// <summary>The caller of a request, identified by its token. Before an endpoint asks for it, <see cref="PermissionHandler"/> has made sure that the
/// caller may do what the endpoint does.</summary>
internal sealed class Caller
{
    /// <summary>The operators' inbox. Any operator may act for it.</summary>
    public const string Human = "human";

    // Shared, because nothing is stored in them.
    private static readonly AuthenticationProperties NoProperties = new();

    public required TokenKind Kind { get; init; }

    public required string TokenId { get; init; }

    /// <summary>The only project that the token opens; null for all.</summary>
    public string? ProjectId { get; init; }

    /// <summary>The caller's agent, for an agent's or operator's token.</summary>
    public string? AgentId { get; init; }

    /// <summary>When the token expires, or the session ends at the latest; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The browser's session, if the caller has signed in with the token instead of sending it.</summary>
    public string? SessionId { get; init; }

    /// <summary>Cancelled when the token is revoked or expires, or the session ends, which closes the streams and sockets that it opened.</summary>
    public CancellationToken Ended { get; init; }

    /// <summary>The caller in the framework's terms; always the same object.</summary>
    public ClaimsPrincipal Principal => field ??= new ClaimsPrincipal(new CallerIdentity(this));

    /// <summary>The scheme's result for a request with the caller's token; always the same object.</summary>
    public Task<AuthenticateResult> Authenticated =>
        field ??= Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(Principal, NoProperties, CallerSchemes.Token)));

    public Access May(Permission permission) => WhoMayDoWhat.May(Kind, permission);

    /// <summary>Whether the caller may send, claim, and settle as an agent in its project: an admin as anyone, an operator as itself and as
    /// <c>human</c>, an agent as itself.</summary>
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

    /// <exception cref="InvalidOperationException">The endpoint is open to anyone, so the caller is not identified.</exception>
    public static Caller Of(HttpContext context) => context.Features.Get<Caller>()
        ?? throw new InvalidOperationException($"{context.GetEndpoint()?.DisplayName} takes a caller, but is open to anyone.");

    // An observer has no mailbox. Its socket is the operators' one, which it may use only for feeds.
    private bool WatchesOnly(Permission permission, string agentId) =>
        Kind == TokenKind.Observer && permission == Permission.Connect && agentId == Human;
}

/// <summary>The project of a request: that of the token, or else <c>?project_id=</c>, or else <c>default</c>.</summary>
/// <param name="ProjectId">A valid id. The endpoint must check whether the project exists.</param>
internal sealed record Scope(string ProjectId)
{
    public const string DefaultProject = "default";

    /// <exception cref="InvalidOperationException">The endpoint is open to anyone, so no project is determined.</exception>
    public static Scope Of(HttpContext context) => context.Features.Get<Scope>()
        ?? throw new InvalidOperationException($"{context.GetEndpoint()?.DisplayName} takes a project, but is open to anyone.");
}
