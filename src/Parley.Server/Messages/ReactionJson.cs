using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>The log entry of a reaction that was added or removed.</summary>
internal static class ReactionJson
{
    internal static byte[] Of(LogEntry message, string emoji, string agentId, bool removed) => JsonFields.Write(writer =>
    {
        writer.WriteString("message_id"u8, MessageJsonReader.Id(message.Json));
        writer.WriteString("emoji"u8, emoji);
        writer.WriteString("agent_id"u8, agentId);
        writer.WriteBoolean("removed"u8, removed);
    });
}
