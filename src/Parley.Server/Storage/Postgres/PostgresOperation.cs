namespace Parley.Server.Storage.Postgres;

/// <summary>One thing for the writer to do, and whoever waits for it.</summary>
internal abstract class PostgresOperation
{
    /// <summary>How many rows' worth of work this is; a batch takes a bounded number.</summary>
    internal virtual int Weight => 1;

    /// <summary>Tells whoever waits; everything that others must know before is done.</summary>
    internal abstract void Complete();

    /// <summary>The transition did not happen, or, where the connection broke at its commit, nobody can tell.</summary>
    internal abstract void Fail(Exception reason);
}

/// <summary>A transition of several steps, in a transaction of its own.</summary>
internal abstract class PostgresTransition : PostgresOperation
{
    internal abstract Task ApplyAsync(PostgresTransaction transaction);

    /// <summary>After the commit, before anybody else hears of it.</summary>
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

/// <summary>An operation that shares a batch with others. What a batch cannot do of it (a refusal that wants a look, a nack, what a claim
/// met that is over) is done in a transaction of its own before it is answered.</summary>
internal abstract class PostgresBatchOperation : PostgresTransition
{
    /// <summary>Whether something is left for the transaction.</summary>
    internal abstract bool IsUnfinished { get; }

    /// <summary>Adds to a batch as much as fits.</summary>
    /// <param name="onlyOne">At most one part of it: a batch has failed, and the bad part is to fail alone.</param>
    /// <returns>True when nothing is left to add.</returns>
    internal abstract ValueTask<bool> AddToAsync(PostgresBatch batch, bool onlyOne);

    /// <summary>The batch was undone: what was added with it is to be added again.</summary>
    internal abstract void Rewind();

    /// <summary>Takes the answer that an error of the database stands for: nothing has failed, and asked again it would be the same.</summary>
    /// <returns>False when the error is one.</returns>
    internal virtual bool TryAnswer(Exception error) => false;

    /// <summary>The part that was added alone is what the database refuses.</summary>
    /// <returns>False when that leaves nothing to go on with.</returns>
    internal virtual bool SkipBad() => false;
}

/// <summary>Takes in what other nodes wrote.</summary>
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
