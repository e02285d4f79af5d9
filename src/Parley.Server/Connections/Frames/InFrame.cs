using System.Text;
using System.Text.Json;
using Parley.Server.Wire;

namespace Parley.Server.Connections.Frames;

/// <summary>One frame from a client: a view of the WebSocket message, valid until the message is handled.</summary>
/// <param name="Event">Its name, unescaped.</param>
/// <param name="Id">The id as JSON, ready to be sent back; empty if there is none, so no answer is wanted.</param>
/// <param name="Data">A JSON object; empty for none.</param>
internal readonly record struct InFrame(string Event, byte[] Id, ReadOnlyMemory<byte> Data)
{
    private const int LongestId = 200;

    /// <summary>Reads a message: one frame, or an array of them.</summary>
    /// <returns>False if it is neither; then the connection can no longer be trusted.</returns>
    internal static bool TryRead(ReadOnlyMemory<byte> message, List<InFrame> frames)
    {
        try
        {
            var reader = new Utf8JsonReader(message.Span, JsonDepth.Stored);
            if (!reader.Read())
                return false;
            if (reader.TokenType != JsonTokenType.StartArray)
                return TryReadOne(ref reader, message, frames) && !reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                if (!TryReadOne(ref reader, message, frames))
                    return false;
            }

            return reader.TokenType == JsonTokenType.EndArray && !reader.Read();
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // An InvalidOperationException: the name holds half a surrogate pair.
            return false;
        }
    }

    private static bool TryReadOne(ref Utf8JsonReader reader, ReadOnlyMemory<byte> message, List<InFrame> frames)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        string? name = null;
        byte[] id = [];
        ReadOnlyMemory<byte> data = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("event"u8))
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                    return false;
                name = FrameNames.Of(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                if (!reader.Read() || reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number or JsonTokenType.Null) || reader.ValueSpan.Length > LongestId)
                    return false;
                id = reader.TokenType == JsonTokenType.Null ? [] : message.Span[(int)reader.TokenStartIndex..(int)reader.BytesConsumed].ToArray();
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                if (!reader.Read())
                    return false;
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                data = reader.TokenType == JsonTokenType.Null ? default : message[start..(int)reader.BytesConsumed];
            }
            else
            {
                return false;
            }
        }

        if (name is null || reader.TokenType != JsonTokenType.EndObject)
            return false;
        frames.Add(new InFrame(name, id, data));
        return true;
    }
}

/// <summary>The names of frames as preallocated strings.</summary>
internal static class FrameNames
{
    private static readonly (byte[] Utf8, string Name)[] Known =
        [.. new[]
        {
            Protocol.FrameEvents.MessageSend, Protocol.FrameEvents.MessageAck, Protocol.FrameEvents.MessageReply, Protocol.FrameEvents.RequestSend,
            Protocol.FrameEvents.MessageNack, Protocol.FrameEvents.AgentHeartbeat, Protocol.FrameEvents.Subscribe,
        }.Select(name => (Encoding.UTF8.GetBytes(name), name))];

    internal static string Of(ref Utf8JsonReader reader)
    {
        foreach (var (utf8, name) in Known)
        {
            if (reader.ValueTextEquals(utf8))
                return name;
        }

        return reader.GetString()!;
    }
}
