namespace Parley.Server.Entities;

/// <summary>Which things of a kind a feed is narrowed to, as a list is.</summary>
internal sealed record EntityFilter
{
    internal static EntityFilter None { get; } = new();

    /// <summary>Only those whose name begins so; then they come in the order of names. Null: whatever they are called.</summary>
    internal string? Prefix { get; init; }

    /// <summary>Only those that have all of these.</summary>
    internal IReadOnlyList<string> Marks { get; init; } = [];

    /// <summary>Those of the marks that a thing has from its first entry to its last, or never.</summary>
    internal IReadOnlyList<string> Lasting { get; init; } = [];

    /// <summary>Whether a thing can begin or cease to match while it is there.</summary>
    internal bool IsPassing => Marks.Count > Lasting.Count;
}
