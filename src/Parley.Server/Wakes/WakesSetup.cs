using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Operations;

namespace Parley.Server.Wakes;

internal static class WakesSetup
{
    public static IServiceCollection AddWakes(this IServiceCollection services) => services
        .AddSingleton<WakeBoard>()
        .AddSingleton<WakeDesk>()
        .AddConcept<WakesConcept>();
}
