namespace Parley.Server.Storage.Sqlite;

/// <summary>One transition. It is applied together with everything else that is waiting, in one commit.</summary>
internal abstract class WriteOperation
{
    /// <summary>How many rows' worth of work this is. A commit takes a limited number.</summary>
    internal virtual int Weight => 1;

    /// <summary>True if it reads only committed data and changes only memory. Such an operation is applied and answered before the transaction of its
    /// batch, so it does not wait for that fsync.</summary>
    internal virtual bool IsRead => false;

    /// <summary>True if nobody waits for it. It shares the next commit, or gets its own after <see cref="SqliteWriter.Deferral"/>.</summary>
    internal virtual bool IsDeferred => false;

    /// <summary>Applies the transition. Runs on the writer's thread inside its transaction. Throwing undoes this transition only.</summary>
    internal abstract void Apply(SqliteConnection connection);

    /// <summary>Undoes what <see cref="Apply"/> changed in memory, after a rollback. Called for every operation of the transaction before any is
    /// applied again, so that none finds traces of later ones.</summary>
    internal virtual void Undo()
    {
    }

    /// <summary>Runs on the writer's thread after the commit, in the order of the log.</summary>
    internal virtual void Committed()
    {
    }

    /// <summary>Completes the caller's task, after <see cref="Committed"/> was called for every operation of the commit.</summary>
    internal abstract void Complete();

    /// <summary>Called if the transition did not happen.</summary>
    internal abstract void Fail(Exception reason);

    /// <summary>The parts of an operation that failed, each to be tried separately; empty if it has no parts. Called instead of <see cref="Fail"/>;
    /// the parts then answer for the whole operation.</summary>
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
