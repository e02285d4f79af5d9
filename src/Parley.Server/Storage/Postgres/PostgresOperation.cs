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
