using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Parley.Server.Coordination;

namespace Parley.Server.Security;

/// <summary>Authenticates with <c>Authorization: Bearer TOKEN</c>. It is the default scheme and forwards requests for other schemes, like
/// <c>ForwardDefaultSelector</c> in the framework's own schemes. A separate scheme that only chooses would cost another handler per
/// request.</summary>
internal sealed class TokenHandler(CallerSchemes schemes, TokenVault vault, IClusterView cluster) : CallerHandler
{
    private const string Prefix = "Bearer ";

    private static readonly Task<AuthenticateResult> Nothing = Task.FromResult(AuthenticateResult.NoResult());

    private string? _target;

    private string Target => _target ??= schemes.Of(Context.Request);

    private bool IsAnothers => Target != CallerSchemes.Token;

    public override Task ChallengeAsync(AuthenticationProperties? properties) =>
        IsAnothers ? Context.ChallengeAsync(Target, properties) : base.ChallengeAsync(properties);

    public override Task ForbidAsync(AuthenticationProperties? properties) =>
        IsAnothers ? Context.ForbidAsync(Target, properties) : base.ForbidAsync(properties);

    protected override Task<AuthenticateResult> FindAsync()
    {
        // If anyone may use the endpoint, or there is none, nobody is authenticated. The result would not depend on it, and on several nodes it could
        // cost a database query.
        if (Context.GetEndpoint()?.Metadata.GetMetadata<RequiredPermission>() is not { Permission: not null })
            return Nothing;
        if (IsAnothers)
            return Context.AuthenticateAsync(Target);
        if (Context.Request.Headers.Authorization is not [{ } header, ..])
            return Nothing;
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return Task.FromResult(Refuse("The Authorization header must be 'Bearer TOKEN'."));
        var token = header[Prefix.Length..].Trim();
        return vault.Authenticate(token) is { } caller ? caller.Authenticated : FindElsewhereAsync(token);
    }

    private async Task<AuthenticateResult> FindElsewhereAsync(string token)
    {
        // Another node may have just created it.
        await cluster.CatchUpAsync(Context.RequestAborted);
        return vault.Authenticate(token) is { } caller ? await caller.Authenticated : Refuse("The token is unknown, revoked or expired.");
    }
}
