using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Server.Wire;

/// <summary>JSON that is moved as it is stored, byte for byte, without being serialized again.</summary>
[JsonConverter(typeof(RawJsonConverter))]
internal readonly struct RawJson(byte[] utf8)
{
    internal ReadOnlySpan<byte> Utf8 => utf8;

    internal byte[] ToArray() => utf8;

    /// <summary>From a text column.</summary>
    internal static RawJson Of(string text) => new(Encoding.UTF8.GetBytes(text));

    internal static RawJson? OfNullable(string? text) => text is null ? null : Of(text);

    public override string ToString() => Encoding.UTF8.GetString(utf8);
}

internal sealed class RawJsonConverter : JsonConverter<RawJson>
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return new RawJson(JsonMarshal.GetRawUtf8Value(document.RootElement).ToArray());
    }

    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
        writer.WriteRawValue(OnOneLine(value.Utf8), skipInputValidation: true);

    /// <summary>An agent's metadata is stored with its original line breaks. Here, a line break would end the line.</summary>
    private static ReadOnlySpan<byte> OnOneLine(ReadOnlySpan<byte> json)
    {
        if (json.IndexOfAny((byte)'\n', (byte)'\r') < 0)
            return json;
        var compact = new ArrayBufferWriter<byte>(json.Length);
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        using var document = JsonDocument.ParseValue(ref reader);
        using (var writer = new Utf8JsonWriter(compact, Compact))
            document.RootElement.WriteTo(writer);
        return compact.WrittenSpan;
    }
}
