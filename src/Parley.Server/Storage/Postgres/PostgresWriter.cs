using Microsoft.Extensions.Logging;
using Npgsql;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Postgres;

/// <summary>The single lane through which this node writes. It takes everything that is waiting and sends it in one round trip, so all senders in it
/// share one commit. It never waits for more to come, so a lone write is on disk at once.</summary>
internal sealed partial class PostgresWriter : IDisposable
{
    /// <summary>How many rows may wait before callers must wait: about a second of work, and a limit on memory.</summary>
    private const int MaxPending = 65_536;

    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Queue<PostgresOperation> _waiting = new();
    private readonly PostgresTail _tail = new();
    private readonly Dictionary<int, long> _heard = [];
    private NpgsqlConnection? _connection;
    private StandbyWatch? _standby;
    private int _pending;
    private TaskCompletionSource? _room;
    private bool _stopping;
    private Task _lane = Task.CompletedTask;

    internal PostgresWriter(NpgsqlDataSource source, int node, TimeProvider clock, ILogger log)
    {
        _source = source;
        Node = node;
        _clock = clock;
        _log = log;
    }

    /// <summary>This node's number, or a new one after it was considered gone. Set on the lane.</summary>
    internal int Node { get; set; }

    /// <summary>Passes committed entries to the logs in memory.</summary>
    internal PostgresTail Tail => _tail;

    /// <summary>Gets deliveries that go out at once. Set once, before the first write.</summary>
    internal IHandover Handover { get; set; } = null!;

    /// <summary>Whether other nodes are alive, so that they must be notified of each commit.</summary>
    internal bool HasPeers { get; set; }

    /// <summary>Creates batches. Set once, before the first write.</summary>
    internal PostgresMessageStore Messages { get; set; } = null!;

    /// <summary>The time in Unix milliseconds, by the clock that all nodes share (<see cref="DatabaseClock"/>).</summary>
    internal long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    internal void Start() => _lane = Task.Run(RunAsync);

    /// <summary>Queues a transition and returns its result once it is on disk.</summary>
    /// <param name="committed">Runs after the commit, on the lane, before anybody else is notified.</param>
    /// <exception cref="StorageUnavailableException">The database is unavailable. If it failed during the commit, the transition may have
    /// happened.</exception>
    internal async ValueTask<T> WriteAsync<T>(
        Func<PostgresTransaction, Task<T>> apply, CancellationToken cancellationToken, Action<T>? committed = null, int weight = 1)
    {
        var operation = new PostgresTransition<T>(apply, committed, weight);
        await RoomAsync(cancellationToken);
        Enqueue(operation);
        return await operation.Done;
    }

    /// <summary>Queues an operation. Never blocks. Operations are applied in the order of the calls.</summary>
    internal void Enqueue(PostgresOperation operation)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _waiting.Enqueue(operation);
            _pending += operation.Weight;
            // The lane takes everything before it waits again, so one signal is enough.
            if (_work.CurrentCount == 0)
                _work.Release();
        }
    }

    /// <summary>Completes when there is room in the queue. Callers with many operations await it before they queue more.</summary>
    internal ValueTask RoomAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _pending) < MaxPending)
            return ValueTask.CompletedTask;
        lock (_gate)
        {
            if (_pending < MaxPending)
                return ValueTask.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_room.Task.WaitAsync(cancellationToken));
        }
    }

    /// <summary>Another node has written a project's log up to a seq. Handled on the lane, which owns the tails; several at once.</summary>
    internal void Hear(int project, long head)
    {
        lock (_heard)
        {
            var isFirst = _heard.Count == 0;
            if (!_heard.TryGetValue(project, out var known) || known < head)
                _heard[project] = head;
            if (!isFirst)
                return;
        }

        try
        {
            Enqueue(new PostgresHearing());
        }
        catch (ObjectDisposedException)
        {
            // A server that is stopping does not need this.
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping)
                return;
            _stopping = true;
        }

        // Operations that were accepted are finished first.
        _work.Release();
        _lane.GetAwaiter().GetResult();
        _connection?.Dispose();
        _work.Dispose();
    }

    private async Task RunAsync()
    {
        while (await TakeAsync() is { } operation)
        {
            try
            {
                if (operation is PostgresBatchOperation first)
                    await RunBatchAsync(first);
                else if (operation is PostgresHearing)
                    await HearAsync();
                else
                    await RunAsync((PostgresTransition)operation);
            }
            catch (Exception bug)
            {
                // A component that was notified of a commit has failed. This is the only lane, so it continues.
                Log.NotTold(_log, bug);
                operation.Fail(bug);
            }
        }
    }

    /// <summary>Waits for work. Null if the lane is stopping and nothing is left.</summary>
    private async ValueTask<PostgresOperation?> TakeAsync()
    {
        while (true)
        {
            var taken = TryTake(onlyForBatch: false, out var isOver);
            if (taken is not null || isOver)
                return taken;
            await _work.WaitAsync();
        }
    }

    private PostgresOperation? TryTake(bool onlyForBatch, out bool isOver)
    {
        TaskCompletionSource? room = null;
        PostgresOperation? taken = null;
        lock (_gate)
        {
            if (_waiting.TryPeek(out var first) && (!onlyForBatch || first is PostgresBatchOperation))
            {
                taken = _waiting.Dequeue();
                _pending -= taken.Weight;
            }

            if (_pending < MaxPending)
                (room, _room) = (_room, null);
            isOver = taken is null && _stopping && _waiting.Count == 0;
        }

        room?.TrySetResult();
        return taken;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A batch failed; its {Count} operations are applied one by one.")]
        internal static partial void BatchUndone(ILogger logger, Exception fault, int count);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not read what other nodes wrote; will try again: {Reason}")]
        internal static partial void NotHeard(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The log in memory could not catch up with a commit; it will at the next one.")]
        internal static partial void TailBehind(ILogger logger, Exception fault);

        [LoggerMessage(Level = LogLevel.Critical, Message = "A commit succeeded, but notifying its readers failed.")]
        internal static partial void NotTold(ILogger logger, Exception bug);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Count} writes were refused.")]
        internal static partial void WriteRefused(ILogger logger, Exception fault, int count);
    }
}
