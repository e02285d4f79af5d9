using System.Globalization;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>The log entry of a delivery that died or expired.</summary>
internal static class DeliveryEndJson
{
    internal static byte[] Of(LogEntry message, EntryKind kind, long delivery, string agentId, int attempt, string? reason, long stamp) => JsonFields.Write(writer =>
    {
        writer.WriteString("delivery_id"u8, delivery.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("message_id"u8, MessageJsonReader.Id(message.Json));
        writer.WriteString("agent_id"u8, agentId);
        writer.WriteString("state"u8, kind == EntryKind.Death ? "dead"u8 : "expired"u8);
        writer.WriteNumber("attempt"u8, attempt);
        writer.WriteString("last_error"u8, reason);
        writer.WriteString("at"u8, WireTime.ToText(DateTimeOffset.FromUnixTimeMilliseconds(stamp)));
    });
}
