using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Idempotency;

namespace Parley.Server.Executions;

internal static class ExecutionsSetup
{
    public static IServiceCollection AddExecutions(this IServiceCollection services) => services
        .AddSingleton<ExecutionTracker>()
        .AddSingleton<CreationKeys>();
}
