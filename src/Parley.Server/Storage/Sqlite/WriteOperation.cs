namespace Parley.Server.Storage.Sqlite;

/// <summary>One transition, applied together with whatever else waits and committed once for all.</summary>
internal abstract class WriteOperation
{
    /// <summary>How many rows' worth of work this is; a commit takes a bounded number.</summary>
    internal virtual int Weight => 1;

    /// <summary>True for what reads only what is committed and changes memory alone: it is applied and answered before the transaction
    /// that it waited with, and so does not wait for that one's fsync.</summary>
    internal virtual bool IsRead => false;

    /// <summary>True for what nobody waits for: it shares the commit of what comes next, or gets its own after
    /// <see cref="SqliteWriter.Deferral"/>.</summary>
    internal virtual bool IsDeferred => false;

    /// <summary>Applies the transition. Runs on the writer's thread inside its transaction; throwing undoes it, and only it.</summary>
    internal abstract void Apply(SqliteConnection connection);

    /// <summary>Takes back what <see cref="Apply"/> changed in memory: the transaction was undone. Called for every operation of it before
    /// any is applied again, so that none finds traces of those behind it.</summary>
    internal virtual void Undo()
    {
    }

    /// <summary>Runs on the writer's thread after the commit, in the order of the log.</summary>
    internal virtual void Committed()
    {
    }

    /// <summary>Tells whoever waits, after <see cref="Committed"/> of every operation of the commit.</summary>
    internal abstract void Complete();

    /// <summary>The transition did not happen.</summary>
    internal abstract void Fail(Exception reason);

    /// <summary>The parts of an operation that failed, each to be tried alone; empty when it is one thing. Called instead of
    /// <see cref="Fail"/>, and the parts then answer for the whole.</summary>
    internal virtual IReadOnlyList<WriteOperation> Split() => [];
}

/// <summary>A transition with a result that one caller awaits.</summary>
internal class WriteOperation<T>(Func<SqliteConnection, T> apply, Action<T>? committed = null, Action? undone = null, int weight = 1) : WriteOperation
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    internal Task<T> Done => _done.Task;

    internal override int Weight => weight;

    internal override void Apply(SqliteConnection connection) => _result = apply(connection);

    internal override void Undo() => undone?.Invoke();

    internal override void Committed() => committed?.Invoke(_result);

    internal override void Complete() => _done.TrySetResult(_result);

    internal override void Fail(Exception reason) => _done.TrySetException(reason);
}
