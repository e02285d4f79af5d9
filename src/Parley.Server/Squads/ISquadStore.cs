namespace Parley.Server.Squads;

/// <summary>Durable squads. Every method is one atomic transition, and puts the squad as it is then into the project's log.</summary>
internal interface ISquadStore
{
    ValueTask<IReadOnlyList<SquadRecord>> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Adds a squad with its members.</summary>
    /// <param name="draft">Without number.</param>
    /// <returns>The squad; null when the id is taken.</returns>
    ValueTask<SquadRecord?> AddAsync(SquadRecord draft, SquadEntry entry, CancellationToken cancellationToken);

    /// <summary>Replaces name and members.</summary>
    /// <returns>False when the squad is gone.</returns>
    ValueTask<bool> ChangeAsync(SquadRecord squad, SquadEntry entry, CancellationToken cancellationToken);

    /// <returns>False when the squad is gone.</returns>
    ValueTask<bool> RemoveAsync(SquadRecord squad, SquadEntry entry, CancellationToken cancellationToken);
}

/// <summary>What happened to a squad, and its JSON at that moment.</summary>
/// <param name="Type"><c>squad_created</c>, <c>squad_updated</c>, <c>squad_removed</c>.</param>
internal sealed record SquadEntry(string Type, byte[] Json);

/// <summary>A squad as it is stored. Immutable: a change makes another.</summary>
internal sealed record SquadRecord
{
    /// <summary>The store's number for it; rises with each new squad.</summary>
    internal required int Number { get; init; }

    internal required int Project { get; init; }
    internal required string Id { get; init; }
    internal required string Name { get; init; }
    internal required DateTimeOffset CreatedAt { get; init; }
    internal IReadOnlyList<MemberRecord> Members { get; init; } = [];
}

/// <summary>A member, with what it is in this squad where that differs from what it is otherwise.</summary>
/// <param name="Agent">Its number.</param>
internal sealed record MemberRecord(int Agent, string? Role, string? Specialization);
