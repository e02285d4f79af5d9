using Parley.Server.Log;

namespace Parley.Server.Entities;

/// <summary>Stores entities of every kind. Each change is one atomic transition. Callers need no transactions of their own, and no lock is held while
/// a rule runs.</summary>
/// <remarks>Implementations pass <c>EntityStoreConformance</c>, which defines this contract in full.</remarks>
internal interface IEntityStore
{
    /// <returns>Null if there is none.</returns>
    ValueTask<EntityRow?> FindAsync(int project, int kind, string name, CancellationToken cancellationToken);

    /// <returns>Null if there is none.</returns>
    ValueTask<EntityRow?> FindAsync(int project, int kind, Guid id, CancellationToken cancellationToken);

    /// <summary>Finds an entity and others of another kind whose names have a prefix, all as they are at the same moment.</summary>
    /// <returns>The entity first, and then the others, sorted by name; empty if the entity does not exist.</returns>
    ValueTask<IReadOnlyList<EntityRow>> FindWithAsync(int project, int kind, Guid id, int otherKind, string prefix, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<EntityRow>> ListAsync(EntityQuery query, CancellationToken cancellationToken);

    /// <summary>One level of names, in their order. Reads no entities but those of the level itself, however many names are below it.</summary>
    ValueTask<IReadOnlyList<LevelRow>> LevelAsync(EntityLevel level, CancellationToken cancellationToken);

    /// <summary>How many entities have a mark, counted up to a limit.</summary>
    ValueTask<int> CountAsync(int project, int kind, string mark, int most, CancellationToken cancellationToken);

    /// <summary>Entities of a kind, in all projects, that are due by a time, earliest first.</summary>
    /// <param name="after">Only those after this one in that order; null to start from the beginning.</param>
    ValueTask<IReadOnlyList<EntityRow>> DueAsync(int kind, DateTimeOffset by, EntityRow? after, int max, CancellationToken cancellationToken);

    /// <summary>Log entries about one entity, newest first.</summary>
    /// <param name="made">The seq of the entry that created it.</param>
    /// <param name="type">Only those of this type; entries of other types are not read.</param>
    /// <param name="below">Only those before this seq.</param>
    ValueTask<IReadOnlyList<LogEntry>> HistoryAsync(int project, long made, string type, long below, int max, CancellationToken cancellationToken);

    /// <summary>Removes a mark from an entity. That is no change of the entity, so it has no log entry.</summary>
    ValueTask RemoveMarkAsync(int project, int kind, long made, string mark, CancellationToken cancellationToken);

    /// <summary>Applies all of a transition, or none of it: its entities, each with a log entry, and then its messages.</summary>
    /// <returns>If an entity has changed since it was read, a name is taken, a message cannot be stored, or the project was deleted, the outcome says
    /// so and nothing is changed.</returns>
    ValueTask<TransitionOutcome> ApplyAsync(Transition transition, CancellationToken cancellationToken);
}
