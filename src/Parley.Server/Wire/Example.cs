namespace Parley.Server.Wire;

/// <summary>An example of what is sent over the wire, as it would really look: a squad builds a login page.</summary>
/// <param name="Name">The name under which the documentation shows it.</param>
internal sealed record Example(string Name, string Json)
{
    /// <summary>The only example of its kind.</summary>
    public static implicit operator Example(string json) => new("example", json);

    /// <summary>A list with one item.</summary>
    public static string PageOf(string item, string? next = null) =>
        $$"""{"items": [{{item}}], "next": {{(next is null ? "null" : $"\"{next}\"")}}}""";
}
