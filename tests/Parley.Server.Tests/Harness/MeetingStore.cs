using Parley.Server.Entities;
using Parley.Server.Log;

namespace Parley.Server.Tests.Harness;

/// <summary>A store whose first changes wait for each other, so that all of them rest on what all have read; and which counts.</summary>
internal sealed class MeetingStore(IEntityStore inner, int meeting) : IEntityStore
{
    private readonly TaskCompletionSource _met = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _applied;

    internal int Applied => Volatile.Read(ref _applied);

    public async ValueTask<TransitionOutcome> ApplyAsync(Transition transition, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _applied) == meeting)
            _met.TrySetResult();
        await _met.Task.WaitAsync(cancellationToken);
        return await inner.ApplyAsync(transition, cancellationToken);
    }

    public ValueTask<EntityRow?> FindAsync(int project, int kind, string name, CancellationToken cancellationToken) => inner.FindAsync(project, kind, name, cancellationToken);

    public ValueTask<EntityRow?> FindAsync(int project, int kind, Guid id, CancellationToken cancellationToken) => inner.FindAsync(project, kind, id, cancellationToken);

    public ValueTask<IReadOnlyList<EntityRow>> ListAsync(EntityQuery query, CancellationToken cancellationToken) => inner.ListAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<EntityRow>> FindWithAsync(int project, int kind, Guid id, int otherKind, string prefix, CancellationToken cancellationToken) =>
        inner.FindWithAsync(project, kind, id, otherKind, prefix, cancellationToken);

    public ValueTask RemoveMarkAsync(int project, int kind, long made, string mark, CancellationToken cancellationToken) =>
        inner.RemoveMarkAsync(project, kind, made, mark, cancellationToken);

    public ValueTask<IReadOnlyList<LevelRow>> LevelAsync(EntityLevel level, CancellationToken cancellationToken) => inner.LevelAsync(level, cancellationToken);

    public ValueTask<int> CountAsync(int project, int kind, string mark, int most, CancellationToken cancellationToken) =>
        inner.CountAsync(project, kind, mark, most, cancellationToken);

    public ValueTask<IReadOnlyList<EntityRow>> DueAsync(int kind, DateTimeOffset by, EntityRow? after, int max, CancellationToken cancellationToken) =>
        inner.DueAsync(kind, by, after, max, cancellationToken);

    public ValueTask<IReadOnlyList<LogEntry>> HistoryAsync(int project, long made, string type, long below, int max, CancellationToken cancellationToken) =>
        inner.HistoryAsync(project, made, type, below, max, cancellationToken);
}
