namespace Parley.Server.Log;

/// <summary>Adds entries that belong to no concept's own store.</summary>
internal interface ILogAppender
{
    /// <summary>Appends entries in their order, all or none of them, on disk when it returns.</summary>
    /// <exception cref="InvalidOperationException">The project is gone.</exception>
    ValueTask AppendAsync(int project, IReadOnlyList<NewEntry> entries, CancellationToken cancellationToken);
}

/// <param name="Sender">An agent's number; 0: none.</param>
/// <param name="Json">Makes the entry's JSON from its seq and its time in Unix milliseconds. May be asked more than once; the last time counts.</param>
internal sealed record NewEntry(EntryKind Kind, Audience Audience, int Sender, string Type, Func<long, long, byte[]> Json);
