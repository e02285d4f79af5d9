using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Log;
using Parley.Server.Operations;

namespace Parley.Server.Executions;

internal static class ExecutionsSetup
{
    public static IServiceCollection AddExecutions(this IServiceCollection services) => services
        .AddSingleton<ExecutionTracker>()
        .AddConcept<ExecutionsConcept>()
        .AddSingleton<IFeedSource, ExecutionFeed>();
}
