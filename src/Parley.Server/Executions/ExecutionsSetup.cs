using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Log;

namespace Parley.Server.Executions;

internal static class ExecutionsSetup
{
    public static IServiceCollection AddExecutions(this IServiceCollection services) => services
        .AddSingleton<ExecutionTracker>()
        .AddSingleton<IFeedSource, ExecutionFeed>();
}
