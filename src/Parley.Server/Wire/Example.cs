namespace Parley.Server.Wire;

/// <summary>One example of what goes over the wire, as it would really look: one squad builds a login page.</summary>
/// <param name="Name">The word by which the documentation offers it.</param>
internal sealed record Example(string Name, string Json)
{
    /// <summary>The only example of its kind.</summary>
    public static implicit operator Example(string json) => new("example", json);

    /// <summary>A list with one item.</summary>
    public static string PageOf(string item, string? next = null) =>
        $$"""{"items": [{{item}}], "next": {{(next is null ? "null" : $"\"{next}\"")}}}""";
}
