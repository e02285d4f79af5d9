using Microsoft.Extensions.Logging;
using Npgsql;
using Parley.Server.Messages;

namespace Parley.Server.Storage.Postgres;

/// <summary>The one lane over which this node writes. It takes whatever waits and sends it in one journey: every sender in it shares one
/// commit. It never waits for more to come, so a lone write is on disk at once.</summary>
internal sealed partial class PostgresWriter : IDisposable
{
    /// <summary>Rows that may wait before callers are made to: about a second of work, bounded memory.</summary>
    private const int MaxPending = 65_536;

    private readonly NpgsqlDataSource _source;
    private readonly int _node;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Queue<PostgresOperation> _waiting = new();
    private readonly PostgresTail _tail = new();
    private NpgsqlConnection? _connection;
    private int _pending;
    private TaskCompletionSource? _room;
    private bool _stopping;
    private Task _lane = Task.CompletedTask;

    internal PostgresWriter(NpgsqlDataSource source, int node, TimeProvider clock, ILogger log)
    {
        _source = source;
        _node = node;
        _clock = clock;
        _log = log;
    }

    /// <summary>Gives committed entries to the logs in memory.</summary>
    internal PostgresTail Tail => _tail;

    /// <summary>Who hears of deliveries; set once, before the first write.</summary>
    internal IHandover Handover { get; set; } = null!;

    /// <summary>Whether other nodes are alive, so that each commit is told to them.</summary>
    internal bool HasPeers { get; set; }

    /// <summary>Makes batches; set once, before the first write.</summary>
    internal PostgresMessageStore Messages { get; set; } = null!;

    /// <summary>Unix milliseconds by a test's clock. In a server null: the database's clock judges, which all nodes share.</summary>
    internal long? TestNow => _clock == TimeProvider.System ? null : _clock.GetUtcNow().ToUnixTimeMilliseconds();

    internal void Start() => _lane = Task.Run(RunAsync);

    /// <summary>Queues a transition and returns its result once it is on disk.</summary>
    /// <param name="committed">Runs after the commit, on the lane, before anybody else hears of it.</param>
    /// <exception cref="StorageUnavailableException">The database is away; where it went at the commit, the transition may have happened.</exception>
    internal async ValueTask<T> WriteAsync<T>(
        Func<PostgresTransaction, Task<T>> apply, CancellationToken cancellationToken, Action<T>? committed = null, int weight = 1)
    {
        var operation = new PostgresTransition<T>(apply, committed, weight);
        await RoomAsync(cancellationToken);
        Enqueue(operation);
        return await operation.Done;
    }

    /// <summary>Queues an operation. Never waits: order of calls is order of application.</summary>
    internal void Enqueue(PostgresOperation operation)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _waiting.Enqueue(operation);
            _pending += operation.Weight;
            // The lane asks for more before it waits, so one signal is enough for all.
            if (_work.CurrentCount == 0)
                _work.Release();
        }
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

    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping)
                return;
            _stopping = true;
        }

        // What was accepted is finished first.
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
                else
                    await RunAsync((PostgresTransition)operation);
            }
            catch (Exception bug)
            {
                // Whoever was told of a commit has failed at it. The lane is the only one: it goes on.
                Log.NotTold(_log, bug);
                operation.Fail(bug);
            }
        }
    }

    /// <summary>Waits for work. Null when stopping and nothing is left.</summary>
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

    /// <summary>Takes with a first operation whatever may go with it.</summary>
    private async Task RunBatchAsync(PostgresBatchOperation first)
    {
        var carried = first;
        while (carried is not null)
        {
            var operations = new List<PostgresBatchOperation>();
            var batch = new PostgresBatch(Messages);
            try
            {
                var connection = await ConnectAsync();
                while (carried is not null)
                {
                    operations.Add(carried);
                    if (!await carried.AddToAsync(batch, onlyOne: false))
                        break;
                    // Once its last part is sent it is answered with this batch.
                    carried = batch.IsFull ? null : (PostgresBatchOperation?)TryTake(onlyForBatch: true, out _);
                }

                if (!batch.IsEmpty)
                    await batch.ExecuteAsync(connection, TestNow, _node, HasPeers);
            }
            catch (Exception fault)
            {
                batch.Cancel();
                await FailAsync(operations, fault);
                return;
            }

            try
            {
                await FinishAsync(batch, operations, unsent: carried);
            }
            catch
            {
                // It is stored, but nobody can say what became of each: who waits shall not wait for ever.
                operations.ForEach(operation => operation.Fail(new StorageUnavailableException("What was stored could not be told.")));
                throw;
            }
        }
    }

    /// <summary>After a batch's commit.</summary>
    private async Task FinishAsync(PostgresBatch batch, List<PostgresBatchOperation> operations, PostgresBatchOperation? unsent)
    {
        batch.Committed();
        await TellAsync(batch.News, _connection!);
        foreach (var operation in operations)
        {
            if (operation != unsent && !operation.IsUnfinished)
                operation.Complete();
        }

        foreach (var operation in operations)
        {
            if (operation != unsent && operation.IsUnfinished)
                await RunAsync(operation);
        }
    }

    /// <summary>A batch was undone. Where the database is away all of it is refused; one bad row fails alone.</summary>
    private async Task FailAsync(List<PostgresBatchOperation> operations, Exception fault)
    {
        if (PostgresFault.IsAway(fault))
        {
            Log.WriteRefused(_log, fault, operations.Count);
            var reason = await SettleFaultAsync(fault);
            foreach (var operation in operations)
                operation.Fail(reason);
            return;
        }

        Log.BatchUndone(_log, fault, operations.Count);
        foreach (var operation in operations)
        {
            operation.Rewind();
            await RunAloneAsync(operation);
        }
    }

    /// <summary>Sends an operation part by part.</summary>
    private async Task RunAloneAsync(PostgresBatchOperation operation)
    {
        for (var isSent = false; !isSent;)
        {
            var batch = new PostgresBatch(Messages);
            try
            {
                var connection = await ConnectAsync();
                isSent = await operation.AddToAsync(batch, onlyOne: true);
                if (!batch.IsEmpty)
                    await batch.ExecuteAsync(connection, TestNow, _node, HasPeers);
            }
            catch (Exception fault)
            {
                batch.Cancel();
                Log.WriteRefused(_log, fault, 1);
                operation.Rewind();
                isSent = false;
                if (!PostgresFault.IsAway(fault) && operation.SkipBad())
                    continue;
                operation.Fail(await SettleFaultAsync(fault));
                return;
            }

            await FinishAsync(batch, [operation], unsent: isSent ? null : operation);
        }
    }

    private async Task RunAsync(PostgresTransition transition)
    {
        try
        {
            var transaction = await TransactAsync(transition.ApplyAsync);
            transition.Committed();
            foreach (var (agent, change) in transaction.Mailboxes)
                Messages.Backlogs.Add(agent, change.Waiting);
            await TellAsync(transaction.News, _connection!);
            transition.Complete();
        }
        catch (Exception fault)
        {
            Log.WriteRefused(_log, fault, 1);
            transition.Fail(await SettleFaultAsync(fault));
        }
    }

    private async Task<PostgresTransaction> TransactAsync(Func<PostgresTransaction, Task> apply)
    {
        var transaction = new PostgresTransaction(await ConnectAsync(), _node, _clock);
        try
        {
            await apply(transaction);
            await transaction.CommitAsync(HasPeers);
            return transaction;
        }
        catch (Exception fault) when (!PostgresFault.IsAway(fault))
        {
            await transaction.RollbackAsync();
            throw;
        }
    }

    /// <summary>After a commit: the logs in memory grow, then watchers hear of stages, then mailboxes are woken.</summary>
    private async ValueTask TellAsync(CommitNews news, NpgsqlConnection connection)
    {
        try
        {
            await _tail.PublishAsync(news.Entries, connection);
        }
        catch (Exception fault) when (PostgresFault.IsAway(fault))
        {
            // What is committed stays committed. The log in memory stays behind and reads what it lacks before it takes the next.
            Log.TailBehind(_log, fault);
        }

        foreach (var receipt in news.Receipts)
            Handover.Publish(receipt);
        foreach (var agent in news.Woken)
            Handover.Wake(agent);
    }

    /// <summary>Takes a block of numbers where too few are left.</summary>
    internal async ValueTask RefillAsync(DeliveryNumbers numbers, int count) => await numbers.RefillAsync(count, await ConnectAsync());

    private async ValueTask<NpgsqlConnection> ConnectAsync()
    {
        if (_connection is { State: System.Data.ConnectionState.Open } open)
            return open;
        _connection?.Dispose();
        _connection = null;
        var connection = await _source.OpenConnectionAsync();
        try
        {
            var transaction = new PostgresTransaction(connection, _node, _clock);
            await Messages.RecoverAsync(transaction);
            await transaction.CommitAsync(HasPeers);
            await TellAsync(transaction.News, connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        return _connection = connection;
    }

    /// <summary>A connection that failed is not used again: whatever it held is taken back by its end.</summary>
    private async ValueTask<Exception> SettleFaultAsync(Exception fault)
    {
        if (!PostgresFault.IsAway(fault))
            return fault;
        if (_connection is { } broken)
        {
            _connection = null;
            NpgsqlConnection.ClearPool(broken);
            await broken.DisposeAsync();
        }

        return PostgresFault.Away(fault);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A batch failed; its {Count} operations are applied one by one.")]
        internal static partial void BatchUndone(ILogger logger, Exception fault, int count);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The log in memory could not be brought up to a commit; it is with the next.")]
        internal static partial void TailBehind(ILogger logger, Exception fault);

        [LoggerMessage(Level = LogLevel.Critical, Message = "After a commit, telling of it failed.")]
        internal static partial void NotTold(ILogger logger, Exception bug);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Count} writes were refused.")]
        internal static partial void WriteRefused(ILogger logger, Exception fault, int count);
    }
}
