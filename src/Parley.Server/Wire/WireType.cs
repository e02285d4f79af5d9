using System.Globalization;
using System.Text.Json;

namespace Parley.Server.Wire;

/// <summary>The name of a value's type on the wire: <c>a whole number</c>, <c>one of idle, working</c>.</summary>
/// <param name="Name">The name in a sentence: "expected ...".</param>
/// <param name="Accepts">Whether the reader is at such a value.</param>
internal sealed record WireType(string Name, WireType.Test Accepts)
{
    public delegate bool Test(ref Utf8JsonReader reader);

    public static WireType Of(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            return OfEnum(type);
        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => new("a text", static (ref reader) => reader.TokenType == JsonTokenType.String),
            TypeCode.Boolean => new("true or false", static (ref reader) => reader.TokenType is JsonTokenType.True or JsonTokenType.False),
            TypeCode.Int32 => new(
                string.Create(CultureInfo.InvariantCulture, $"a whole number from {int.MinValue} to {int.MaxValue}"),
                static (ref reader) => reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out _)),
            TypeCode.Int64 => new("a whole number", static (ref reader) => reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out _)),
            TypeCode.Double => new("a number", static (ref reader) => reader.TokenType == JsonTokenType.Number),
            _ when type == typeof(DateTimeOffset) => new(
                "a time with its offset, such as 2026-01-22T13:56:52.551Z",
                static (ref reader) => Protocol.WireTime.TryRead(ref reader, out _)),
            _ => new("another value", static (ref _) => true),
        };
    }

    private static WireType OfEnum(Type type)
    {
        // On the wire, an enum is a number if it is a scale (priority), and a word otherwise.
        var isScale = type == typeof(Protocol.Priority);
        var values = isScale
            ? Enum.GetValuesAsUnderlyingType(type).Cast<int>().Select(value => value.ToString(CultureInfo.InvariantCulture)).ToArray()
            : WordsOf(type);
        return new($"one of {string.Join(", ", values)}", (ref reader) =>
            reader.TokenType == (isScale ? JsonTokenType.Number : JsonTokenType.String)
            && values.Contains(isScale ? Number(ref reader) : reader.GetString(), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>The words of an enum, in snake_case.</summary>
    public static string[] WordsOf(Type type) => [.. Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>The word of an enum's value, in snake_case.</summary>
    public static string WordOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>The enum value for a word, or null.</summary>
    public static T? Find<T>(string word)
        where T : struct, Enum
    {
        var index = Array.IndexOf(WordsOf(typeof(T)), word);
        return index < 0 ? null : Enum.GetValues<T>()[index];
    }

    private static string? Number(ref Utf8JsonReader reader) =>
        reader.TryGetInt32(out var number) ? number.ToString(CultureInfo.InvariantCulture) : null;
}
