using System.Buffers;
using System.Text.Json;
using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>What remains of a deleted message: its place, ids, and times, so that readers find no gap.</summary>
internal static class MessageTombstone
{
    private static readonly string[] Cleared = ["content", "payload", "metadata"];

    internal static byte[] Of(byte[] message)
    {
        using var document = JsonDocument.Parse(message, JsonDepth.StoredDocument);
        var json = new ArrayBufferWriter<byte>(message.Length);
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (var field in document.RootElement.EnumerateObject())
            {
                if (Cleared.Contains(field.Name))
                    writer.WriteNull(field.Name);
                else
                    field.WriteTo(writer);
            }

            writer.WriteBoolean("deleted"u8, true);
            writer.WriteEndObject();
        }

        return json.WrittenSpan.ToArray();
    }

    internal static bool Is(ReadOnlySpan<byte> message) => message.EndsWith(",\"deleted\":true}"u8);
}
