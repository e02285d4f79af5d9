using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Parley.Server.Wire;

namespace Parley.Server.Security;

/// <summary>What the built-in schemes have in common. They do not use the framework's base class, because it creates options, events, and a logger
/// for each request, which are useless here.</summary>
internal abstract class CallerHandler : IAuthenticationHandler
{
    private Task<AuthenticateResult>? _result;
    private ApiProblem? _refusal;

    protected HttpContext Context { get; private set; } = null!;

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        Context = context;
        return Task.CompletedTask;
    }

    public Task<AuthenticateResult> AuthenticateAsync() => _result ??= FindAsync();

    public virtual Task ChallengeAsync(AuthenticationProperties? properties) => (_refusal ?? Problems.Unauthorized()).ExecuteAsync(Context);

    public virtual Task ForbidAsync(AuthenticationProperties? properties) => Problems.Forbidden("This is not allowed.").ExecuteAsync(Context);

    protected abstract Task<AuthenticateResult> FindAsync();

    /// <param name="detail">The text of the challenge.</param>
    protected AuthenticateResult Refuse(string detail)
    {
        _refusal = Problems.Unauthorized(detail);
        return AuthenticateResult.Fail(detail);
    }
}
