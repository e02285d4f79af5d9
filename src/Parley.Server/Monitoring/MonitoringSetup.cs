using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Operations;
using Parley.Server.Projects;

namespace Parley.Server.Monitoring;

internal static class MonitoringSetup
{
    /// <summary>Adds figures and health. Requires an <see cref="IStatsStore"/>, an <see cref="IAvailabilityStore"/>, an
    /// <see cref="IConnectionCount"/>, and a <see cref="DeliveryLatency"/>.</summary>
    public static IServiceCollection AddMonitoring(this IServiceCollection services) => services
        .AddSingleton<Readiness>()
        .AddSingleton<Uptime>()
        .AddSingleton<SendRate>()
        .AddSingleton<ProjectStats>()
        .AddConcept<StatsConcept>()
        .AddConcept<HealthConcept>();

    /// <summary>Starts counting. Call it once the store is open. Call <see cref="Uptime.OpenAsync"/> when the server is listening.</summary>
    public static async Task StartMonitoringAsync(this IServiceProvider services)
    {
        // Drops the latencies of deleted projects.
        services.GetRequiredService<ProjectDirectory>().WhenRemoved += services.GetRequiredService<DeliveryLatency>().Forget;
        await services.GetRequiredService<Uptime>().StartAsync();
        await services.GetRequiredService<SendRate>().StartAsync();
    }
}
