namespace Parley.Server.Entities;

/// <summary>Which entities of a kind a feed includes, with the filters of the list.</summary>
internal sealed record EntityFilter
{
    internal static EntityFilter None { get; } = new();

    /// <summary>Only those whose name has this prefix, sorted by name; null for any name.</summary>
    internal string? Prefix { get; init; }

    /// <summary>Only those that have all of these marks.</summary>
    internal IReadOnlyList<string> Marks { get; init; } = [];

    /// <summary>Those of the marks that an entity has either from its creation to its end or never.</summary>
    internal IReadOnlyList<string> Lasting { get; init; } = [];

    /// <summary>Whether an entity can start or stop matching during its life.</summary>
    internal bool IsPassing => Marks.Count > Lasting.Count;
}
