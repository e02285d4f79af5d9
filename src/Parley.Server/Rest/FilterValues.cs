namespace Parley.Server.Rest;

/// <summary>The values of a filter: what it takes, or, if each value had a <c>!</c> before it, what it leaves out.</summary>
/// <param name="Values">Without the <c>!</c>; empty if the filter was not given.</param>
internal readonly record struct FilterValues(IReadOnlyList<string> Values, bool LeavesOut)
{
    internal static FilterValues None { get; } = new([], LeavesOut: false);

    internal bool IsGiven => Values is { Count: > 0 };

    /// <summary>The first of the values to take.</summary>
    internal string? Taken => IsGiven && !LeavesOut ? Values[0] : null;

    /// <summary>The first of the values to leave out.</summary>
    internal string? LeftOut => IsGiven && LeavesOut ? Values[0] : null;

    internal IReadOnlySet<string>? AllTaken => IsGiven && !LeavesOut ? Values.ToHashSet(StringComparer.Ordinal) : null;

    internal IReadOnlySet<string>? AllLeftOut => IsGiven && LeavesOut ? Values.ToHashSet(StringComparer.Ordinal) : null;
}
