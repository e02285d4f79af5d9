using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Operations;

namespace Parley.Server.CatchUp;

internal static class CatchUpSetup
{
    public static IServiceCollection AddCatchUp(this IServiceCollection services) => services
        .AddSingleton<WorkInHand>()
        .AddSingleton<MessagesInHand>()
        .AddSingleton<ThreadsGoneOn>()
        .AddSingleton<CatchUpReader>()
        .AddConcept<CatchUpConcept>();
}
