using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Parley.Server.Log;

namespace Parley.Server.Messages;

/// <summary>The log entry of a reaction, added or taken back.</summary>
internal static class ReactionJson
{
    internal static byte[] Of(LogEntry message, string emoji, string agentId, bool removed) => JsonObject.Write(writer =>
    {
        writer.WriteString("message_id"u8, MessageJsonReader.Id(message.Json));
        writer.WriteString("emoji"u8, emoji);
        writer.WriteString("agent_id"u8, agentId);
        writer.WriteBoolean("removed"u8, removed);
    });
}

/// <summary>The log entry of a delivery that died or expired.</summary>
internal static class DeliveryEndJson
{
    internal static byte[] Of(LogEntry message, EntryKind kind, long delivery, string agentId, int attempt, string? reason, long stamp) => JsonObject.Write(writer =>
    {
        writer.WriteString("delivery_id"u8, delivery.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("message_id"u8, MessageJsonReader.Id(message.Json));
        writer.WriteString("agent_id"u8, agentId);
        writer.WriteString("state"u8, kind == EntryKind.Death ? "dead"u8 : "expired"u8);
        writer.WriteNumber("attempt"u8, attempt);
        writer.WriteString("last_error"u8, reason);
        writer.WriteString("at"u8, Protocol.WireTime.ToText(DateTimeOffset.FromUnixTimeMilliseconds(stamp)));
    });
}

/// <summary>Small JSON objects written field by field.</summary>
internal static class JsonObject
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
