using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.Entities;

/// <summary>Finds, lists, and changes the entities of one kind.</summary>
internal sealed class EntityBoard<T>(EntityKind<T> kind, IEntityStore store)
    where T : class
{
    private readonly Turns _turns = new();

    internal async ValueTask<Entity<T>?> FindAsync(int project, string name, CancellationToken cancellationToken) =>
        ReadOrNull(await store.FindAsync(project, kind.Number, name, cancellationToken));

    internal async ValueTask<Entity<T>?> FindAsync(int project, Guid id, CancellationToken cancellationToken) =>
        ReadOrNull(await store.FindAsync(project, kind.Number, id, cancellationToken));

    /// <summary>The entity with a number (<see cref="EntityFields.Place"/>).</summary>
    /// <returns>Null also if the text is no number.</returns>
    internal async ValueTask<Entity<T>?> FindNumberedAsync(int project, string text, CancellationToken cancellationToken)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is 0 or > EntryId.MaxSeq)
            return null;
        return await ListAsync(new EntityQuery(project, kind.Number, 1) { Above = number - 1, Below = number + 1 }, cancellationToken) is [var found] ? found : null;
    }

    internal async ValueTask<IReadOnlyList<Entity<T>>> ListAsync(EntityQuery query, CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(query, cancellationToken)).Select(Read)];

    /// <summary>All entities of a project, newest first, read in parts.</summary>
    internal async IAsyncEnumerable<Entity<T>> AllAsync(int project, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const int partSize = 100;
        var query = new EntityQuery(project, kind.Number, partSize);
        while (true)
        {
            var part = await ListAsync(query, cancellationToken);
            foreach (var entity in part)
                yield return entity;
            if (part.Count < partSize)
                yield break;
            query = query with { Below = part[^1].Row.Made };
        }
    }

    /// <summary>One entity as stored.</summary>
    internal Entity<T> Read(EntityRow row)
    {
        var whole = EntityJson.Whole(kind.Fields, row);
        return new Entity<T>(row, kind.Read(whole)) { Shown = kind.Fields.Secret is null ? whole : EntityJson.Shown(kind.Fields, row) };
    }

    /// <summary>An entity that was just written.</summary>
    /// <param name="value">As it was decided, without the fields that the store fills in.</param>
    internal Entity<T> Written(EntityRow row, T value) =>
        kind.Filled is { } fill ? new Entity<T>(row, fill(value, row)) { Shown = EntityJson.Shown(kind.Fields, row) } : Read(row);

    /// <summary>Changes the entity with a name.</summary>
    /// <param name="sender">The number of the calling agent; 0 for none.</param>
    /// <param name="decide">The rule, called with the current entity, or null if there is none. Called again after a conflict.</param>
    /// <param name="queued">See <see cref="Transition.Queued"/>.</param>
    /// <returns>Returns a conflict if its new name is taken.</returns>
    internal ValueTask<Result<Entity<T>?>> ChangeAsync(
        int project, string name, int sender, Func<Entity<T>?, Decision<T>> decide, CancellationToken cancellationToken, Action? queued = null) =>
        ChangeAsync(
            new Change(project, name, sender, cancel => FindAsync(project, name, cancel), decide) { Queued = queued }, _turns.Of(project, name), cancellationToken);

    /// <inheritdoc cref="ChangeAsync(int, string, int, Func{Entity{T}?, Decision{T}}, CancellationToken, Action?)"/>
    internal ValueTask<Result<Entity<T>?>> ChangeAsync(
        int project, Guid id, int sender, Func<Entity<T>?, Decision<T>> decide, CancellationToken cancellationToken) =>
        ChangeAsync(new Change(project, null, sender, cancel => FindAsync(project, id, cancel), decide), _turns.Of(project, id), cancellationToken);

    /// <summary>Creates an entity, identified only by its id, or with a name that must be free.</summary>
    internal async ValueTask<Result<Entity<T>>> AddAsync(int project, int sender, Decision<T> decision, CancellationToken cancellationToken)
    {
        if (decision.Problem is { } problem)
            return problem;
        var write = Write(null, decision);
        var outcome = await store.ApplyAsync(new Transition(project, sender, [write]) { Messages = decision.Messages }, cancellationToken);
        if (Refusal(outcome) is { } refusal)
            return refusal;
        return outcome.Result == TransitionResult.Conflict ? Problems.AlreadyExists(kind.Name, write.Name!) : Written(outcome.Rows[0], decision.Value!);
    }

    /// <summary>The write of one entity, for a transition of several.</summary>
    /// <exception cref="InvalidOperationException">The decision changes nothing.</exception>
    internal EntityWrite Write(Entity<T>? present, Decision<T> decision)
    {
        var isOver = decision.Value is { } value && kind.IsOver(value);
        var body = decision.Value is null ? present!.Row.Body : EntityJson.Body(decision.Value, kind.Json, kind.Fields);
        var marks = decision.Value is null ? [] : kind.Marks(decision.Value);
        var before = present is null ? [] : kind.Marks(present.Value);
        return new EntityWrite(kind)
        {
            Present = present?.Row,
            Removes = decision.Value is null,
            Name = decision.Value is null || kind.NameOf is null ? present?.Row.Name : kind.NameOf(decision.Value),
            Body = body,
            Entry = EntityJson.Entry(kind.Fields, body, present?.Row, isOver, decision.Extra),
            Type = decision.Type ?? throw new InvalidOperationException("What is kept or refused is not written."),
            Marks = present is not null && decision.Value is not null && marks.SequenceEqual(before, StringComparer.Ordinal) ? null : marks,
            MarksBefore = before,
            Due = decision.Value is null ? null : kind.Due?.Invoke(decision.Value)?.ToUnixTimeMilliseconds(),
            IsOver = isOver,
            Audience = kind.Readers?.Invoke(decision.Value ?? present!.Value) is null ? kind.Audience : Audience.Restricted,
        };
    }

    /// <summary>The newest log entries of a type about one entity, newest first.</summary>
    internal ValueTask<IReadOnlyList<LogEntry>> HistoryAsync(Entity<T> entity, string type, int max, CancellationToken cancellationToken) =>
        store.HistoryAsync(entity.Row.Project, entity.Row.Made, type, long.MaxValue, max, cancellationToken);

    /// <param name="Name">The requested name; null if the entity was requested by id.</param>
    private sealed record Change(
        int Project, string? Name, int Sender, Func<CancellationToken, ValueTask<Entity<T>?>> Find, Func<Entity<T>?, Decision<T>> Decide)
    {
        internal Action? Queued { get; init; }
    }

    private async ValueTask<Result<Entity<T>?>> ChangeAsync(Change change, SemaphoreSlim turn, CancellationToken cancellationToken)
    {
        var (isDone, result) = await TryAsync(change, cancellationToken);
        if (isDone)
            return result;
        await turn.WaitAsync(cancellationToken);
        try
        {
            while (!isDone)
                (isDone, result) = await TryAsync(change, cancellationToken);
            return result;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <returns>Whether it is done; if not, because of a conflict, try again.</returns>
    private async ValueTask<(bool IsDone, Result<Entity<T>?> Result)> TryAsync(Change change, CancellationToken cancellationToken)
    {
        var present = await change.Find(cancellationToken);
        var decision = change.Decide(present);
        if (decision.Problem is { } problem)
            return (true, problem);
        if (decision.Type is null || (decision.Value is null && present is null))
            return (true, present);
        var write = Write(present, decision);
        var outcome = await store.ApplyAsync(new Transition(change.Project, change.Sender, [write]) { Messages = decision.Messages, Queued = change.Queued }, cancellationToken);
        if (Refusal(outcome) is { } refusal)
            return (true, refusal);
        if (outcome.Result == TransitionResult.Applied)
            return (true, decision.Value is null ? null : Written(outcome.Rows[0], decision.Value));
        // The rule does not learn that a name it chose is taken, so it would choose that name again forever.
        var known = present is null ? change.Name : present.Row.Name;
        if (write.Name is { } name && name != known && await FindAsync(change.Project, name, cancellationToken) is not null)
            return (true, Problems.AlreadyExists(kind.Name, name));
        return default;
    }

    /// <summary>Why a retry would not help; null if it would, or is not needed.</summary>
    private static ApiProblem? Refusal(TransitionOutcome outcome) => outcome.Result switch
    {
        TransitionResult.MessageRefused => Problems.Conflict("A message that is part of this change could not be stored, so nothing was changed."),
        // Another node deleted it, and this node does not know yet.
        TransitionResult.ProjectGone => new ApiProblem(ErrorCodes.NotFound, "The project was deleted, so nothing was changed."),
        _ => null,
    };

    private Entity<T>? ReadOrNull(EntityRow? row) => row is null ? null : Read(row);
}
