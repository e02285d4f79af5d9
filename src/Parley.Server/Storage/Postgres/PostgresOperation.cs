namespace Parley.Server.Storage.Postgres;

/// <summary>One piece of work for the writer, and the caller that waits for it.</summary>
internal abstract class PostgresOperation
{
    /// <summary>How many rows' worth of work this is. A batch takes a limited number.</summary>
    internal virtual int Weight => 1;

    /// <summary>Completes the caller's task, after everything that others must know first has been done.</summary>
    internal abstract void Complete();

    /// <summary>Called if the transition did not happen or, if the connection broke during the commit, its outcome is unknown.</summary>
    internal abstract void Fail(Exception reason);
}

/// <summary>A transition of several steps, in its own transaction.</summary>
internal abstract class PostgresTransition : PostgresOperation
{
    internal abstract Task ApplyAsync(PostgresTransaction transaction);

    /// <summary>Called after the commit, before anybody else is notified.</summary>
    internal virtual void Committed()
    {
    }
}

/// <summary>A transition with a result that one caller awaits.</summary>
internal sealed class PostgresTransition<T>(Func<PostgresTransaction, Task<T>> apply, Action<T>? committed, int weight) : PostgresTransition
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    internal Task<T> Done => _done.Task;

    internal override int Weight => weight;

    internal override async Task ApplyAsync(PostgresTransaction transaction) => _result = await apply(transaction);

    internal override void Committed() => committed?.Invoke(_result);

    internal override void Complete() => _done.TrySetResult(_result);

    internal override void Fail(Exception reason) => _done.TrySetException(reason);
}

/// <summary>An operation that shares a batch with others. What a batch cannot do (a refusal that needs a lookup, a nack, expired deliveries found by
/// a claim) is done in a separate transaction before the operation is answered.</summary>
internal abstract class PostgresBatchOperation : PostgresTransition
{
    /// <summary>Whether something is left for the separate transaction.</summary>
    internal abstract bool IsUnfinished { get; }

    /// <summary>Adds as much to a batch as fits.</summary>
    /// <param name="onlyOne">Whether to add at most one part, because a batch has failed and only the bad part should fail.</param>
    /// <returns>True if nothing is left to add.</returns>
    internal abstract ValueTask<bool> AddToAsync(PostgresBatch batch, bool onlyOne);

    /// <summary>The batch was rolled back: what was added with it must be added again.</summary>
    internal abstract void Rewind();

    /// <summary>Treats an error of the database as an answer, if that is what it is: nothing has failed, and another try would give the same
    /// answer.</summary>
    /// <returns>False if it is a real error.</returns>
    internal virtual bool TryAnswer(Exception error) => false;

    /// <summary>Skips the part that was added alone, because the database refuses it.</summary>
    /// <returns>False if nothing is left to continue with.</returns>
    internal virtual bool SkipBad() => false;
}

/// <summary>Processes what other nodes wrote.</summary>
internal sealed class PostgresHearing : PostgresOperation
{
    internal override int Weight => 0;

    internal override void Complete()
    {
    }

    internal override void Fail(Exception reason)
    {
    }
}
