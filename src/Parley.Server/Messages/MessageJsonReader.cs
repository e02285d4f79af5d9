using System.Buffers.Text;
using System.Text.Json;
using Parley.Protocol;

namespace Parley.Server.Messages;

/// <summary>Reads back single fields of a stored message without parsing all of it.</summary>
internal static class MessageJsonReader
{
    /// <summary>The id and the thread, from the head that <see cref="MessageJson.Whole"/> writes (also on a tombstone).</summary>
    internal static (Guid Id, Guid Thread) Ids(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        Guid id = default, thread = default;
        while (reader.Read() && (id == default || thread == default))
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            if (reader.ValueTextEquals("message_id"u8) && reader.Read())
                id = reader.GetGuid();
            else if (reader.ValueTextEquals("conversation_thread_id"u8) && reader.Read())
                thread = reader.GetGuid();
        }

        return (id, thread);
    }

    /// <summary>The content as text; null when there is none.</summary>
    internal static string? Content(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return Find(ref reader, "content"u8) ? reader.GetString() : null;
    }

    internal static Priority Priority(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return Find(ref reader, "priority"u8) ? (Priority)reader.GetInt32() : Protocol.Priority.Normal;
    }

    internal static string? TaskId(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return Find(ref reader, "task_id"u8) ? reader.GetString() : null;
    }

    /// <summary>The id at the very start of a message's JSON: <c>{"message_id":"…"</c>.</summary>
    internal static Guid Id(ReadOnlySpan<byte> json)
    {
        const int prefix = 15;
        return Utf8Parser.TryParse(json[prefix..], out Guid id, out _) ? id : default;
    }

    /// <summary>Moves to the value of a field of the message itself.</summary>
    private static bool Find(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            if (reader.ValueTextEquals(name))
                return reader.Read();
            reader.Skip();
        }

        return false;
    }
}
