using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Server.Wire;

namespace Parley.Server.Log;

/// <summary>A feed of a subscription: which log entries it selects, and how it shows them to a reader.</summary>
/// <param name="Selection">What it selects, before access is checked.</param>
/// <param name="View">Creates the view for one subscription. A null reader can read everything.</param>
internal sealed record Feed(string Name, FeedSelection Selection, Func<Reader?, FeedView> View)
{
    /// <summary>True for the feed of delivery stages, which are not in the log.</summary>
    internal bool Receipts { get; init; }

    /// <summary>Whether its view also gets entries that the reader may not read, because they can mean that it has lost access.</summary>
    internal bool TakesHidden { get; init; }
}

/// <summary>What a feed sends for an entry.</summary>
/// <param name="Op">As on the wire: <c>put</c>, <c>delete</c>.</param>
internal readonly record struct FeedChange(string Op, byte[] Item)
{
    internal static FeedChange Put(byte[] item) => new("put", item);

    internal static FeedChange Delete(byte[] item) => new("delete", item);
}

/// <summary>A feed as one subscription shows it. It may remember what it has sent. Entries come in log order, after the snapshot.</summary>
internal abstract class FeedView
{
    /// <summary>The current state, in parts. It includes every change up to the place. Later entries follow as changes, except those that the state
    /// already shows.</summary>
    internal virtual async IAsyncEnumerable<IReadOnlyList<byte[]>> SnapshotAsync(long place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    /// <param name="isHidden">Whether the reader may not read the entry.</param>
    /// <returns>Null to send nothing.</returns>
    internal abstract ValueTask<FeedChange?> ShowAsync(LogEntry entry, bool isHidden, CancellationToken cancellationToken);
}

/// <summary>Shows each entry independently of the others.</summary>
internal sealed class PlainView(Func<LogEntry, byte[]> item) : FeedView
{
    internal override ValueTask<FeedChange?> ShowAsync(LogEntry entry, bool isHidden, CancellationToken cancellationToken) => new(FeedChange.Put(item(entry)));
}

/// <summary>Opens the feed with one name. Each concept has its own.</summary>
internal interface IFeedSource
{
    /// <summary>As in <c>subscribe</c>.</summary>
    string Name { get; }

    Result<Feed> Open(ProjectLog project, JsonElement filter);
}

/// <summary>All feeds.</summary>
internal sealed class FeedCatalog(IEnumerable<IFeedSource> sources)
{
    private readonly Dictionary<string, IFeedSource> _sources = sources.ToDictionary(source => source.Name, StringComparer.Ordinal);

    internal Result<Feed> Open(ProjectLog project, string name, JsonElement filter) =>
        _sources.TryGetValue(name, out var source)
            ? source.Open(project, filter)
            : Problems.InvalidField($"feeds.{Problems.Shown(name)}", $"is not a feed; there are {string.Join(", ", _sources.Keys.Order(StringComparer.Ordinal))}");
}
