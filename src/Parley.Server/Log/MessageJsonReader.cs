using System.Buffers.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Log;

/// <summary>Reads single fields of a stored message without parsing all of it.</summary>
internal static class MessageJsonReader
{
    /// <summary>A stored message as it is on the wire.</summary>
    internal static Message Message(LogEntry entry) => JsonSerializer.Deserialize(entry.Json, WireJson.Lenient.Message)!;

    /// <summary>The id and the thread, from the head that <c>MessageJson</c> writes (tombstones have it too).</summary>
    internal static (Guid Id, Guid Thread) Ids(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
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

    /// <summary>The content as text; null if there is none.</summary>
    internal static string? Content(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        return Find(ref reader, "content"u8) ? reader.GetString() : null;
    }

    /// <summary>The title of a task or a workflow, from its entry; null if it has none.</summary>
    internal static string? Title(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        return Find(ref reader, "title"u8) ? reader.GetString() : null;
    }

    internal static Priority Priority(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        return Find(ref reader, "priority"u8) ? (Priority)reader.GetInt32() : Protocol.Priority.Normal;
    }

    internal static Surface Surface(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        return Find(ref reader, "surface"u8) && EnumUtf8<Surface>.TryRead(ref reader, out var surface) ? surface : Protocol.Surface.Pull;
    }

    internal static Intent Intent(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        return Find(ref reader, "intent"u8) && EnumUtf8<Intent>.TryRead(ref reader, out var intent) ? intent : Protocol.Intent.Inform;
    }

    internal static bool IsFrom(ReadOnlySpan<byte> json, string senderId)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        return Find(ref reader, "sender_id"u8) && reader.ValueTextEquals(senderId);
    }

    /// <summary>When it was sent.</summary>
    internal static DateTimeOffset Timestamp(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        return Find(ref reader, "timestamp"u8) ? reader.GetDateTimeOffset() : default;
    }

    internal static string? TaskId(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        return Find(ref reader, "task_id"u8) ? reader.GetString() : null;
    }

    /// <summary>The outcome that a reply reports; null if it reports none.</summary>
    internal static Outcome? Outcome(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        return Find(ref reader, "outcome"u8) && reader.TokenType == JsonTokenType.String && EnumUtf8<Outcome>.TryRead(ref reader, out var outcome) ? outcome : null;
    }

    /// <summary>The id that every entry's JSON starts with: <c>{"message_id":"…"</c>, <c>{"execution_id":"…"</c>.</summary>
    internal static Guid Id(ReadOnlySpan<byte> json)
    {
        var colon = json.IndexOf((byte)':');
        return colon > 0 && json.Length > colon + 2 && Utf8Parser.TryParse(json[(colon + 2)..], out Guid id, out _) ? id : default;
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
