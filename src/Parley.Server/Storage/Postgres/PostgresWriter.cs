using Microsoft.Extensions.Logging;
using Npgsql;
using Parley.Server.Messages;

namespace Parley.Server.Storage.Postgres;

/// <summary>The one lane over which this node writes. It takes whatever waits and sends it in one journey: every sender in it shares one
/// commit. It never waits for more to come, so a lone write is on disk at once.</summary>
internal sealed partial class PostgresWriter : IDisposable
{
    /// <summary>Rows in one batch at the most: some milliseconds of work, during which other nodes wait for the project.</summary>
    private const int MaxWeight = 1_024;

    /// <summary>Rows that may wait before callers are made to: about a second of work, bounded memory.</summary>
    private const int MaxPending = 65_536;

    private readonly NpgsqlDataSource _source;
    private readonly int _node;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly CancellationTokenSource _end = new();
    private readonly LinkedList<PostgresOperation> _waiting = new();
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

    /// <summary>Called when the lane has connected again after a fault, before anything else is written.</summary>
    internal Func<PostgresTransaction, Task>? Recover { get; set; }

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
            _waiting.AddLast(operation);
            _pending += operation.Weight;
            if (_waiting.Count == 1)
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
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        while (await TakeAsync() is { } operation)
        {
            if (operation is PostgresTransition transition)
                await RunAsync(transition);
            else
                throw new InvalidOperationException($"The lane does not know {operation.GetType().Name}.");
        }
    }

    /// <summary>Waits for work. Null when stopping and nothing is left.</summary>
    private async ValueTask<PostgresOperation?> TakeAsync()
    {
        while (true)
        {
            TaskCompletionSource? room = null;
            PostgresOperation? taken = null;
            lock (_gate)
            {
                if (_waiting.First is { } first)
                {
                    taken = first.Value;
                    _waiting.RemoveFirst();
                    _pending -= taken.Weight;
                }

                if (_pending < MaxPending)
                    (room, _room) = (_room, null);
                if (taken is null && _stopping)
                    return null;
                if (_waiting.Count > 0)
                    _work.Release();
            }

            room?.TrySetResult();
            if (taken is not null)
                return taken;
            await _work.WaitAsync();
        }
    }

    private async Task RunAsync(PostgresTransition transition)
    {
        try
        {
            var transaction = await TransactAsync(transition.ApplyAsync);
            transition.Committed();
            await TellAsync(transaction.News);
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
    private async ValueTask TellAsync(CommitNews news)
    {
        await _tail.PublishAsync(news.Entries, _connection!);
        foreach (var receipt in news.Receipts)
            Handover.Publish(receipt);
        foreach (var agent in news.Woken)
            Handover.Wake(agent);
    }

    private async ValueTask<NpgsqlConnection> ConnectAsync()
    {
        if (_connection is { State: System.Data.ConnectionState.Open } open)
            return open;
        _connection?.Dispose();
        _connection = await _source.OpenConnectionAsync();
        if (Recover is { } recover)
        {
            var transaction = new PostgresTransaction(_connection, _node, _clock);
            await recover(transaction);
            await transaction.CommitAsync(HasPeers);
            await TellAsync(transaction.News);
        }

        return _connection;
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
        [LoggerMessage(Level = LogLevel.Error, Message = "{Count} writes were refused.")]
        internal static partial void WriteRefused(ILogger logger, Exception fault, int count);
    }
}
