using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>A page of a list. Pass <see cref="Next"/> as <c>?after=</c> to get the next page; null means the end.</summary>
public sealed record Page<T>
{
    public IReadOnlyList<T> Items { get; init; } = [];
    public string? Next { get; init; }

    /// <summary>How many items match, on all pages. Only in lists that take <c>count</c>, and if it was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Total { get; init; }

    /// <summary>Instead of <see cref="Total"/> if counting all would take too long: how many match at least.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TotalAtLeast { get; init; }
}
