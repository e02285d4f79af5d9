using Parley.Server.Log;

namespace Parley.Server.Entities;

/// <summary>Durable things of every kind. What changes them is one atomic transition; a caller never needs a transaction of its own, and no
/// lock is held while it thinks.</summary>
/// <remarks>Implementations pass <c>EntityStoreConformance</c>, which defines this contract in full.</remarks>
internal interface IEntityStore
{
    /// <returns>Null when there is none.</returns>
    ValueTask<EntityRow?> FindAsync(int project, int kind, string name, CancellationToken cancellationToken);

    /// <returns>Null when there is none.</returns>
    ValueTask<EntityRow?> FindAsync(int project, int kind, Guid id, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<EntityRow>> ListAsync(EntityQuery query, CancellationToken cancellationToken);

    /// <summary>How many things have a mark; at most so many are counted, however many there are.</summary>
    ValueTask<int> CountAsync(int project, int kind, string mark, int most, CancellationToken cancellationToken);

    /// <summary>Things of a kind, of any project, that are due by a time, the earliest first.</summary>
    /// <param name="after">Only those behind this one in that order; null: from the beginning.</param>
    ValueTask<IReadOnlyList<EntityRow>> DueAsync(int kind, DateTimeOffset by, EntityRow? after, int max, CancellationToken cancellationToken);

    /// <summary>Entries of the log about one thing, the newest first.</summary>
    /// <param name="made">The seq of the entry by which it was made.</param>
    /// <param name="type">Only those of this type: however many others there are, they are not looked at.</param>
    ValueTask<IReadOnlyList<LogEntry>> HistoryAsync(int project, long made, string type, int max, CancellationToken cancellationToken);

    /// <summary>Makes all of a transition true at once, or nothing: its things as they are to be, each with its entry of the log, and its
    /// messages behind them.</summary>
    /// <returns>Where something had changed since it was read, a name that something is to have is taken, a message cannot be stored or the project is gone: that, and nothing else has
    /// happened.</returns>
    ValueTask<TransitionOutcome> ApplyAsync(Transition transition, CancellationToken cancellationToken);
}
