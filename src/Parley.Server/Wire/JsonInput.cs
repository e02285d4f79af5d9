using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Protocol;

namespace Parley.Server.Wire;

/// <summary>Reads client input strictly: unknown or repeated fields, wrong types, and text that cannot be stored are refused, naming the field. Used
/// for both bodies and socket frames.</summary>
internal static class JsonInput
{
    /// <summary>Reads a document with the strict type information of <typeparamref name="T"/>.</summary>
    public static bool TryRead<T>(ReadOnlySpan<byte> json, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out ApiProblem? problem)
        where T : class =>
        TryRead(json, Input<T>.Info, out value, out problem);

    public static bool TryRead<T>(
        ReadOnlySpan<byte> json, JsonTypeInfo<T> type, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out ApiProblem? problem)
        where T : class
    {
        value = null;
        problem = null;
        string? path = null;
        if (JsonText.IsSound(json))
        {
            try
            {
                value = JsonSerializer.Deserialize(json, type);
            }
            catch (JsonException exception)
            {
                path = exception.Path;
            }

            // The serializer accepts null as an item of any list, but no handler expects one.
            var nulls = value is not null && JsonText.MayHoldNullItems(json) ? JsonDiagnosis.NullItems(json, type) : null;
            if (value is not null && nulls is null)
                return true;
            if (nulls is not null)
            {
                value = null;
                problem = Problems.Invalid(nulls);
                return false;
            }
        }

        problem = Problems.Invalid(JsonDiagnosis.Explain(json, type, path));
        return false;
    }

    /// <summary>The value as JSON, always written in the same way.</summary>
    public static byte[] ToJson<T>(T value)
        where T : class => JsonSerializer.SerializeToUtf8Bytes(value, TypeOf<T>.Info);

    /// <summary>Like <see cref="WireJson.Strict"/>, but no deeper than a client may send.</summary>
    private static readonly ParleyJson Reading = new(new JsonSerializerOptions(WireJson.Strict.Options) { MaxDepth = JsonDepth.OfInput });

    private static class Input<T>
    {
        public static readonly JsonTypeInfo<T> Info = (JsonTypeInfo<T>)(Reading.GetTypeInfo(typeof(T))
            ?? throw new InvalidOperationException($"{typeof(T).Name} is not a noun of the wire: it is missing in {nameof(ParleyJson)}."));
    }

    /// <summary>The strict type information of a wire type, looked up once.</summary>
    private static class TypeOf<T>
    {
        public static readonly JsonTypeInfo<T> Info = (JsonTypeInfo<T>)(WireJson.Strict.GetTypeInfo(typeof(T))
            ?? throw new InvalidOperationException($"{typeof(T).Name} is not a noun of the wire: it is missing in {nameof(ParleyJson)}."));
    }
}
