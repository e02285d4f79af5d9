using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Server.Wire;

namespace Parley.Server.Log;

/// <summary>A feed of a subscription: what it takes of the log, and how it tells a reader of that.</summary>
/// <param name="Selection">What it takes, before anybody's rights are asked.</param>
/// <param name="View">How one subscription tells it; null for the reader: one who reads everything.</param>
internal sealed record Feed(string Name, FeedSelection Selection, Func<Reader?, FeedView> View)
{
    /// <summary>True for the feed of delivery stages, which live outside the log.</summary>
    internal bool Receipts { get; init; }

    /// <summary>Whether its view is also asked about entries that the reader may not read, since they can mean that it has lost the right to.</summary>
    internal bool TakesHidden { get; init; }
}

/// <summary>What a feed tells of an entry.</summary>
/// <param name="Op">As on the wire: <c>put</c>, <c>delete</c>.</param>
internal readonly record struct FeedChange(string Op, byte[] Item)
{
    internal static FeedChange Put(byte[] item) => new("put", item);

    internal static FeedChange Delete(byte[] item) => new("delete", item);
}

/// <summary>A feed as one subscription tells it. It may remember what it has told: entries come in the order of the log, behind the snapshot.</summary>
internal abstract class FeedView
{
    /// <summary>The state as it is, in parts. Everything that an entry up to a place tells is in it; later entries follow as changes, and what
    /// of those is in it already is not told again.</summary>
    internal virtual async IAsyncEnumerable<IReadOnlyList<byte[]>> SnapshotAsync(long place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    /// <param name="isHidden">The reader may not read the entry.</param>
    /// <returns>Null: nothing.</returns>
    internal abstract ValueTask<FeedChange?> ShowAsync(LogEntry entry, bool isHidden, CancellationToken cancellationToken);
}

/// <summary>Tells each entry by itself.</summary>
internal sealed class PlainView(Func<LogEntry, byte[]> item) : FeedView
{
    internal override ValueTask<FeedChange?> ShowAsync(LogEntry entry, bool isHidden, CancellationToken cancellationToken) => new(FeedChange.Put(item(entry)));
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
