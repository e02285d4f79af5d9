using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Limits;
using Parley.Server.Settings;

namespace Parley.Server;

internal static class LimitsSetup
{
    private const long Least = 32L << 20;

    /// <summary>A connection that makes no progress for this long makes room for others.</summary>
    private static readonly TimeSpan OfReaders = TimeSpan.FromSeconds(10), OfSenders = TimeSpan.FromSeconds(2);

    /// <summary>Adds the limits on the memory of connections.</summary>
    public static IServiceCollection AddLimits(this IServiceCollection services, ServerSettings settings) => services
        .AddSingleton(provider => new SendLimits(
            settings.ConnectionBufferBytes, Budget(settings.SendBufferBytes, OfReaders, provider.GetRequiredService<TimeProvider>())))
        .AddSingleton(provider => new Receiving(
            Budget(settings.ReceiveBufferBytes, OfSenders, provider.GetRequiredService<TimeProvider>()),
            settings.MinReceiveBytesPerSecond, provider.GetRequiredService<TimeProvider>()));

    private static ByteBudget Budget(long bytes, TimeSpan patience, TimeProvider clock)
    {
        // The container's limit counts, not the machine's memory.
        var most = bytes > 0 ? bytes : Math.Max(Least, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8);
        return new ByteBudget(most, most / 4, patience, clock);
    }
}
