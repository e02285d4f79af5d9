using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Parley.Server.Wire;

/// <summary>Writes small JSON objects field by field.</summary>
internal static class JsonFields
{
    /// <summary>The fields without the surrounding braces.</summary>
    internal static byte[] Inner(Action<Utf8JsonWriter> fields) => Write(fields)[1..^1];

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static byte[] Write(Action<Utf8JsonWriter> fields)
    {
        var json = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(json, Options))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        return json.WrittenSpan.ToArray();
    }
}
