using System.Text.Json;
using System.Threading.Channels;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>A subscription to feeds of a project. It continues across reconnects without losing or repeating entries. Read it once, with
/// <c>await foreach</c>; dispose it to stop.</summary>
/// <remarks>If the reader falls behind by many thousands of entries, the subscription pauses and resumes at its place once the reader has caught
/// up. So memory stays bounded, and the log keeps the unread entries. <c>receipts</c> and <c>attention</c> are not in the log: receipts are missed then, and
/// of <c>attention</c> the current state comes again, after a gap.</remarks>
public sealed class FeedSubscription : IAsyncEnumerable<FeedEntry>, IAsyncDisposable
{
    private const int Most = 32 * 1024;
    private const int Few = 1024;

    private readonly ParleyAgent _agent;
    private readonly Channel<FeedEntry> _entries = Channel.CreateUnbounded<FeedEntry>();
    private readonly Dictionary<string, List<FeedEntry>> _snapshot = [];
    private readonly HashSet<string> _snapshotsDue;
    private readonly TaskCompletionSource _stands = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _buffered;
    private volatile bool _paused;

    internal FeedSubscription(ParleyAgent agent, FeedRequest request)
    {
        _agent = agent;

        // The document of a filter may be disposed long before the next connection needs it again.
        Request = request with { Feeds = request.Feeds.ToDictionary(feed => feed.Key, feed => feed.Value?.Clone()) };
        Place = request.After;
        _snapshotsDue = request.Snapshot ? [.. request.Feeds.Keys] : [];
    }

    /// <summary>The place of the last entry; a new subscription would continue after it.</summary>
    public string? Place { get; private set; }

    internal FeedRequest Request { get; }

    /// <summary>The server's name for it on the current connection.</summary>
    internal string? ServerName { get; private set; }

    /// <summary>Completes when the server has answered for the first time.</summary>
    internal Task Stands => _stands.Task;

    /// <summary>Whether the current state has not arrived yet, or must be sent again because the connection broke in the middle.</summary>
    internal bool NeedsSnapshot => _snapshotsDue.Count > 0;

    /// <summary>Whether it is waiting for its reader, not for the server.</summary>
    internal bool IsPaused
    {
        get => _paused;
        set => _paused = value;
    }

    /// <summary>Yields the entries. If a read fails, the exception says why the connection was closed permanently.</summary>
    public async IAsyncEnumerator<FeedEntry> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        while (await _entries.Reader.WaitToReadAsync(cancellationToken))
        {
            while (_entries.Reader.TryRead(out var entry))
            {
                if (Interlocked.Decrement(ref _buffered) <= Few && _paused)
                    _agent.Unpause(this);
                yield return entry;
            }
        }
    }

    /// <summary>Ends the subscription, both here and on the server. A loop that reads it ends after the entries that have already arrived.</summary>
    public ValueTask DisposeAsync()
    {
        _agent.Unsubscribe(this);
        _entries.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    internal void Begin(SubscribeAnswer answer)
    {
        ServerName = answer.Subscription;
        _snapshot.Clear();
        // A requested place stays until an entry advances it: the place in the answer is the end of the log, and the entries in between are still on
        // their way.
        if (Place is null || !answer.Recovered)
            Place = answer.Place;
        _stands.TrySetResult();
    }

    internal void Take(FeedEntry entry)
    {
        if (_paused)
            return;
        if (entry.Kind == FeedEntryKind.Gap)
        {
            TakeGap(entry);
            return;
        }

        // Changes come after the current state, so whatever was due has come. Receipts come at any time.
        if (entry.Feed != ChangeJson.Receipts)
            _snapshotsDue.Clear();
        Place = entry.Place ?? Place;
        Put(entry);
        if (Volatile.Read(ref _buffered) < Most)
            return;
        _agent.Pause(this);

        // The reader may have emptied the queue before this was set.
        if (Volatile.Read(ref _buffered) <= Few)
            _agent.Unpause(this);
    }

    /// <summary>The log no longer has everything since the last entry. If the current state was requested, it must be sent again, unless it is on its
    /// way.</summary>
    private void TakeGap(FeedEntry gap)
    {
        Place = gap.Place ?? Place;
        Put(gap);
        if (!Request.Snapshot || NeedsSnapshot)
            return;
        // The gap concerns all feeds, and this subscription ends here, so it would not receive the gaps of the other feeds.
        foreach (var feed in Request.Feeds.Keys.Where(feed => feed != gap.Feed))
            Put(gap with { Feed = feed });
        _snapshotsDue.UnionWith(Request.Feeds.Keys);
        _agent.Pause(this);
        _agent.Unpause(this);
    }

    /// <summary>Keeps the parts until the feed's state is complete, so that nothing is left of one that is interrupted.</summary>
    internal void Take(FeedSnapshot part)
    {
        // A feed beside the log starts anew with each connection.
        var isAgain = !_snapshotsDue.Contains(part.Feed);
        if (isAgain && part.Feed != ChangeJson.Attention)
            return;
        if (!_snapshot.TryGetValue(part.Feed, out var items))
            _snapshot[part.Feed] = items = [];
        items.AddRange(part.Items.Select(item => Entry(part.Feed, item)));
        if (!part.Done)
            return;
        if (isAgain)
            Put(new FeedEntry { Feed = part.Feed, Kind = FeedEntryKind.Gap, Place = Place });
        foreach (var item in items)
            Put(item);
        _snapshot.Remove(part.Feed);
        _snapshotsDue.Remove(part.Feed);
    }

    internal void End(Exception? reason)
    {
        _entries.Writer.TryComplete(reason);
        if (_stands.TrySetException(reason ?? new ObjectDisposedException(nameof(FeedSubscription))))
            _ = _stands.Task.Exception;
    }

    private static FeedEntry Entry(string feed, JsonElement item) => new()
    {
        Feed = feed,
        Kind = FeedEntryKind.Snapshot,
        Message = feed == ChangeJson.Messages ? item.Deserialize(WireJson.Lenient.Message) : null,
        Item = item,
    };

    private void Put(FeedEntry entry)
    {
        Interlocked.Increment(ref _buffered);
        _entries.Writer.TryWrite(entry);
    }
}
