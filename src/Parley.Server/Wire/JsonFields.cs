using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Parley.Server.Wire;

/// <summary>Small JSON objects written field by field.</summary>
internal static class JsonFields
{
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
