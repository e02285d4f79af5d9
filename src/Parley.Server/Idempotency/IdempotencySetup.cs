using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;
using Parley.Server.Operations;

namespace Parley.Server.Idempotency;

internal static class IdempotencySetup
{
    /// <summary>Adds the keys of creations, and the chore that deletes old keys. Requires an <see cref="IIdempotencyStore"/>.</summary>
    public static IServiceCollection AddIdempotency(this IServiceCollection services) => services
        .AddSingleton<CreationKeys>()
        .AddSingleton<IOncePerKey, IdempotentCreation>()
        .AddSingleton<IChore, KeyPruner>();
}

/// <summary>Deletes keys that are older than a day.</summary>
internal sealed class KeyPruner(CreationKeys keys) : IChore
{
    // A run reads every key, which means all sends of a day. Often enough that only a few hours' worth of old keys accumulate, rarely enough that it
    // costs nothing.
    public TimeSpan Interval { get; } = TimeSpan.FromHours(3);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        await keys.PruneAsync(cancellationToken);
        return null;
    }
}
