using System.Collections.Frozen;

namespace Parley.Server.ApiDocs;

/// <summary>One example of a body or an answer.</summary>
/// <param name="Name">The word by which the page offers it.</param>
internal sealed record Example(string Name, string Json);

/// <summary>An example of everything that goes over the wire, as it would really look: one squad builds a login page.</summary>
internal static partial class Examples
{
    private static readonly FrozenDictionary<Type, IReadOnlyList<Example>> ByType =
        Bodies().Concat(Answers()).ToFrozenDictionary(example => example.Type, example => example.Examples);

    /// <summary>Every type that has examples.</summary>
    internal static IReadOnlyCollection<Type> Types => ByType.Keys;

    /// <summary>What a stream looks like.</summary>
    internal const string Stream =
        """
        retry: 2000
        event: place
        id: 1769090212-1041
        data: {}

        event: message
        id: 1769090212-1042
        data: {"message_id":"0199e1c2-0000-7000-8000-000000000412","seq":1042,"sender_id":"pm-1","to":"be-1", ...}


        """;

    /// <returns>The examples of a type; none when it has none.</returns>
    internal static IReadOnlyList<Example> Of(Type type) => ByType.GetValueOrDefault(type, []);

    private static (Type Type, IReadOnlyList<Example> Examples) One<T>(string json) => (typeof(T), [new Example("example", json)]);

    private static (Type Type, IReadOnlyList<Example> Examples) Several<T>(params Example[] examples) => (typeof(T), examples);

    private static string PageOf(string item, string? next = null) =>
        $$"""{"items": [{{item}}], "next": {{(next is null ? "null" : $"\"{next}\"")}}}""";
}
