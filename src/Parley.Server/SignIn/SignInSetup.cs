using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;
using Parley.Server.Operations;
using Parley.Server.Security;

namespace Parley.Server.SignIn;

internal static class SignInSetup
{
    /// <summary>Adds signing in, and sessions as a way to authenticate. Requires an <see cref="ISessionStore"/>.</summary>
    public static IServiceCollection AddSignIn(this IServiceCollection services) => services
        .AddSingleton<SignInTickets>()
        .AddSingleton<SessionDirectory>()
        .AddSingleton<IChore>(provider => provider.GetRequiredService<SessionDirectory>())
        .AddSingleton<CallerFacts>()
        .AddConcept<SignInConcept>()
        .AddSingleton(new CallerScheme(SessionHandler.Scheme, SessionCookie.Authenticates))
        .AddAuthenticationCore(options => options.AddScheme<SessionHandler>(SessionHandler.Scheme, displayName: null))
        .AddTransient(static provider => new SessionHandler(provider.GetRequiredService<SessionDirectory>()));
}
