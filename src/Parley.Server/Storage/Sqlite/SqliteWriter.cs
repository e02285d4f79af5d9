using Microsoft.Extensions.Logging;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The one thread that writes. It takes whatever waits, applies it in one transaction and commits once: every sender
/// in it shares one fsync. It never waits for more to come, so a lone write is on disk at once; only what nobody waits for
/// (<see cref="WriteOperation.IsDeferred"/>) waits a moment for company.</summary>
internal sealed partial class SqliteWriter : IDisposable
{
    /// <summary>Rows in one commit at the most: about 5 ms of work, so that a burst does not hold up those behind it for longer.</summary>
    private const int MaxWeight = 1_024;

    /// <summary>Rows that may wait before callers are made to: half a second of work, bounded memory.</summary>
    private const int MaxPending = 65_536;

    /// <summary>Rows that may be deferred: with more there is no fsync to save, since they have each other for company.</summary>
    internal const int MaxDeferred = 64;

    private const string InDoubt =
        "The disk neither confirmed this nor let it be taken back: whether it is stored is not known. Send it again with the same idempotency key.";

    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly StoreTrouble _trouble;
    private readonly ILogger _log;
    private readonly Thread _thread;

    /// <summary>A monitor, whose wait gives the processor up at once. A semaphore's spins first, and at a few hundred messages a second that costs
    /// more than the messages.</summary>
    private readonly object _gate = new();
    private readonly List<IWriterCache> _caches = [];
    private Queue<WriteOperation> _waiting = new();
    private int _pending;

    /// <summary>Weight of what is waiting and deferred.</summary>
    private int _deferred;

    /// <summary>The writer wakes by itself within <see cref="Deferral"/>: what is deferred need not wake it.</summary>
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

    /// <summary>Called on the writer's thread before it works on what waited.</summary>
    internal Action? BeforeAnswers { get; set; }

    /// <summary>Called on the writer's thread when callers have their answers, with whether nothing waits for it.</summary>
    internal Action<bool>? Answered { get; set; }

    /// <summary>Called on the writer's thread after each commit once callers are answered: time for what may wait.</summary>
    internal Action? AfterAnswers { get; set; }

    /// <summary>How long a deferred operation waits for another commit to share. Long enough to meet the next send of a server that stores a few hundred
    /// messages a second, so that a message and an acknowledgment cost one fsync, not two; too short for anyone to notice.</summary>
    internal TimeSpan Deferral { get; set; } = TimeSpan.FromMilliseconds(5);

    internal void Start() => _thread.Start();

    /// <summary>State in memory that mirrors the database is dropped when a transaction is undone.</summary>
    internal void Register(IWriterCache cache) => _caches.Add(cache);

    /// <summary>Queues a transition and returns its result once it is on disk.</summary>
    /// <exception cref="StorageUnavailableException">The disk refused; nothing was changed.</exception>
    internal async ValueTask<T> WriteAsync<T>(
        Func<SqliteConnection, T> apply, CancellationToken cancellationToken, Action<T>? committed = null, Action? undone = null, int weight = 1)
    {
        var operation = new WriteOperation<T>(apply, committed, undone, weight);
        await RoomAsync(cancellationToken);
        Enqueue(operation);
        return await operation.Done;
    }

    /// <summary>Queues a transition. Never waits: order of calls is order of application.</summary>
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

    /// <summary>Completes when so little is queued that more may be: whoever brings much waits for it before the next.</summary>
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

    /// <summary>To be called after everybody else has closed the database: the last to close it leaves it in one file.</summary>
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

    /// <summary>Waits for work. False when stopping and nothing is left: what was accepted is finished first.</summary>
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

    /// <summary>Whether something waits that is not to wait for more.</summary>
    private bool IsDue => _stopping || _pending > _deferred || _deferred >= MaxDeferred;

    /// <summary>First a short doze, in which what is deferred gathers without waking this thread for each; if nothing came, a sleep until something does.</summary>
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

    /// <summary>Does what needs no transaction, and takes it out of the batch.</summary>
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
        // Not held up by the fsync that follows.
        Answered?.Invoke(false);
        BeforeAnswers?.Invoke();
    }

    private void Commit(List<WriteOperation> batch)
    {
        if (_trouble.Files is { } text)
        {
            // What is confirmed now would be gone at the next start.
            var refusal = new StorageUnavailableException("The database's files are not those that the server has opened.") { Told = text };
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

    /// <summary>One bad transition fails alone: its cluster are applied again without it.</summary>
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
            // The next transaction cannot begin before this one is undone, and tries again.
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
        [LoggerMessage(Level = LogLevel.Warning, Message = "A write failed; the {Count} writes of its batch are applied one by one.")]
        internal static partial void BatchUndone(ILogger logger, Exception fault, int count);

        [LoggerMessage(Level = LogLevel.Error, Message = "A transaction could not be undone; it is tried again.")]
        internal static partial void NotUndone(ILogger logger, Exception fault);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The write-ahead log could not be moved into the database at the end.")]
        internal static partial void NotMoved(ILogger logger, Exception fault);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Count} writes were refused: the database cannot take them.")]
        internal static partial void WriteRefused(ILogger logger, Exception fault, int count);
    }
}

/// <summary>State in memory that mirrors the database, owned by the writer's thread.</summary>
internal interface IWriterCache
{
    /// <summary>Writes what the transaction changed in memory only (counters, next numbers), as its last step.</summary>
    void Flush(SqliteConnection connection);

    /// <summary>The transaction was undone: forget everything that it may have changed, and read it again when needed.</summary>
    void Reset();
}
