using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Server.Connections.Frames;

namespace Parley.Server.Operations;

internal static class OperationsSetup
{
    /// <summary>Adds the concepts' operations, including their frames.</summary>
    public static IServiceCollection AddOperations(this IServiceCollection services) => services
        .AddSingleton<OperationCatalog>()
        .AddSingleton(provider => new FrameTable(
            provider.GetRequiredService<OperationCatalog>().All.SelectMany(declared => declared.Operation.Frames), provider.GetRequiredService<ILogger<FrameTable>>()));

    /// <summary>Adds everything that a concept declares.</summary>
    public static IServiceCollection AddConcept<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TConcept>(this IServiceCollection services)
        where TConcept : class, IConcept => services.AddSingleton<IConcept, TConcept>();
}
