using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;
using Parley.Server.Log;
using Parley.Server.Operations;

namespace Parley.Server.Statistics;

internal static class StatisticsSetup
{
    /// <summary>Adds counters over any time span. Requires an <see cref="ICountStore"/>.</summary>
    public static IServiceCollection AddStatistics(this IServiceCollection services) => services
        .AddSingleton<Counts>()
        .AddSingleton<ProjectHealths>()
        .AddSingleton<CountFollower>()
        .AddSingleton<IChore>(services => services.GetRequiredService<CountFollower>())
        .AddSingleton<ILogFollower>(services => services.GetRequiredService<CountFollower>())
        .AddConcept<CountsConcept>();
}
