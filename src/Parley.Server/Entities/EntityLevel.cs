namespace Parley.Server.Entities;

/// <summary>One level of the names of a kind: the names that begin with a prefix and have no delimiter after it, and the beginnings of those that
/// have one.</summary>
/// <param name="Max">The most names and beginnings together.</param>
internal sealed record EntityLevel(int Project, int Kind, string Prefix, char Delimiter, int Max)
{
    /// <summary>Only what comes after this name or beginning.</summary>
    internal string? After { get; init; }

    /// <summary>A beginning counts no more than this many names.</summary>
    internal int MostCounted { get; init; } = 10_000;

    /// <summary>Names of entities with this mark are not counted; null to count all.</summary>
    internal string? Uncounted { get; init; }

    /// <summary>Where the level goes on: the first name that may come next.</summary>
    internal string Start => After is null ? Prefix : Behind(After);

    /// <summary>The beginning that a name is under; null for a name of this level.</summary>
    internal string? BeginningOf(string name)
    {
        var end = name.IndexOf(Delimiter, Prefix.Length);
        return end < 0 ? null : name[..(end + 1)];
    }

    /// <summary>The first name that is behind a name, or behind all names under a beginning.</summary>
    internal string Behind(string name) => BeginningOf(name) is { } beginning ? $"{beginning[..^1]}{(char)(Delimiter + 1)}" : $"{name}\u0001";
}

/// <summary>A name of a level, or a beginning.</summary>
/// <param name="Row">Null for a beginning.</param>
/// <param name="Count">How many names a beginning has; null for a name.</param>
internal sealed record LevelRow(string Name, EntityRow? Row, int? Count);
