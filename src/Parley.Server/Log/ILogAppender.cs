namespace Parley.Server.Log;

/// <summary>Appends entries that belong to no concept's own store.</summary>
internal interface ILogAppender
{
    /// <summary>Appends entries in order, all or none of them. They are on disk when it returns.</summary>
    /// <exception cref="InvalidOperationException">The project no longer exists.</exception>
    ValueTask AppendAsync(int project, IReadOnlyList<NewEntry> entries, CancellationToken cancellationToken);
}

/// <param name="Sender">An agent's number; 0 for none.</param>
/// <param name="Json">Creates the entry's JSON from its seq and its time in Unix milliseconds. May be called more than once; the last result
/// counts.</param>
internal sealed record NewEntry(EntryKind Kind, Audience Audience, int Sender, string Type, Func<long, long, byte[]> Json);
