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

    /// <summary>True if its changes are not log entries: its view finds them by itself. Since no place says which of them a reader has, a reader that resumes
    /// gets the current state again.</summary>
    internal bool IsBesideLog { get; init; }

    /// <summary>True if only callers that can read everything may follow it.</summary>
    internal bool IsForOperators { get; init; }
}

/// <summary>What a feed sends for an entry.</summary>
/// <param name="Op">As on the wire: <c>put</c>, <c>delete</c>.</param>
internal readonly record struct FeedChange(string Op, byte[] Item)
{
    internal static FeedChange Put(byte[] item) => new("put", item);

    internal static FeedChange Delete(byte[] item) => new("delete", item);
}

/// <summary>A feed as one subscription shows it. It may remember what it has sent. Entries come in log order, after the snapshot.</summary>
internal abstract class FeedView : IDisposable
{
    public virtual void Dispose()
    {
        // Most views hold nothing.
    }

    /// <summary>The current state, in parts. It includes every change up to the place. Later entries follow as changes, except those that the state
    /// already shows.</summary>
    internal virtual async IAsyncEnumerable<IReadOnlyList<byte[]>> SnapshotAsync(long place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    /// <summary>Called before the entries of a batch are shown one by one, to look up together what all of them need.</summary>
    internal virtual ValueTask PrepareAsync(IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <param name="isHidden">Whether the reader may not read the entry.</param>
    /// <returns>Null to send nothing.</returns>
    internal abstract ValueTask<FeedChange?> ShowAsync(LogEntry entry, bool isHidden, CancellationToken cancellationToken);

    /// <summary>For a feed beside the log: finds the state that the snapshot shows, and to which changes are sent.</summary>
    /// <param name="place">The state includes every change up to here.</param>
    internal virtual ValueTask PrepareAsync(long place, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>The changes of a feed beside the log, after the state.</summary>
    internal virtual async IAsyncEnumerable<FeedChange> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }
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

    /// <param name="show">For the feeds that <see cref="ShowsMessages"/>; others have nothing to shorten.</param>
    /// <inheritdoc cref="Open(ProjectLog, JsonElement)"/>
    Result<Feed> Open(ProjectLog project, JsonElement filter, MessageShow show) => Open(project, filter);

    /// <summary>Whether its items are messages, so that a subscription can ask for excerpts and deliveries.</summary>
    bool ShowsMessages => false;
}

/// <summary>How much of messages to show.</summary>
/// <param name="Excerpt">The most characters of content and payload; null for the whole message.</param>
/// <param name="WithDeliveries">Whether they come with how far their deliveries are.</param>
internal sealed record MessageShow(int? Excerpt, bool WithDeliveries)
{
    internal static MessageShow Whole { get; } = new(null, WithDeliveries: false);
}

/// <summary>All feeds.</summary>
internal sealed class FeedCatalog(IEnumerable<IFeedSource> sources)
{
    private readonly Dictionary<string, IFeedSource> _sources = sources.ToDictionary(source => source.Name, StringComparer.Ordinal);

    internal bool ShowsMessages(string name) => _sources.TryGetValue(name, out var source) && source.ShowsMessages;

    internal Result<Feed> Open(ProjectLog project, string name, JsonElement filter, MessageShow? show = null) =>
        _sources.TryGetValue(name, out var source)
            ? source.Open(project, filter, show ?? MessageShow.Whole)
            : Problems.InvalidField($"feeds.{Problems.Shown(name)}", $"is not a feed; there are {string.Join(", ", _sources.Keys.Order(StringComparer.Ordinal))}");
}
