using System.Globalization;
using Microsoft.AspNetCore.Http;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Operations;

/// <summary>How an operation's request is read. Unknown fields and parameters are refused by name. If the request is invalid, it gets an error, and
/// the handler never runs.</summary>
internal abstract class Input<T>
{
    /// <summary>What it reads, for the documentation, and to refuse everything else.</summary>
    internal abstract InputShape Shape { get; }

    internal abstract ValueTask<Result<T>> ReadAsync(HttpContext http, OperationOrigin origin);

    /// <summary>From the data of a frame.</summary>
    /// <exception cref="NotSupportedException">It has parts that a frame cannot have.</exception>
    internal virtual Result<T> Read(ReadOnlyMemory<byte> json) => throw new NotSupportedException($"{GetType().Name} cannot be read from a frame.");

    /// <summary>Whether <see cref="Read"/> is set.</summary>
    internal virtual bool FitsFrames => false;

    /// <summary>What <see cref="Read"/> reads.</summary>
    internal virtual InputShape FrameShape => Shape;
}

/// <summary>What an <see cref="Input{T}"/> reads.</summary>
internal sealed record InputShape
{
    /// <summary>The noun of the body; null if no body is read.</summary>
    internal Type? Body { get; init; }

    internal bool IsBodyOptional { get; init; }

    /// <summary>Whether the body may have another content type than JSON.</summary>
    internal bool TakesAnyContentType { get; init; }

    /// <summary>Of the body.</summary>
    internal IReadOnlyList<Example> Examples { get; init; } = [];

    /// <summary>Null if no query is read, and parameters are refused.</summary>
    internal IReadOnlyList<QueryParameter>? Query { get; init; }

    /// <summary>The names of the values that it takes from the path.</summary>
    internal IReadOnlyList<string> Path { get; init; } = [];

    /// <summary>Whether <c>If-Match</c> is read.</summary>
    internal bool IfMatch { get; init; }

    internal InputShape And(InputShape other) => new()
    {
        Body = Body ?? other.Body,
        IsBodyOptional = Body is null ? other.IsBodyOptional : IsBodyOptional,
        TakesAnyContentType = TakesAnyContentType || other.TakesAnyContentType,
        Examples = [.. Examples, .. other.Examples],
        Query = Query is null && other.Query is null ? null : [.. Query ?? [], .. other.Query ?? []],
        Path = [.. Path, .. other.Path],
        IfMatch = IfMatch || other.IfMatch,
    };
}

/// <summary>A request without any input.</summary>
internal readonly record struct Nothing;

/// <summary>The built-in inputs; a concept may have its own.</summary>
internal static class Input
{
    internal static Input<Nothing> None { get; } = new NoInput();

    /// <summary>A JSON body, which is required.</summary>
    internal static Input<T> Body<T>(params Example[] examples)
        where T : class => new BodyInput<T>(examples);

    /// <summary>An optional JSON body; null if there is none.</summary>
    internal static Input<T?> OptionalBody<T>(params Example[] examples)
        where T : class => new OptionalBodyInput<T>(examples);

    internal static Input<T> Query<T>()
        where T : IQuery<T> => new QueryInput<T>();

    /// <summary>A value of the path: <c>{name}</c>.</summary>
    internal static Input<string> Path(string name) => new PathInput(name);

    /// <summary>The rest of the path, with its slashes: <c>{**name}</c>. Empty if the path ends before it.</summary>
    internal static Input<string> PathRest(string name) => new PathRestInput(name);

    /// <summary>The version in <c>If-Match</c>, from an earlier <c>ETag</c>; null if the header is absent.</summary>
    internal static Input<long?> IfMatch { get; } = new IfMatchInput();

    /// <summary>One input for HTTP and another for frames, whose data has the values that the path has.</summary>
    internal static Input<T> OrFrame<T>(this Input<T> request, Input<T> frame) => new InputByFace<T>(request, frame);

    /// <summary>Both, in this order.</summary>
    internal static Input<(T First, TOther Second)> And<T, TOther>(this Input<T> first, Input<TOther> second) => new BothInputs<T, TOther>(first, second);

    /// <summary>The same, converted for the handler.</summary>
    internal static Input<TResult> As<T, TResult>(this Input<T> input, Func<T, TResult> form) => new FormedInput<T, TResult>(input, form);

    /// <summary>All three, in this order.</summary>
    internal static Input<(T First, TOther Second, TThird Third)> And<T, TOther, TThird>(this Input<(T First, TOther Second)> both, Input<TThird> third) =>
        new BothInputs<(T First, TOther Second), TThird>(both, third).As(asked => (asked.First.First, asked.First.Second, asked.Second));

    private sealed class NoInput : Input<Nothing>
    {
        internal override InputShape Shape { get; } = new();

        internal override bool FitsFrames => true;

        internal override ValueTask<Result<Nothing>> ReadAsync(HttpContext http, OperationOrigin origin) => new(default(Nothing));

        internal override Result<Nothing> Read(ReadOnlyMemory<byte> json) => default(Nothing);
    }

    private sealed class BodyInput<T>(Example[] examples) : Input<T>
        where T : class
    {
        internal override InputShape Shape { get; } = new() { Body = typeof(T), Examples = examples };

        internal override bool FitsFrames => true;

        internal override async ValueTask<Result<T>> ReadAsync(HttpContext http, OperationOrigin origin)
        {
            var (bytes, problem) = await BodyBytes.ReadAsync(http);
            if (problem is not null)
                return problem;
            if (bytes.IsEmpty)
                return Problems.InvalidField(JsonDiagnosis.WholeBody, "is empty; expected an object");
            if (!JsonInput.TryRead<T>(bytes.Span, out var value, out problem))
                return problem;
            origin.Print(value);
            return value;
        }

        internal override Result<T> Read(ReadOnlyMemory<byte> json) =>
            JsonInput.TryRead<T>(json.IsEmpty ? "{}"u8 : json.Span, out var value, out var problem) ? value : problem;
    }

    private sealed class OptionalBodyInput<T>(Example[] examples) : Input<T?>
        where T : class
    {
        internal override InputShape Shape { get; } = new() { Body = typeof(T), IsBodyOptional = true, Examples = examples };

        internal override bool FitsFrames => true;

        internal override async ValueTask<Result<T?>> ReadAsync(HttpContext http, OperationOrigin origin)
        {
            var (bytes, problem) = await BodyBytes.ReadAsync(http);
            if (problem is not null)
                return problem;
            if (!Read(bytes).TryGet(out var value, out problem))
                return problem;
            origin.Print(value);
            return value;
        }

        internal override Result<T?> Read(ReadOnlyMemory<byte> json)
        {
            if (json.IsEmpty)
                return (T?)null;
            return JsonInput.TryRead<T>(json.Span, out var value, out var problem) ? (T?)value : problem;
        }
    }

    private sealed class QueryInput<T> : Input<T>
        where T : IQuery<T>
    {
        internal override InputShape Shape { get; } = new() { Query = QueryReader.ParametersOf(T.Read) };

        internal override ValueTask<Result<T>> ReadAsync(HttpContext http, OperationOrigin origin)
        {
            var reader = new QueryReader(http.Request.Query);
            var value = T.Read(reader);
            return new(reader.Finish() is { } problem ? problem : value);
        }
    }

    private sealed class PathInput(string name) : Input<string>
    {
        internal override InputShape Shape { get; } = new() { Path = [name] };

        internal override ValueTask<Result<string>> ReadAsync(HttpContext http, OperationOrigin origin) => new(origin.PathValue(name));
    }

    private sealed class PathRestInput(string name) : Input<string>
    {
        internal override InputShape Shape { get; } = new() { Path = [name] };

        internal override ValueTask<Result<string>> ReadAsync(HttpContext http, OperationOrigin origin) => new(RawPath.Rest(http, name) is { } rest
            ? rest
            : Problems.InvalidField(name, "is not valid UTF-8"));
    }

    private sealed class IfMatchInput : Input<long?>
    {
        internal override InputShape Shape { get; } = new() { IfMatch = true };

        internal override ValueTask<Result<long?>> ReadAsync(HttpContext http, OperationOrigin origin)
        {
            var header = http.Request.Headers.IfMatch;
            if (header.Count == 0)
                return new((long?)null);
            if (header is not [['"', .. var digits, '"']] || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
                return new(Problems.InvalidField("If-Match", "must be a single ETag from this server, such as \"17\""));
            origin.Print(version);
            return new((long?)version);
        }
    }

    private sealed class InputByFace<T>(Input<T> request, Input<T> frame) : Input<T>
    {
        internal override InputShape Shape => request.Shape;

        internal override InputShape FrameShape => frame.FrameShape;

        internal override bool FitsFrames => frame.FitsFrames;

        internal override ValueTask<Result<T>> ReadAsync(HttpContext http, OperationOrigin origin) => request.ReadAsync(http, origin);

        internal override Result<T> Read(ReadOnlyMemory<byte> json) => frame.Read(json);
    }

    private sealed class BothInputs<T, TOther>(Input<T> first, Input<TOther> second) : Input<(T First, TOther Second)>
    {
        internal override InputShape Shape { get; } = first.Shape.And(second.Shape);

        internal override async ValueTask<Result<(T First, TOther Second)>> ReadAsync(HttpContext http, OperationOrigin origin)
        {
            if (!(await first.ReadAsync(http, origin)).TryGet(out var one, out var problem))
                return problem;
            return (await second.ReadAsync(http, origin)).TryGet(out var other, out problem) ? (one, other) : problem;
        }
    }

    private sealed class FormedInput<T, TResult>(Input<T> input, Func<T, TResult> form) : Input<TResult>
    {
        internal override InputShape Shape => input.Shape;

        internal override InputShape FrameShape => input.FrameShape;

        internal override bool FitsFrames => input.FitsFrames;

        internal override async ValueTask<Result<TResult>> ReadAsync(HttpContext http, OperationOrigin origin) =>
            (await input.ReadAsync(http, origin)).TryGet(out var value, out var problem) ? form(value) : problem;

        internal override Result<TResult> Read(ReadOnlyMemory<byte> json) => input.Read(json).TryGet(out var value, out var problem) ? form(value) : problem;
    }
}
