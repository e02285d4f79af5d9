namespace Parley.Server.ExportImport;

/// <summary>A store at a single moment, to be read from start to end while others keep writing.</summary>
internal interface IStoreExport : IAsyncDisposable
{
    /// <summary>The product and version, for people.</summary>
    string Source { get; }

    /// <summary>Whether servers are using it.</summary>
    bool InUse { get; }

    /// <summary>Equal only if the store has not changed in between.</summary>
    string Stamp { get; }

    /// <summary>The lines of one kind, sorted by key, one at a time, so that memory does not grow with their number.</summary>
    /// <param name="kind">One of <see cref="LineKinds"/>.</param>
    /// <param name="skip">How many to skip at the start.</param>
    IAsyncEnumerable<ExportLine> ReadAsync(string kind, long skip, CancellationToken cancellationToken);
}

/// <summary>A store that is being filled. No server starts on it until <see cref="FinishAsync"/> was called.</summary>
internal interface IStoreImport : IAsyncDisposable
{
    /// <summary>The import that was started here; null if the store is empty.</summary>
    ImportProgress? Progress { get; }

    /// <summary>Marks the store as unfinished.</summary>
    ValueTask BeginAsync(ImportProgress first, CancellationToken cancellationToken);

    /// <summary>Stores lines and, in the same transaction, the import's progress.</summary>
    ValueTask TakeAsync(IReadOnlyList<ExportLine> lines, ImportProgress progress, CancellationToken cancellationToken);

    /// <summary>Everything was imported and is correct: new numbers continue after the existing ones, and servers may start.</summary>
    ValueTask FinishAsync(CancellationToken cancellationToken);
}

/// <summary>The progress of an import.</summary>
/// <param name="ExportId">The id of the export.</param>
/// <param name="Lines">How many lines were imported, including the first.</param>
/// <param name="Sha256">The SHA-256 of these lines.</param>
internal sealed record ImportProgress(string ExportId, long Lines, string Sha256);
