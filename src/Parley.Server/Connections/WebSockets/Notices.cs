using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.Entities;
using Parley.Server.Log;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Tells a connection that asked for it (<c>notify=all</c>) of what is published, and of the things whose kinds have frames for that.</summary>
internal sealed class Notices(ILogStore log, IThreadAccess access, EntityKinds kinds)
{
    /// <summary>Under which it is among the connection's subscriptions. None of those has a name but a number.</summary>
    private const string Name = "notices";

    /// <summary>From here on, until the connection ends.</summary>
    internal void Start(SocketConnection connection)
    {
        if (!connection.Options.NotifyAll)
            return;
        var reader = new FeedReader(
            connection.Project.Log, log, access, connection.Caller.ReaderIn(connection.Project), new FeedSelection(LogQuery.All, entry => FrameOf(entry) is not null));
        var feed = new NoticeFeed(connection, reader, entry => new DataFrame(FrameOf(entry)!, [], entry.Json));
        if (connection.Keep(Name, feed))
            feed.Start();
    }

    private byte[]? FrameOf(LogEntry entry) => entry.Kind == EntryKind.Event ? EventFrame : kinds.Of(entry)?.NoticeOf(entry);

    private static byte[] EventFrame { get; } = System.Text.Encoding.ASCII.GetBytes(Protocol.FrameEvents.Event);
}

/// <summary>Pulls the log as fast as the socket takes it, as a subscription does, and tells each entry as a frame of its own.</summary>
internal sealed class NoticeFeed(SocketConnection connection, FeedReader feed, Func<LogEntry, OutFrame> frame) : IAsyncDisposable
{
    private readonly CancellationTokenSource _dropped = CancellationTokenSource.CreateLinkedTokenSource(connection.Closing);
    private Task _running = Task.CompletedTask;

    internal void Start() => _running = RunAsync();

    public async ValueTask DisposeAsync()
    {
        await _dropped.CancelAsync();
        await _running;
        _dropped.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var before = feed.Cursor;
                await TellPageAsync();
                if (feed.Cursor == before)
                    await feed.WaitAsync(_dropped.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Dropped, or the connection has gone.
        }
        catch (Exception fault) when (fault is Storage.StorageUnavailableException or ObjectDisposedException)
        {
            // The client comes back, and looks at what it wants to know.
            connection.Outbound.Goodbye(CloseCodes.TryLater, "The store is unavailable.");
        }
    }

    private async Task TellPageAsync()
    {
        var turn = connection.ReadingAhead;
        await turn.WaitAsync(_dropped.Token);
        try
        {
            await connection.Outbound.LowAsync(_dropped.Token);
            var batch = await feed.ReadAsync(_dropped.Token);
            connection.Caller.Ended.ThrowIfCancellationRequested();
            foreach (var entry in batch.Entries)
            {
                await connection.Outbound.LowAsync(_dropped.Token);
                connection.Outbound.Add(frame(entry));
            }
        }
        finally
        {
            turn.Release();
        }
    }
}
