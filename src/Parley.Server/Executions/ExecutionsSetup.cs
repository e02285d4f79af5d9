using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Entities;
using Parley.Server.Operations;

namespace Parley.Server.Executions;

internal static class ExecutionsSetup
{
    public static IServiceCollection AddExecutions(this IServiceCollection services) => services
        .AddEntities(ExecutionKind.Kind)
        .AddSingleton<ExecutionTracker>()
        .AddConcept<ExecutionsConcept>();
}
