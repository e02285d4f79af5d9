using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Wire;

namespace Parley.Server.Connections.WebSockets;

/// <summary>A running subscription: the current state of its feeds, if requested, and then their changes.</summary>
internal sealed class FeedSubscription(
    SocketConnection connection, string subscription, IReadOnlyList<Feed> feeds, ILogStore log, IThreadAccess access, Reader? reader, ConnectionHub hub, FeedLoop loop,
    FrameCoalescing? coalescing) : IAsyncDisposable
{
    /// <summary>How many receipts may wait for a slow socket. They are live and not sent again, so the oldest are dropped.</summary>
    private const int MostReceipts = 10_000;

    private readonly (Feed Feed, FeedView View)[] _feeds = [.. feeds.Select(feed => (feed, feed.View(reader)))];
    private readonly Lock _telling = new();
    private IDisposable? _watch;

    /// <summary>The place of the last entry that was told. Receipts have it too: whoever resumes after one must get every entry that was not told before
    /// it.</summary>
    private long _told;

    internal async ValueTask StartAsync(InFrame frame, LogPosition? after, bool snapshot, CancellationToken cancellationToken)
    {
        var project = connection.Project;
        var feed = new FeedReader(project.Log, log, access, reader, new FeedSelection(
            feeds.Count == 1 ? feeds[0].Selection.Query : LogQuery.All,
            entry => feeds.Any(one => one.Selection.Takes(entry)))
        {
            TakesHidden = entry => feeds.Any(one => one.TakesHidden && one.Selection.Takes(entry)),
        });
        var recovered = true;
        long? gap = null;
        if (after is { } place)
        {
            gap = await feed.StartAsync(place, cancellationToken);
            recovered = gap is null;
        }

        foreach (var (_, view) in _feeds.Where(one => one.Feed.IsBesideLog))
            await view.PrepareAsync(project.Log.Head, cancellationToken);
        var receipts = feeds.Any(one => one.Receipts) ? await WatchReceiptsAsync(cancellationToken) : null;
        _told = feed.Cursor;
        connection.Ok(frame, new SubscribeAnswer { Subscription = subscription, Place = project.Log.Place(feed.Cursor).ToString(), Recovered = recovered }, WireJson.Strict.SubscribeAnswer);
        if (gap is not null)
            TellGap(feed.Cursor);

        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var works = new List<Func<Task>> { () => RunAsync(feed, one => snapshot || (after is not null && one.IsBesideLog), begun) };
        if (receipts is not null)
            works.Add(() => TellAsync(receipts));
        works.AddRange(_feeds.Where(one => one.Feed.IsBesideLog).Select(one => (Func<Task>)(() => TellChangesAsync(one.Feed, one.View, begun.Task))));
        loop.Start(works);
    }

    public async ValueTask DisposeAsync()
    {
        _watch?.Dispose();
        await loop.DisposeAsync();
        coalescing?.Dispose();
        foreach (var (_, view) in _feeds)
            view.Dispose();
    }

    /// <param name="begun">Completed when the current state has been sent.</param>
    private async Task RunAsync(FeedReader feed, Func<Feed, bool> showsState, TaskCompletionSource begun)
    {
        await SendSnapshotAsync(feed.Cursor, showsState);
        begun.SetResult();
        await loop.PullAsync(feed, TellAsync);
    }

    private async Task TellChangesAsync(Feed feed, FeedView view, Task begun)
    {
        await begun.WaitAsync(loop.Dropped);
        await foreach (var change in view.ChangesAsync(loop.Dropped))
        {
            await connection.Outbound.LowAsync(loop.Dropped);
            Tell(feed.Name, place: null, change.Op, change.Item);
        }
    }

    private async ValueTask TellAsync(FeedBatch batch)
    {
        if (batch.Gap is { } gap)
            TellGap(gap.ResumedAt - 1);
        foreach (var (_, view) in _feeds)
            await view.PrepareAsync(batch.Entries, loop.Dropped);
        foreach (var entry in batch.Entries)
        {
            var isHidden = batch.Hidden?.Contains(entry) == true;
            await connection.Outbound.LowAsync(loop.Dropped);
            foreach (var (one, view) in _feeds)
            {
                if (one.Selection.Takes(entry) && (!isHidden || one.TakesHidden) && await view.ShowAsync(entry, isHidden, loop.Dropped) is { } change)
                    Tell(one.Name, entry.Seq, change.Op, change.Item);
            }
        }
    }

    /// <param name="place">The place that the next entries follow.</param>
    private void TellGap(long place)
    {
        foreach (var one in feeds)
            Tell(one.Name, place, "gap", null);
    }

    /// <param name="place">Of an entry of the log; null for what is not in the log.</param>
    private void Tell(string feed, long? place, string op, byte[]? item)
    {
        lock (_telling)
        {
            _told = place ?? _told;
            var frame = new ChangeFrame(subscription, feed, connection.Project.Log.Place(_told), op, item);
            if (coalescing is null)
                connection.Outbound.Add(frame);
            else
                coalescing.Add(frame);
        }
    }

    /// <param name="place">The place that the following changes come after.</param>
    private async ValueTask SendSnapshotAsync(long place, Func<Feed, bool> showsState)
    {
        foreach (var (feed, view) in _feeds.Where(one => showsState(one.Feed)))
        {
            await using var parts = view.SnapshotAsync(place, loop.Dropped).GetAsyncEnumerator(loop.Dropped);
            while (await loop.InTurnAsync(async () =>
            {
                if (!await parts.MoveNextAsync())
                    return false;
                connection.Outbound.Add(new SnapshotFrame(subscription, feed.Name, parts.Current, done: false));
                return true;
            }))
            {
            }

            connection.Outbound.Add(new SnapshotFrame(subscription, feed.Name, [], done: true));
        }
    }

    private async ValueTask<ChannelReader<ReceiptNote>> WatchReceiptsAsync(CancellationToken cancellationToken)
    {
        var receipts = Channel.CreateBounded<ReceiptNote>(new BoundedChannelOptions(MostReceipts) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        _watch = await hub.WatchReceiptsAsync(connection.Project.Number, note => receipts.Writer.TryWrite(note), cancellationToken);
        // It may have been dropped in the meantime.
        if (loop.Dropped.IsCancellationRequested)
            _watch.Dispose();
        return receipts.Reader;
    }

    private async Task TellAsync(ChannelReader<ReceiptNote> receipts)
    {
        await foreach (var note in receipts.ReadAllAsync(loop.Dropped))
        {
            await connection.Outbound.LowAsync(loop.Dropped);
            if (await MessageOfAsync(note) is { } message)
                Tell("receipts", place: null, "put", Json(note, message));
        }
    }

    /// <returns>Null if the reader is neither the sender nor the recipient.</returns>
    private async ValueTask<LogEntry?> MessageOfAsync(ReceiptNote note)
    {
        var message = connection.Project.Log.Find(note.Seq) ?? await log.FindAsync(connection.Project.Number, note.Seq, loop.Dropped);
        return reader is null || note.Agent == reader.Agent || message?.Sender == reader.Agent ? message : null;
    }

    private byte[] Json(in ReceiptNote note, LogEntry message) => JsonSerializer.SerializeToUtf8Bytes(
        new Receipt
        {
            DeliveryId = note.Delivery.ToString(CultureInfo.InvariantCulture),
            MessageId = MessageJsonReader.Id(message.Json).ToString(),
            AgentId = connection.Project.Agents.Find(note.Agent)?.Id ?? "",
            State = note.State,
            Attempt = note.Attempt,
            At = DateTimeOffset.FromUnixTimeMilliseconds(note.Stamp),
        },
        WireJson.Strict.Receipt);
}

/// <summary><c>change</c>: one entry of a feed.</summary>
internal sealed class ChangeFrame(string subscription, string feed, LogPosition place, string op, byte[]? item) : OutFrame
{
    internal override int Size => item?.Length ?? 0;

    internal override void Write(FrameBuffer to)
    {
        to.Raw("{\"event\":\"change\",\"data\":{\"subscription\":\""u8);
        Ascii(to, subscription);
        to.Raw("\",\"feed\":\""u8);
        Ascii(to, feed);
        to.Raw("\",\"place\":\""u8);
        to.Number(place.Epoch);
        to.Raw("-"u8);
        to.Number(place.Seq);
        to.Raw("\",\"op\":\""u8);
        Ascii(to, op);
        to.Raw("\",\"item\":"u8);
        to.Raw(item ?? "null"u8);
        to.Raw("}}"u8);
    }

    private static void Ascii(FrameBuffer to, string text) => to.Advance(System.Text.Encoding.ASCII.GetBytes(text, to.GetSpan(text.Length)));
}

/// <summary><c>snapshot</c>: a part of the current state.</summary>
internal sealed class SnapshotFrame(string subscription, string feed, IReadOnlyList<byte[]> items, bool done) : OutFrame
{
    internal override int Size { get; } = items.Sum(item => item.Length);

    internal override void Write(FrameBuffer to)
    {
        to.Raw("{\"event\":\"snapshot\",\"data\":{\"subscription\":"u8);
        to.Text(subscription);
        to.Raw(",\"feed\":"u8);
        to.Text(feed);
        to.Raw(",\"items\":["u8);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                to.Raw(","u8);
            to.Raw(items[i]);
        }

        to.Raw(done ? "],\"done\":true}}"u8 : "],\"done\":false}}"u8);
    }
}
