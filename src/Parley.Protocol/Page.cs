namespace Parley.Protocol;

/// <summary>A part of a list; <see cref="Next"/> as <c>?after=</c> gets the following one, null is the end.</summary>
public sealed record Page<T>
{
    public IReadOnlyList<T> Items { get; init; } = [];
    public string? Next { get; init; }
}
