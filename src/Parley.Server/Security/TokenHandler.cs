using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Parley.Server.Coordination;

namespace Parley.Server.Security;

/// <summary>Authenticates by <c>Authorization: Bearer TOKEN</c>. The default scheme: it hands on what another scheme is for, as the framework's
/// own do by their <c>ForwardDefaultSelector</c>. A scheme before it that only chooses would cost each request a handler more.</summary>
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
        // Where anyone may come, or nothing is served, nobody is asked who they are: it would be work, and on several nodes a look at the
        // database, for an answer that does not depend on it.
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
        // Another node may have just made it.
        await cluster.CatchUpAsync(Context.RequestAborted);
        return vault.Authenticate(token) is { } caller ? await caller.Authenticated : Refuse("The token is unknown, revoked or expired.");
    }
}
