using System.Buffers.Binary;
using System.Text.Json;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>A message's complete JSON, taken apart into the arguments of <see cref="MessageJson.Whole"/>.</summary>
/// <param name="IdBits">The random bits of its id.</param>
/// <param name="Thread">Null if it is its own id.</param>
/// <param name="ExpiresAt">Unix milliseconds.</param>
/// <param name="Body">From <c>project_id</c> to just before <c>timestamp</c>; null for a deleted message's tombstone, which is not composed this
/// way.</param>
internal sealed record MessageParts(long IdBits, Guid? Thread, long? ExpiresAt, byte[]? Body)
{
    /// <exception cref="FormatException">It is not a message's JSON.</exception>
    internal static MessageParts Of(byte[] json, long seq, long stamp)
    {
        using var document = JsonDocument.Parse(json, JsonDepth.StoredDocument);
        var message = document.RootElement;
        if (!message.TryGetProperty("message_id", out var named) || !named.TryGetGuid(out var id) ||
            !message.TryGetProperty("conversation_thread_id", out var opened) || !opened.TryGetGuid(out var thread) ||
            !message.TryGetProperty("expires_at", out var end))
        {
            throw new FormatException("The message lacks its ids or its end.");
        }

        long? expires = end.ValueKind == JsonValueKind.String ? end.GetDateTimeOffset().ToUnixTimeMilliseconds() : null;
        if (EntryId.SeqOf(id) != seq)
            throw new FormatException("The message's id is not of its seq.");
        return new MessageParts(BitsOf(id), thread == id ? null : thread, expires, MessageTombstone.Is(json) ? null : BodyOf(json, id, seq, thread, stamp, expires));
    }

    private static byte[] BodyOf(byte[] json, Guid id, long seq, Guid thread, long stamp, long? expires)
    {
        // The head and tail are composed again, and the part between them is the body.
        var start = json.AsSpan().IndexOf(",\"project_id\":"u8);
        var end = json.AsSpan().LastIndexOf(",\"timestamp\":"u8);
        if (start >= 0 && end >= start)
        {
            var body = json[start..end];
            if (MessageJson.Whole(body, id, seq, thread, stamp, expires).AsSpan().SequenceEqual(json))
                return body;
        }

        throw new FormatException("The message is not made as Parley makes one.");
    }

    private static long BitsOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = id.TryWriteBytes(bytes, bigEndian: true, out _);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) & EntryId.RandomMask);
    }
}
