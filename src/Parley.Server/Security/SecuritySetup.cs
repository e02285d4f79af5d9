using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;
using Parley.Server.Settings;

namespace Parley.Server.Security;

internal static class SecuritySetup
{
    /// <summary>Adds tokens, tickets, and authorization. Requires an <see cref="ITokenStore"/>, an <see cref="IAuditTrail"/>, an
    /// <see cref="ITokenSubjects"/>, and a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddSecurity(this IServiceCollection services) => services
        .AddSingleton<TokenVault>()
        .AddSingleton<SigningKey>()
        .AddSingleton<Tickets>()
        .AddSingleton<BootstrapTokens>()
        .AddCallerSchemes()
        .AddPermissions();

    /// <summary>Identifies callers and checks their permissions. Must come after routing, which determines the endpoint.</summary>
    public static void UseSecurity(this IApplicationBuilder app)
    {
        app.UseMiddleware<SecretsInAddresses>();
        app.UseAuthentication();
        app.UseAuthorization();
    }

    /// <summary>Only the core: the rest of the framework's authentication is for cookies, and stores its own keys in the user's folder.</summary>
    private static IServiceCollection AddCallerSchemes(this IServiceCollection services) => services
        .AddAuthenticationCore(options =>
        {
            options.DefaultScheme = CallerSchemes.Token;
            options.AddScheme<TokenHandler>(CallerSchemes.Token, displayName: null);
            options.AddScheme<TicketHandler>(CallerSchemes.Ticket, displayName: null);
        })
        .AddSingleton<CallerSchemes>()

        // One per request, created by a direct call: otherwise, native code would look up the constructor each time.
        .AddTransient(static provider => new TokenHandler(
            provider.GetRequiredService<CallerSchemes>(), provider.GetRequiredService<TokenVault>(), provider.GetRequiredService<IClusterView>()))
        .AddTransient(static provider => new TicketHandler(provider.GetRequiredService<Tickets>(), provider.GetRequiredService<IClusterView>()));

    private static IServiceCollection AddPermissions(this IServiceCollection services)
    {
        services
            .AddSingleton<IAuthorizationHandler, PermissionHandler>()
            .AddSingleton<IAuthorizationMiddlewareResultHandler, PermissionAnswers>()
            .AddAuthorization(static options => options.FallbackPolicy = new AuthorizationPolicy([new DeclaredPermission()], []));

        // The framework creates these, and everything they use, for each request, in case a handler keeps state of a request. None does, so each is
        // created once.
        services.MakeOnce<IPolicyEvaluator>();
        services.MakeOnce<IAuthorizationService>();
        services.MakeOnce<IAuthorizationHandlerProvider>();
        return services;
    }

    private static void MakeOnce<TService>(this IServiceCollection services)
    {
        var usual = services.Last(service => service.ServiceType == typeof(TService));
        services.Remove(usual);
        services.Add(new ServiceDescriptor(typeof(TService), usual.ImplementationType!, ServiceLifetime.Singleton));
    }

    /// <summary>Loads tokens, tickets, and keys, and creates the first tokens. Call it after the store is open and before the first
    /// request.</summary>
    public static async Task LoadSecurityAsync(this IServiceProvider services, ServerSettings settings, CancellationToken cancellationToken)
    {
        await services.GetRequiredService<TokenVault>().LoadAsync(cancellationToken);
        await services.GetRequiredService<SigningKey>().LoadAsync(settings.SecretKey, settings.Database is PostgresAddress ? null : settings.DataFolder, cancellationToken);
        await services.GetRequiredService<Tickets>().LoadAsync(cancellationToken);
        await services.GetRequiredService<BootstrapTokens>().EnsureAsync(settings.DataFolder, isShared: services.GetRequiredService<IClusterView>() is not SingleNode, cancellationToken);
    }
}
