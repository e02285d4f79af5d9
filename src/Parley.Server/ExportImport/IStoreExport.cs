namespace Parley.Server.ExportImport;

/// <summary>A store as of one moment, to be read from its beginning to its end while others go on writing.</summary>
internal interface IStoreExport : IAsyncDisposable
{
    /// <summary>The product and its version, for people.</summary>
    string Source { get; }

    /// <summary>Whether servers use it.</summary>
    bool InUse { get; }

    /// <summary>Equal only where the store has not changed in between.</summary>
    string Stamp { get; }

    /// <summary>The lines of one kind in the order of their key, one at a time: memory does not grow with them.</summary>
    /// <param name="kind">One of <see cref="LineKinds"/>.</param>
    /// <param name="skip">How many to leave out at the beginning.</param>
    IAsyncEnumerable<ExportLine> ReadAsync(string kind, long skip, CancellationToken cancellationToken);
}

/// <summary>A store that is being filled. Until <see cref="FinishAsync"/> no server starts on it.</summary>
internal interface IStoreImport : IAsyncDisposable
{
    /// <summary>The import that was begun here; null: the store is empty.</summary>
    ImportProgress? Progress { get; }

    /// <summary>Marks the store as unfinished.</summary>
    ValueTask BeginAsync(ImportProgress first, CancellationToken cancellationToken);

    /// <summary>Stores lines, and in the same transaction how far the import is with them.</summary>
    ValueTask TakeAsync(IReadOnlyList<ExportLine> lines, ImportProgress progress, CancellationToken cancellationToken);

    /// <summary>Everything was taken and was right: numbers go on behind what is there, and servers may start.</summary>
    ValueTask FinishAsync(CancellationToken cancellationToken);
}

/// <summary>How far an import is.</summary>
/// <param name="ExportId">Of the export that is being taken.</param>
/// <param name="Lines">Taken, the first one counted.</param>
/// <param name="Sha256">Of these lines.</param>
internal sealed record ImportProgress(string ExportId, long Lines, string Sha256);
