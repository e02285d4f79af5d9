namespace Parley.Server.Operations;

/// <summary>Every operation of every concept.</summary>
internal sealed class OperationCatalog
{
    /// <exception cref="InvalidOperationException">Two operations have the same name.</exception>
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
