using Microsoft.AspNetCore.Authentication;
using Parley.Server.Security;

namespace Parley.Server.SignIn;

/// <summary>Authenticates by the cookie of a session.</summary>
internal sealed class SessionHandler(SessionDirectory sessions) : CallerHandler
{
    public const string Scheme = "Session";

    protected override async Task<AuthenticateResult> FindAsync()
    {
        if (SessionCookie.Of(Context.Request) is not { } secret)
            return AuthenticateResult.NoResult();
        if (await sessions.EnterAsync(secret, Context.RequestAborted) is not { } session)
            return Refuse("Your sign-in has ended: run 'parley dashboard' for a new link.");
        // Caches between the browser and the server know that answers to requests with a token are private, but not those to requests with a cookie.
        Context.Response.Headers.CacheControl = "no-store";
        Context.Response.OnCompleted(
            static session =>
            {
                ((LiveSession)session).Leave();
                return Task.CompletedTask;
            },
            session);
        return AuthenticateResult.Success(new AuthenticationTicket(session.Caller.Principal, Scheme));
    }
}
