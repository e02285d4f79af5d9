using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Server.Connections.Frames;

namespace Parley.Server.Operations;

/// <summary>Every operation of every concept.</summary>
internal sealed class OperationCatalog
{
    /// <exception cref="InvalidOperationException">Two operations have one name.</exception>
    public OperationCatalog(IEnumerable<IConcept> concepts)
    {
        All = [.. concepts.SelectMany(concept => concept.Declare().Select(operation => new DeclaredOperation(concept.Title, operation)))];
        if (All.GroupBy(declared => declared.Operation.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new InvalidOperationException($"Two operations are called {twice.Key}.");
    }

    internal IReadOnlyList<DeclaredOperation> All { get; }
}

/// <param name="Title">Of the concept that declares it.</param>
internal readonly record struct DeclaredOperation(string Title, Operation Operation);

internal static class OperationsSetup
{
    public static IServiceCollection AddOperations(this IServiceCollection services) => services
        .AddSingleton<OperationCatalog>()
        .AddSingleton(provider => new FrameTable(
            provider.GetRequiredService<OperationCatalog>().All.SelectMany(declared => declared.Operation.Frames), provider.GetRequiredService<ILogger<FrameTable>>()));

    public static IServiceCollection AddConcept<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TConcept>(this IServiceCollection services)
        where TConcept : class, IConcept => services.AddSingleton<IConcept, TConcept>();
}
