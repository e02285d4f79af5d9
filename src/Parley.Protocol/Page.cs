namespace Parley.Protocol;

/// <summary>A page of a list. Pass <see cref="Next"/> as <c>?after=</c> to get the next page; null means the end.</summary>
public sealed record Page<T>
{
    public IReadOnlyList<T> Items { get; init; } = [];
    public string? Next { get; init; }
}
