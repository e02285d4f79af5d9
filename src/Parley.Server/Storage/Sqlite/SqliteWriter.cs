using Microsoft.Extensions.Logging;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The only thread that writes. It takes everything that is waiting, applies it in one transaction, and commits once, so all senders in the
/// transaction share one fsync. It never waits for more to come, so a lone write is on disk at once. Only operations that nobody waits for
/// (<see cref="WriteOperation.IsDeferred"/>) wait a moment for others to join.</summary>
internal sealed partial class SqliteWriter : IDisposable
{
    /// <summary>The most rows in one commit: about 5 ms of work, so that a burst does not hold up what comes after it for longer.</summary>
    private const int MaxWeight = 1_024;

    /// <summary>How many rows may wait before callers must wait: half a second of work, and a limit on memory.</summary>
    private const int MaxPending = 65_536;

    /// <summary>How many rows may be deferred. With more, there is no fsync to save, because they already share one.</summary>
    internal const int MaxDeferred = 64;

    private const string InDoubt =
        "The disk neither confirmed this write nor let it be undone, so it may or may not be stored. Send it again with the same idempotency key.";

    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly StoreTrouble _trouble;
    private readonly ILogger _log;
    private readonly Thread _thread;

    /// <summary>A monitor, because its wait yields the processor at once. A semaphore spins first, which at a few hundred messages a second costs
    /// more than the messages.</summary>
    private readonly object _gate = new();
    private readonly List<IWriterCache> _caches = [];
    private Queue<WriteOperation> _waiting = new();
    private int _pending;

    /// <summary>The weight of waiting operations that are deferred.</summary>
    private int _deferred;

    /// <summary>True while the writer wakes by itself within <see cref="Deferral"/>, so that a deferred operation does not have to wake it.</summary>
    private bool _isDozing;
    private TaskCompletionSource? _room;
    private bool _stopping;

    internal SqliteWriter(SqliteConnection connection, string path, StoreTrouble trouble, ILogger log)
    {
        _connection = connection;
        _path = path;
        _trouble = trouble;
        _log = log;
        _thread = new Thread(Run) { IsBackground = true, Name = "sqlite-writer" };
    }

    /// <summary>Called on the writer's thread after each commit, before any caller is answered.</summary>
    internal Action? AfterCommit { get; set; }

    /// <summary>Called on the writer's thread before it applies waiting operations.</summary>
    internal Action? BeforeAnswers { get; set; }

    /// <summary>Called on the writer's thread after callers have been answered. The argument says whether nothing is waiting.</summary>
    internal Action<bool>? Answered { get; set; }

    /// <summary>Called on the writer's thread after each commit, once callers have been answered: the time for work that can wait.</summary>
    internal Action? AfterAnswers { get; set; }

    /// <summary>How long a deferred operation waits for another commit that it can join: long enough to meet the next send on a server that stores a
    /// few hundred messages a second, so that a message and an acknowledgment cost one fsync instead of two, but too short for anyone to
    /// notice.</summary>
    internal TimeSpan Deferral { get; set; } = TimeSpan.FromMilliseconds(5);

    internal void Start() => _thread.Start();

    /// <summary>Registers state in memory that mirrors the database and is dropped after a rollback.</summary>
    internal void Register(IWriterCache cache) => _caches.Add(cache);

    /// <summary>Queues a transition and returns its result once it is on disk.</summary>
    /// <exception cref="StorageUnavailableException">The disk refused. Nothing was changed.</exception>
    internal async ValueTask<T> WriteAsync<T>(
        Func<SqliteConnection, T> apply, CancellationToken cancellationToken, Action<T>? committed = null, Action? undone = null, int weight = 1)
    {
        var operation = new WriteOperation<T>(apply, committed, undone, weight);
        await RoomAsync(cancellationToken);
        Enqueue(operation);
        return await operation.Done;
    }

    /// <summary>Queues a transition. Never blocks. Transitions are applied in the order of the calls.</summary>
    internal void Enqueue(WriteOperation operation)
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                var wasDue = IsDue;
                _waiting.Enqueue(operation);
                _pending += operation.Weight;
                if (operation.IsDeferred)
                    _deferred += operation.Weight;
                if (IsDue ? !wasDue : !_isDozing)
                    Monitor.Pulse(_gate);
                return;
            }
        }

        operation.Fail(new ObjectDisposedException(nameof(SqliteWriter)));
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

    /// <summary>Finishes what was accepted, and takes nothing more.</summary>
    internal void Stop()
    {
        lock (_gate)
        {
            if (_stopping)
                return;
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        if (_thread.IsAlive)
            _thread.Join();
    }

    /// <summary>Call this after everybody else has closed the database: the last connection to close it leaves everything in one file.</summary>
    public void Dispose()
    {
        Stop();
        try
        {
            _connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException fault)
        {
            Log.NotMoved(_log, fault);
        }

        _connection.Dispose();
    }

    private void Run()
    {
        var batch = new List<WriteOperation>();
        while (Take(batch))
        {
            BeforeAnswers?.Invoke();
            Read(batch);
            if (batch.Count > 0)
                Commit(batch);
            batch.Clear();
            Answered?.Invoke(Volatile.Read(ref _pending) == 0);
            AfterAnswers?.Invoke();
        }
    }

    /// <summary>Waits for work. False if the writer is stopping and nothing is left, because accepted operations are finished first.</summary>
    private bool Take(List<WriteOperation> batch)
    {
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            WaitForWork();
            var weight = 0;
            while (weight < MaxWeight && _waiting.TryDequeue(out var operation))
            {
                batch.Add(operation);
                weight += operation.Weight;
                if (operation.IsDeferred)
                    _deferred -= operation.Weight;
            }

            _pending -= weight;
            if (_pending < MaxPending)
                (room, _room) = (_room, null);
        }

        room?.TrySetResult();
        return batch.Count > 0;
    }

    /// <summary>Whether anything is waiting that should not wait for more.</summary>
    private bool IsDue => _stopping || _pending > _deferred || _deferred >= MaxDeferred;

    /// <summary>First dozes briefly, while deferred operations gather without waking this thread. If nothing came, sleeps until something
    /// does.</summary>
    private void WaitForWork()
    {
        _isDozing = true;
        while (!IsDue)
        {
            var isPulsed = Monitor.Wait(_gate, _isDozing ? Deferral : Timeout.InfiniteTimeSpan);
            if (!isPulsed && _waiting.Count > 0)
                break;
            _isDozing = isPulsed;
        }

        _isDozing = false;
    }

    /// <summary>Runs the operations that need no transaction, and removes them from the batch.</summary>
    private void Read(List<WriteOperation> batch)
    {
        var reads = 0;
        foreach (var operation in batch)
        {
            if (!operation.IsRead)
                continue;
            reads++;
            try
            {
                operation.Apply(_connection);
                operation.Committed();
                operation.Complete();
            }
            catch (Exception fault)
            {
                operation.Undo();
                Refuse([operation], fault);
            }
        }

        if (reads == 0)
            return;
        AfterCommit?.Invoke();
        batch.RemoveAll(operation => operation.IsRead);
        if (batch.Count == 0)
            return;
        // These answers do not wait for the fsync that follows.
        Answered?.Invoke(false);
        BeforeAnswers?.Invoke();
    }

    private void Commit(List<WriteOperation> batch)
    {
        if (_trouble.Files is { } text)
        {
            // Anything confirmed now would be gone at the next start.
            var refusal = new StorageUnavailableException("The database's files are not the ones that the server opened.") { Told = text };
            foreach (var operation in batch)
                operation.Fail(refusal);
            return;
        }

        try
        {
            Transact(batch);
        }
        catch (Exception fault)
        {
            Undo(batch);
            if (fault is SqliteException { IsStorageFault: true })
                Refuse(batch, fault);
            else if (batch.Count > 1)
                CommitOneByOne(batch, fault);
            else if (batch[0].Split() is { Count: > 0 } parts)
                CommitOneByOne(parts, fault);
            else
                Refuse(batch, fault);
            return;
        }

        AfterCommit?.Invoke();
        foreach (var operation in batch)
            operation.Committed();
        foreach (var operation in batch)
            operation.Complete();
    }

    private void Transact(List<WriteOperation> batch)
    {
        _connection.Prepare("BEGIN IMMEDIATE").Run();
        foreach (var operation in batch)
            operation.Apply(_connection);
        foreach (var cache in _caches)
            cache.Flush(_connection);
        _connection.Prepare("COMMIT").Run();
    }

    /// <summary>Applies the operations one by one, so that only the bad one fails.</summary>
    private void CommitOneByOne(IReadOnlyList<WriteOperation> batch, Exception fault)
    {
        Log.BatchUndone(_log, fault, batch.Count);
        foreach (var operation in batch)
            Commit([operation]);
    }

    private void Undo(List<WriteOperation> batch)
    {
        try
        {
            _connection.Rollback();
        }
        catch (SqliteException fault)
        {
            // The next transaction cannot begin until this one is rolled back, so it tries again.
            Log.NotUndone(_log, fault);
        }

        foreach (var cache in _caches)
            cache.Reset();
        foreach (var operation in batch)
            operation.Undo();
    }

    private void Refuse(List<WriteOperation> batch, Exception fault)
    {
        Log.WriteRefused(_log, fault, batch.Count);
        var reason = fault switch
        {
            SqliteException { IsStorageFault: true } => new StorageUnavailableException("The database cannot be written.", fault) { Told = WalBatchingVfs.TakeDoubt() ? InDoubt : null },
            SqliteException { IsDamage: true } => _trouble.Damaged(_path, fault, _log),
            _ => fault,
        };
        foreach (var operation in batch)
            operation.Fail(reason);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A write failed; applying the {Count} writes of its batch one by one.")]
        internal static partial void BatchUndone(ILogger logger, Exception fault, int count);

        [LoggerMessage(Level = LogLevel.Error, Message = "A transaction could not be rolled back; will try again.")]
        internal static partial void NotUndone(ILogger logger, Exception fault);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The write-ahead log could not be merged into the database at shutdown; the next start does it.")]
        internal static partial void NotMoved(ILogger logger, Exception fault);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Count} writes were refused, because the database cannot be written.")]
        internal static partial void WriteRefused(ILogger logger, Exception fault, int count);
    }
}

/// <summary>State in memory that mirrors the database and belongs to the writer's thread.</summary>
internal interface IWriterCache
{
    /// <summary>Writes what the transaction changed only in memory (counters, next numbers), as its last step.</summary>
    void Flush(SqliteConnection connection);

    /// <summary>The transaction was rolled back: forget everything that it may have changed, and read it again when needed.</summary>
    void Reset();
}
