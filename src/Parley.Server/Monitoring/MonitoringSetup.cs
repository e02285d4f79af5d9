using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Operations;
using Parley.Server.Projects;

namespace Parley.Server.Monitoring;

internal static class MonitoringSetup
{
    /// <summary>Figures and health. Needs an <see cref="IStatsStore"/>, an <see cref="IAvailabilityStore"/>, an
    /// <see cref="IConnectionCount"/> and a <see cref="DeliveryLatency"/>.</summary>
    public static IServiceCollection AddMonitoring(this IServiceCollection services) => services
        .AddSingleton<Readiness>()
        .AddSingleton<Uptime>()
        .AddSingleton<SendRate>()
        .AddSingleton<ProjectStats>()
        .AddConcept<StatsConcept>()
        .AddConcept<HealthConcept>();

    /// <summary>Begins to count. Once the store is open; <see cref="Uptime.OpenAsync"/> follows when the server listens.</summary>
    public static async Task StartMonitoringAsync(this IServiceProvider services)
    {
        // Drops the latencies of deleted projects.
        services.GetRequiredService<ProjectDirectory>().WhenRemoved += services.GetRequiredService<DeliveryLatency>().Forget;
        await services.GetRequiredService<Uptime>().StartAsync();
        await services.GetRequiredService<SendRate>().StartAsync();
    }
}
