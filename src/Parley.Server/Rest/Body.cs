using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Rest;

/// <summary>A body that was read.</summary>
internal interface IJsonBody : IInput
{
    /// <summary>The body as it was understood, always written the same way.</summary>
    byte[] ToJson();
}

/// <summary>The JSON body of a request, read strictly. An endpoint takes it as a parameter; when the body is bad, the API's
/// <see cref="InputFilter"/> answers <see cref="Problem"/> and the endpoint never runs, so it may use <see cref="Value"/> at once.</summary>
internal sealed class Body<T> : IJsonBody, IBindableFromHttpContext<Body<T>>, IEndpointParameterMetadataProvider
    where T : class
{
    private readonly T? _value;

    private Body(T? value, ApiProblem? problem) => (_value, Problem) = (value, problem);

    public ApiProblem? Problem { get; }

    public T Value => _value ?? throw new InvalidOperationException("The body is bad: its problem is to be answered, not its value used.");

    public byte[] ToJson() => BodyReader.Write(_value);

    public static async ValueTask<Body<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var (value, problem) = await BodyReader.ReadAsync<T>(context, required: true);
        return new Body<T>(value, problem);
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        BodyReader.Describe(builder, typeof(T), isOptional: false);
}

/// <summary>As <see cref="Body{T}"/>, where a request without a body says "as usual".</summary>
internal sealed class OptionalBody<T> : IJsonBody, IBindableFromHttpContext<OptionalBody<T>>, IEndpointParameterMetadataProvider
    where T : class
{
    private OptionalBody(T? value, ApiProblem? problem) => (Value, Problem) = (value, problem);

    public ApiProblem? Problem { get; }

    /// <summary>Null when the request had no body.</summary>
    public T? Value { get; }

    public byte[] ToJson() => BodyReader.Write(Value);

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
        var (bytes, problem) = await BodyBytes.ReadAsync(context);
        if (problem is not null)
            return (null, problem);
        if (bytes.IsEmpty)
            return (null, required ? Problems.InvalidField(JsonDiagnosis.WholeBody, "is empty; expected an object") : null);
        return JsonInput.TryRead<T>(bytes.Span, out var value, out problem) ? (value, null) : (null, problem);
    }

    public static byte[] Write<T>(T? value)
        where T : class => value is null ? [] : JsonSerializer.SerializeToUtf8Bytes(value, WireJson.Strict.GetTypeInfo(typeof(T))!);

    public static void Describe(EndpointBuilder builder, Type type, bool isOptional)
    {
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], type, isOptional));
        builder.Metadata.Add(new Refusals([ErrorCodes.InvalidRequest, ErrorCodes.TooLarge, ErrorCodes.UnsupportedMediaType]));
    }
}
