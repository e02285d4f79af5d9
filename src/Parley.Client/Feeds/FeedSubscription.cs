using System.Text.Json;
using System.Threading.Channels;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>A subscription to feeds of a project. It continues across reconnects without losing or repeating entries. Read it once, with
/// <c>await foreach</c>; dispose it to stop.</summary>
/// <remarks>If the reader falls behind by many thousands of entries, the subscription pauses and resumes at its place once the reader has caught
/// up. So memory stays bounded, and the log keeps the unread entries. Only <c>receipts</c>, which are not in the log, are missed then.</remarks>
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

        // A filter's document may be disposed long before the next connection asks with it again.
        Request = request with { Feeds = request.Feeds.ToDictionary(feed => feed.Key, feed => feed.Value?.Clone()) };
        Place = request.After;
        _snapshotsDue = request.Snapshot ? [.. request.Feeds.Keys] : [];
    }

    /// <summary>The place of the last entry; a new subscription would continue after it.</summary>
    public string? Place { get; private set; }

    internal FeedRequest Request { get; }

    /// <summary>The server's name for it on the present connection.</summary>
    internal string? ServerName { get; private set; }

    /// <summary>Done when the server first answered.</summary>
    internal Task Stands => _stands.Task;

    /// <summary>Whether the state as it is has still to come, or come again because its connection broke in the middle.</summary>
    internal bool NeedsSnapshot => _snapshotsDue.Count > 0;

    /// <summary>Whether it waits for its reader rather than for the server.</summary>
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
        // A place asked for stays until an entry moves it: the answer's place is the log's end, and what lies between is on its way.
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

        _snapshotsDue.Clear();
        Place = entry.Place ?? Place;
        Put(entry);
        if (Volatile.Read(ref _buffered) < Most)
            return;
        _agent.Pause(this);

        // The reader may have emptied the queue before it could see that.
        if (Volatile.Read(ref _buffered) <= Few)
            _agent.Unpause(this);
    }

    /// <summary>The log no longer has everything since the last entry. Who asked for the state as it is needs it again, unless it is on its way.</summary>
    private void TakeGap(FeedEntry gap)
    {
        Place = gap.Place ?? Place;
        Put(gap);
        if (!Request.Snapshot || NeedsSnapshot)
            return;
        // It concerns all feeds, and this subscription ends here: the others' gaps would come over it no more.
        foreach (var feed in Request.Feeds.Keys.Where(feed => feed != gap.Feed))
            Put(gap with { Feed = feed });
        _snapshotsDue.UnionWith(Request.Feeds.Keys);
        _agent.Pause(this);
        _agent.Unpause(this);
    }

    /// <summary>Keeps the parts until the feed's state is whole, so that one broken off in the middle leaves nothing behind.</summary>
    internal void Take(FeedSnapshot part)
    {
        if (!_snapshotsDue.Contains(part.Feed))
            return;
        if (!_snapshot.TryGetValue(part.Feed, out var items))
            _snapshot[part.Feed] = items = [];
        items.AddRange(part.Items.Select(item => Entry(part.Feed, item)));
        if (!part.Done)
            return;
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
