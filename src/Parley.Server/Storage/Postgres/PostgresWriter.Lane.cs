using Npgsql;
using Parley.Server.Projects;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Runs the queued operations: many in a batch, the others one by one.</summary>
internal sealed partial class PostgresWriter
{
    /// <summary>How often an operation is tried again because another node has spent its budgets.</summary>
    private const int MostOverBudget = 100;

    /// <summary>Runs a first operation together with all others that can join it.</summary>
    private async Task RunBatchAsync(PostgresBatchOperation first)
    {
        var carried = first;
        while (carried is not null)
        {
            List<PostgresBatchOperation> operations = [carried];
            var batch = new PostgresBatch(Messages);
            try
            {
                var connection = await ConnectAsync();
                // An operation is answered with the batch that has its last part. If it does not fit completely, it continues in the next batch.
                while (await operations[^1].AddToAsync(batch, onlyOne: false))
                {
                    carried = batch.IsFull ? null : (PostgresBatchOperation?)TryTake(onlyForBatch: true, out _);
                    if (carried is null)
                        break;
                    operations.Add(carried);
                }

                if (!batch.IsEmpty)
                    await ExecuteAsync(batch, connection);
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
                // The operations are stored, but their results could not be read. Callers must not wait forever.
                operations.ForEach(operation => operation.Fail(new StorageUnavailableException("What was stored could not be told.")));
                throw;
            }
        }
    }

    private async Task ExecuteAsync(PostgresBatch batch, NpgsqlConnection connection)
    {
        await batch.ExecuteAsync(connection, Now, Node, HasPeers);
        _standby!.Verify();
    }

    /// <summary>Runs after a batch's commit.</summary>
    private async Task FinishAsync(PostgresBatch batch, List<PostgresBatchOperation> operations, PostgresBatchOperation? unsent)
    {
        batch.Committed();
        await TellAsync(batch.News, _connection!, batch.HandOver);
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

    /// <summary>A batch was rolled back. If the database is unavailable, all of it is refused. Otherwise, only the bad row fails, or
    /// the transition that was refused.</summary>
    private async Task FailAsync(List<PostgresBatchOperation> operations, Exception fault)
    {
        if (operations is [var only] && only.TryAnswer(fault))
            return;
        if (PostgresFault.IsAway(fault))
        {
            Log.WriteRefused(_log, fault, operations.Count);
            var reason = await SettleFaultAsync(fault);
            foreach (var operation in operations)
                operation.Fail(reason);
            return;
        }

        if (!TransitionOperation.IsRefusal(fault) && !PostgresBatch.IsOverBudget(fault))
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
        var overBudget = 0;
        for (var isSent = false; !isSent;)
        {
            var batch = new PostgresBatch(Messages);
            try
            {
                var connection = await ConnectAsync();
                isSent = await operation.AddToAsync(batch, onlyOne: true);
                if (!batch.IsEmpty)
                    await ExecuteAsync(batch, connection);
            }
            catch (Exception fault)
            {
                batch.Cancel();
                if (operation.TryAnswer(fault))
                    return;
                operation.Rewind();
                isSent = false;
                // Each time, another node was faster, until its budget is spent.
                if (PostgresBatch.IsOverBudget(fault) && overBudget++ < MostOverBudget)
                    continue;
                Log.WriteRefused(_log, fault, 1);
                if (!PostgresFault.IsAway(fault) && operation.SkipBad())
                    continue;
                operation.Fail(await SettleFaultAsync(fault));
                return;
            }

            await FinishAsync(batch, [operation], unsent: isSent ? null : operation);
        }
    }

    private async Task HearAsync()
    {
        KeyValuePair<int, long>[] heads;
        lock (_heard)
        {
            heads = [.. _heard];
            _heard.Clear();
        }

        try
        {
            foreach (var (project, head) in heads)
                await _tail.HearAsync(project, head, await ConnectAsync());
        }
        catch (Exception fault) when (PostgresFault.IsAway(fault))
        {
            // The ends of the logs are checked again each second.
            Log.NotHeard(_log, fault.Message);
            await SettleFaultAsync(fault);
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
        var transaction = new PostgresTransaction(await ConnectAsync(), Node, _clock);
        try
        {
            await apply(transaction);
            await transaction.CommitAsync(HasPeers);
            _standby!.Verify();
            return transaction;
        }
        catch (Exception fault) when (!PostgresFault.IsAway(fault))
        {
            await transaction.RollbackAsync();
            throw;
        }
    }

    /// <summary>After a commit: updates the logs in memory, then hands over what connections get, then reports stages to watchers, then wakes
    /// mailboxes.</summary>
    private async ValueTask TellAsync(CommitEffects news, NpgsqlConnection connection, Action? handOver = null)
    {
        try
        {
            await _tail.PublishAsync(news.Entries, connection);
        }
        catch (Exception fault) when (PostgresFault.IsAway(fault))
        {
            // What is committed stays committed. The log in memory is behind, and reads what it is missing before it takes the next entry.
            Log.TailBehind(_log, fault);
        }

        handOver?.Invoke();
        news.Released.ForEach(Handover.Hear);
        foreach (var receipt in news.Receipts)
            Handover.Publish(receipt);
        foreach (var agent in news.Woken)
            Handover.Wake(agent);
        foreach (var (agent, message) in news.Arrived)
        {
            if (!news.Woken.Contains(agent))
                Handover.Wake(agent, message);
        }
    }

    /// <summary>Takes a block of numbers if too few are left.</summary>
    internal async ValueTask RefillAsync(DeliveryNumbers numbers, int count) => await numbers.RefillAsync(count, await ConnectAsync());

    /// <summary>Reads what was sent of budgets, unless it is known.</summary>
    internal async ValueTask KnowAsync(BudgetLimit[] budgets)
    {
        foreach (var limit in budgets)
        {
            if (Messages.Budgets.Has(limit))
                continue;
            var found = await (await ConnectAsync()).Ask(BudgetSql.Find, LogKey.Of(limit.Project, limit.Made)).ListAsync(PostgresBudgetStore.Read, CancellationToken.None);
            Messages.Budgets.Set(limit, found is [var count] ? count.In(limit.Round) : default);
        }
    }

    private async ValueTask<NpgsqlConnection> ConnectAsync()
    {
        if (_connection is { State: System.Data.ConnectionState.Open } open)
            return open;
        _connection?.Dispose();
        _connection = null;
        var connection = _source.CreateConnection();
        var standby = new StandbyWatch(connection);
        try
        {
            await connection.OpenOrAwayAsync(CancellationToken.None);
            var transaction = new PostgresTransaction(connection, Node, _clock);
            await Messages.RecoverAsync(transaction);
            await transaction.CommitAsync(HasPeers);
            standby.Verify();
            await TellAsync(transaction.News, connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        _standby = standby;
        return _connection = connection;
    }

    /// <summary>A connection that failed is not used again. Closing it rolls back whatever was open.</summary>
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
}
