namespace Parley.Server.Log;

/// <summary>Adds entries that belong to no concept's own store.</summary>
internal interface ILogAppender
{
    /// <summary>Appends one entry, on disk when it returns.</summary>
    /// <param name="sender">An agent's number; 0: none.</param>
    /// <param name="json">Makes the entry's JSON from its seq and its time in Unix milliseconds.</param>
    ValueTask AppendAsync(
        int project, EntryKind kind, Audience audience, int sender, string type, Func<long, long, byte[]> json, CancellationToken cancellationToken);
}
