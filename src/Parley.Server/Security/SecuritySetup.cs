using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;
using Parley.Server.Settings;

namespace Parley.Server.Security;

internal static class SecuritySetup
{
    /// <summary>Tokens, tickets, and what decides by them. Needs an <see cref="ITokenStore"/>, an <see cref="IAuditTrail"/>, an
    /// <see cref="ITokenSubjects"/> and a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddSecurity(this IServiceCollection services) => services
        .AddSingleton<TokenVault>()
        .AddSingleton<Tickets>()
        .AddSingleton<BootstrapTokens>();

    /// <summary>Reads tokens, tickets and keys, and makes the first tokens. Before the first request, after the store is open.</summary>
    public static async Task LoadSecurityAsync(this IServiceProvider services, ServerSettings settings, CancellationToken cancellationToken)
    {
        await services.GetRequiredService<TokenVault>().LoadAsync(cancellationToken);
        await services.GetRequiredService<Tickets>().LoadAsync(settings.SecretKey, cancellationToken);
        await services.GetRequiredService<BootstrapTokens>().EnsureAsync(settings.DataFolder, isShared: services.GetRequiredService<IClusterView>() is not SingleNode, cancellationToken);
    }
}
