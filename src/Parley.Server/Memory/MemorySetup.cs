using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Entities;
using Parley.Server.Operations;

namespace Parley.Server.Memory;

internal static class MemorySetup
{
    public static IServiceCollection AddMemory(this IServiceCollection services) => services
        .AddEntities(MemoryConcept.Kind)
        .AddSingleton<SharedMemory>()
        .AddConcept<MemoryConcept>();
}
