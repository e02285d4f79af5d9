using Microsoft.Extensions.Logging;
using Parley.Server.Log;
using Parley.Server.Storage;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Pulls the log for a connection as fast as its socket takes it, until it is dropped or the connection ends.</summary>
internal sealed partial class FeedLoop(SocketConnection connection, ILogger<FeedLoop> logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _dropped = CancellationTokenSource.CreateLinkedTokenSource(connection.Closing);
    private Task _running = Task.CompletedTask;

    internal CancellationToken Dropped => _dropped.Token;

    /// <summary>Runs outside the frame's handler, because a long catch-up must not hold up the frames behind it.</summary>
    internal void Start(params IEnumerable<Func<Task>> works) => _running = Task.WhenAll(works.Select(RunAsync));

    /// <summary>Reads until the feed ends.</summary>
    internal async Task PullAsync(FeedReader feed, Func<FeedBatch, ValueTask> tell)
    {
        while (true)
        {
            var before = feed.Cursor;
            await InTurnAsync(async () =>
            {
                var batch = await feed.ReadAsync(Dropped);
                // Checked directly, because waiters learn about it a moment later.
                connection.Caller.Ended.ThrowIfCancellationRequested();
                await tell(batch);
                return true;
            });
            if (feed.Cursor == before)
                await feed.WaitAsync(Dropped);
        }
    }

    /// <summary>Reads when little is waiting to be sent, and no other feed of the connection holds a page for which there is no room yet.</summary>
    internal async ValueTask<bool> InTurnAsync(Func<ValueTask<bool>> readAndTell)
    {
        var turn = connection.ReadingAhead;
        await turn.WaitAsync(Dropped);
        try
        {
            await connection.Outbound.LowAsync(Dropped);
            return await readAndTell();
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _dropped.CancelAsync();
        await _running;
        _dropped.Dispose();
    }

    private async Task RunAsync(Func<Task> work)
    {
        await Task.Yield();
        try
        {
            await work();
        }
        catch (OperationCanceledException)
        {
            // The feed was dropped, or the connection has closed.
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            // The client resumes from its place, and nothing after that place was sent.
            connection.Outbound.Goodbye(CloseCodes.TryLater, "The store is unavailable.");
        }
#pragma warning disable CA1031 // Nobody awaits this. A fault that is not reported here is reported nowhere, and the client would wait forever.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.Failed(logger, fault, connection.Agent.Id);
            connection.Outbound.Goodbye(CloseCodes.TryLater, "A feed failed: connect again, and continue after the last place.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A feed on a connection of {Agent} failed; closing the connection.")]
        internal static partial void Failed(ILogger logger, Exception fault, string agent);
    }
}
