using System.Text.Json;
using Parley.Server.Wire;

namespace Parley.Server.Log;

/// <summary>One feed of a subscription: what it takes, and its state as it is for those who want that first.</summary>
/// <param name="Selection">What it takes of the log.</param>
/// <param name="Item">What an entry shows on this feed, nothing where it gives null; without it, the entry's own JSON.</param>
/// <param name="Receipts">True for the feed of delivery stages, which live outside the log.</param>
internal sealed record Feed(string Name, FeedSelection Selection, Func<LogEntry, CancellationToken, ValueTask<byte[]?>>? Item, bool Receipts)
{
    /// <summary>Whether an entry says that something is gone.</summary>
    internal Func<LogEntry, bool> IsEnd { get; init; } = entry => entry.Kind == EntryKind.Deletion;

    /// <summary>The state as it is for a reader, in parts; null where there is none to give.</summary>
    internal Func<Reader?, CancellationToken, IAsyncEnumerable<IReadOnlyList<byte[]>>>? Snapshot { get; init; }
}

/// <summary>Opens feeds of one name; each concept brings its own.</summary>
internal interface IFeedSource
{
    /// <summary>As in <c>subscribe</c>.</summary>
    string Name { get; }

    Result<Feed> Open(ProjectLog project, JsonElement filter);
}

/// <summary>All feeds there are.</summary>
internal sealed class FeedCatalog(IEnumerable<IFeedSource> sources)
{
    private readonly Dictionary<string, IFeedSource> _sources = sources.ToDictionary(source => source.Name, StringComparer.Ordinal);

    internal Result<Feed> Open(ProjectLog project, string name, JsonElement filter) =>
        _sources.TryGetValue(name, out var source)
            ? source.Open(project, filter)
            : Problems.InvalidField($"feeds.{Problems.Shown(name)}", $"is not a feed; there are {string.Join(", ", _sources.Keys.Order(StringComparer.Ordinal))}");
}
