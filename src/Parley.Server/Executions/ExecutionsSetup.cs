using Microsoft.Extensions.DependencyInjection;

namespace Parley.Server.Executions;

internal static class ExecutionsSetup
{
    public static IServiceCollection AddExecutions(this IServiceCollection services) => services
        .AddSingleton<ExecutionTracker>();
}
