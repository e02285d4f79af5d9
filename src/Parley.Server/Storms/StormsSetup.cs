using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Messages;
using Parley.Server.Operations;

namespace Parley.Server.Storms;

internal static class StormsSetup
{
    public static IServiceCollection AddStorms(this IServiceCollection services) => services
        .AddEntities(StormKind.Kind)
        .AddSingleton<StormDirectory>()
        .AddSingleton<StormBoard>()
        .AddSingleton<WorkSigns>()
        .AddSingleton<ReplyPace>()
        .AddSingleton<IStormBreaker, StormBreaker>()
        .AddSingleton<StormKeeper>()
        .AddSingleton<IChore>(provider => provider.GetRequiredService<StormKeeper>())
        .AddConcept<StormsConcept>();
}
