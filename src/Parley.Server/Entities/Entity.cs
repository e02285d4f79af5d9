using Parley.Server.Log;

namespace Parley.Server.Entities;

/// <summary>One thing as it is.</summary>
/// <param name="Value">The noun, with the fields that the store fills in.</param>
internal sealed record Entity<T>(EntityRow Row, T Value)
    where T : class
{
    /// <inheritdoc cref="EntityFields.Version"/>
    internal long Version => Row.Changed;
}

/// <summary>One thing as it is stored.</summary>
internal sealed record EntityRow
{
    internal required int Project { get; init; }
    internal required int Kind { get; init; }
    internal string? Name { get; init; }

    /// <summary>The seq of the entry by which it was made.</summary>
    internal required long Made { get; init; }

    /// <summary>The random bits of its id.</summary>
    internal required long IdBits { get; init; }

    /// <summary>Unix milliseconds.</summary>
    internal required long MadeAt { get; init; }

    /// <summary>The seq of its newest entry.</summary>
    internal required long Changed { get; init; }

    /// <summary>Unix milliseconds.</summary>
    internal required long ChangedAt { get; init; }

    /// <summary>The number of the agent that made it, since a successor of the same name is another; 0: no agent.</summary>
    internal int Maker { get; init; }

    /// <summary>Unix milliseconds.</summary>
    internal long? Due { get; init; }

    internal bool IsOver { get; init; }

    /// <summary>Its noun without the fields of <see cref="EntityFields"/>: an object as JSON.</summary>
    internal required byte[] Body { get; init; }

    internal Guid Id => EntryId.Create(MadeAt, Made, (ulong)IdBits);
}

/// <summary>Which things of one kind.</summary>
/// <param name="Marks">All of these must hold.</param>
/// <param name="Below">Only those made before this seq: the page after one that ended there. Not with a prefix.</param>
/// <param name="Above">Only those made after this seq. Not with a prefix.</param>
/// <param name="OldestFirst">In the order in which they were made. Not with a prefix.</param>
/// <param name="Prefix">Only those whose name begins so, in the order of names; null: all, newest first.</param>
/// <param name="AfterName">With a prefix: only names behind this one.</param>
internal sealed record EntityQuery(int Project, int Kind, int Max)
{
    internal IReadOnlyList<string> Marks { get; init; } = [];
    internal long Below { get; init; } = long.MaxValue;
    internal long Above { get; init; }
    internal bool OldestFirst { get; init; }
    internal string? Prefix { get; init; }
    internal string? AfterName { get; init; }
}
