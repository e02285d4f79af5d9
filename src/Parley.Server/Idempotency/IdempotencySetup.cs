using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;
using Parley.Server.Operations;

namespace Parley.Server.Idempotency;

internal static class IdempotencySetup
{
    /// <summary>Keys of creations, and the forgetting of all keys. Needs an <see cref="IIdempotencyStore"/>.</summary>
    public static IServiceCollection AddIdempotency(this IServiceCollection services) => services
        .AddSingleton<CreationKeys>()
        .AddSingleton<IOncePerKey, IdempotentCreation>()
        .AddSingleton<IChore, KeyPruner>();
}

/// <summary>Forgets keys that are older than a day.</summary>
internal sealed class KeyPruner(CreationKeys keys) : IChore
{
    // A sweep looks at every key that there is, a day's sends: often enough that no more than a few hours' lie about, rarely enough
    // that it costs nothing.
    public TimeSpan Interval { get; } = TimeSpan.FromHours(3);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        await keys.PruneAsync(cancellationToken);
        return null;
    }
}
