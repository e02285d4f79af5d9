using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;
using Parley.Protocol;

namespace Parley.Server.Rest;

/// <summary>The JSON body of a request, read strictly. An endpoint takes it as a parameter; when the body is bad, the API's
/// <see cref="InputFilter"/> answers <see cref="Problem"/> and the endpoint never runs, so it may use <see cref="Value"/> at once.</summary>
internal sealed class Body<T> : IInput, IBindableFromHttpContext<Body<T>>, IEndpointParameterMetadataProvider
    where T : class
{
    private readonly T? _value;

    private Body(T? value, ApiProblem? problem) => (_value, Problem) = (value, problem);

    public ApiProblem? Problem { get; }

    public T Value => _value ?? throw new InvalidOperationException("The body is bad: its problem is to be answered, not its value used.");

    public static async ValueTask<Body<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var (value, problem) = await BodyReader.ReadAsync<T>(context, required: true);
        return new Body<T>(value, problem);
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        BodyReader.Describe(builder, typeof(T), isOptional: false);
}

/// <summary>As <see cref="Body{T}"/>, where a request without a body says "as usual".</summary>
internal sealed class OptionalBody<T> : IInput, IBindableFromHttpContext<OptionalBody<T>>, IEndpointParameterMetadataProvider
    where T : class
{
    private OptionalBody(T? value, ApiProblem? problem) => (Value, Problem) = (value, problem);

    public ApiProblem? Problem { get; }

    /// <summary>Null when the request had no body.</summary>
    public T? Value { get; }

    public static async ValueTask<OptionalBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var (value, problem) = await BodyReader.ReadAsync<T>(context, required: false);
        return new OptionalBody<T>(value, problem);
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        BodyReader.Describe(builder, typeof(T), isOptional: true);
}

/// <summary>How many bytes of body an endpoint takes.</summary>
internal sealed record BodyLimit(long Bytes);

internal static class BodyLimitConventions
{
    /// <summary>Lets an endpoint take bodies of up to so many bytes.</summary>
    public static TBuilder WithBodyLimit<TBuilder>(this TBuilder builder, long bytes)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new BodyLimit(bytes));
}

file static class BodyReader
{
    public static async ValueTask<(T? Value, ApiProblem? Problem)> ReadAsync<T>(HttpContext context, bool required)
        where T : class
    {
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>()?.Bytes
            ?? throw new InvalidOperationException($"{context.GetEndpoint()?.DisplayName} reads a body and has no limit: say .WithBodyLimit(bytes).");
        if (context.Request.ContentLength > limit)
            return (null, Problems.TooLarge("The body", limit));

        // Kestrel's own limit is the same for all paths; ours is the endpoint's, and the one that answers.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } kestrel)
            kestrel.MaxRequestBodySize = null;

        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > limit)
            {
                reader.AdvanceTo(read.Buffer.End);
                return (null, Problems.TooLarge("The body", limit));
            }

            if (read.IsCompleted)
            {
                var result = Parse<T>(context.Request, read.Buffer, required);
                reader.AdvanceTo(read.Buffer.End);
                return result;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    public static void Describe(EndpointBuilder builder, Type type, bool isOptional)
    {
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], type, isOptional));
        builder.Metadata.Add(new Refusals([ErrorCodes.InvalidRequest, ErrorCodes.TooLarge, ErrorCodes.UnsupportedMediaType]));
    }

    private static (T? Value, ApiProblem? Problem) Parse<T>(HttpRequest request, in ReadOnlySequence<byte> body, bool required)
        where T : class
    {
        if (body.IsEmpty)
            return (null, required ? Problems.InvalidField(JsonDiagnosis.WholeBody, "is empty; expected an object") : null);
        if (!IsJson(request, out var problem))
            return (null, problem);
        return JsonInput.TryRead<T>(body, out var value, out problem) ? (value, null) : (null, problem);
    }

    private static bool IsJson(HttpRequest request, [NotNullWhen(false)] out ApiProblem? problem)
    {
        problem = null;
        if (request.Headers.ContentEncoding is [{ Length: > 0 } encoding, ..] && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            problem = Problems.UnsupportedMediaType("Bodies are taken as they are, without Content-Encoding.");
        else if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            problem = Problems.UnsupportedMediaType("Say 'Content-Type: application/json'.");
        else if (!type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) && !type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            problem = Problems.UnsupportedMediaType($"The content type is '{Problems.Shown(type.MediaType.ToString())}'; say 'Content-Type: application/json'.");
        else if (type.Charset is { Length: > 0 } charset && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            problem = Problems.UnsupportedMediaType("JSON is read as UTF-8; no other charset is taken.");
        return problem is null;
    }
}
