using Microsoft.AspNetCore.Http;
using Parley.Server.Wire;

namespace Parley.Server.Operations;

/// <summary>One of the answers that an operation gives, for its documentation.</summary>
/// <param name="Noun">The type of its JSON; null for none.</param>
internal sealed record AnswerShape(int Status, Type? Noun, IReadOnlyList<Example> Examples)
{
    internal const string EventStream = "text/event-stream";

    internal static AnswerShape Done { get; } = new(StatusCodes.Status204NoContent, null, []);

    internal string? ContentType { get; init; } = Noun is null ? null : "application/json";

    internal static AnswerShape Ok<T>(params Example[] examples) => new(StatusCodes.Status200OK, typeof(T), examples);

    internal static AnswerShape Created<T>(params Example[] examples) => new(StatusCodes.Status201Created, typeof(T), examples);

    internal static AnswerShape Of<T>(int status, params Example[] examples) => new(status, typeof(T), examples);

    /// <summary>Server-sent events.</summary>
    internal static AnswerShape Stream(Example example) => new(StatusCodes.Status200OK, null, [example]) { ContentType = EventStream };
}
