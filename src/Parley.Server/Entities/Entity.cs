using Parley.Server.Log;

namespace Parley.Server.Entities;

/// <summary>The current state of one entity.</summary>
/// <param name="Value">The noun, including the fields that the store fills in.</param>
internal sealed record Entity<T>(EntityRow Row, T Value)
    where T : class
{
    /// <inheritdoc cref="EntityFields.Version"/>
    internal long Version => Row.Changed;

    /// <summary>The JSON that clients see, without its secret.</summary>
    internal required byte[] Shown { get; init; }
}

/// <summary>One entity as stored.</summary>
internal sealed record EntityRow
{
    internal required int Project { get; init; }
    internal required int Kind { get; init; }
    internal string? Name { get; init; }

    /// <summary>The seq of the entry that created it.</summary>
    internal required long Made { get; init; }

    /// <summary>The random bits of its id.</summary>
    internal required long IdBits { get; init; }

    /// <summary>Unix milliseconds.</summary>
    internal required long MadeAt { get; init; }

    /// <summary>The seq of its newest entry.</summary>
    internal required long Changed { get; init; }

    /// <summary>Unix milliseconds.</summary>
    internal required long ChangedAt { get; init; }

    /// <summary>The number of the agent that created it, because another agent may later have the same id; 0 for no agent.</summary>
    internal int Maker { get; init; }

    /// <summary>Unix milliseconds.</summary>
    internal long? Due { get; init; }

    internal bool IsOver { get; init; }

    /// <summary>Its noun as a JSON object, without the fields of <see cref="EntityFields"/>.</summary>
    internal required byte[] Body { get; init; }

    internal Guid Id => EntryId.Create(MadeAt, Made, (ulong)IdBits);
}

/// <summary>Which entities of one kind.</summary>
/// <param name="Marks">All of these must hold.</param>
/// <param name="Below">Only those created before this seq, for the next page. Not with a prefix.</param>
/// <param name="Above">Only those created after this seq. Not with a prefix.</param>
/// <param name="OldestFirst">In order of creation. Not with a prefix.</param>
/// <param name="Prefix">Only those whose name has this prefix, sorted by name; null for all, newest first.</param>
/// <param name="AfterName">With a prefix: only names after this one.</param>
internal sealed record EntityQuery(int Project, int Kind, int Max)
{
    internal IReadOnlyList<string> Marks { get; init; } = [];
    internal long Below { get; init; } = long.MaxValue;
    internal long Above { get; init; }
    internal bool OldestFirst { get; init; }
    internal string? Prefix { get; init; }
    internal string? AfterName { get; init; }
}
