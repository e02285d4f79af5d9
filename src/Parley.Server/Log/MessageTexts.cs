using System.Buffers;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Log;

/// <summary>Where the texts of a message stand in its JSON.</summary>
internal sealed record MessageTexts(string Thread, string? Content, JsonPart ContentPart, JsonPart Payload, JsonPart Metadata)
{
    internal int Size => (Content?.Length ?? 0) + Payload.Characters + Metadata.Characters;

    internal static MessageTexts Of(byte[] json)
    {
        var (thread, content) = ("", (string?)null);
        var (contentPart, payload, metadata) = (default(JsonPart), default(JsonPart), default(JsonPart));
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isContent = reader.ValueTextEquals("content"u8);
            var isThread = reader.ValueTextEquals("conversation_thread_id"u8);
            var isPayload = reader.ValueTextEquals("payload"u8);
            var isMetadata = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (isThread)
                thread = reader.GetString()!;
            if (isContent)
                content = reader.GetString();
            var isNull = reader.TokenType == JsonTokenType.Null;
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            var part = new JsonPart(start, end, isNull ? 0 : Encoding.UTF8.GetCharCount(json.AsSpan(start, end - start)));
            if (isContent)
                contentPart = part;
            else if (isPayload)
                payload = part;
            else if (isMetadata)
                metadata = part;
        }

        return new MessageTexts(thread, content, contentPart, payload, metadata);
    }

    /// <summary>The message's JSON with less text.</summary>
    /// <param name="cut">What is left of the content; null for all of it.</param>
    internal byte[] Without(byte[] json, string? cut, bool withPayload, bool withMetadata)
    {
        var to = new ArrayBufferWriter<byte>(json.Length);
        var from = 0;
        foreach (var (part, text) in new[]
        {
            (ContentPart, cut is null ? null : JsonSerializer.SerializeToUtf8Bytes(cut, WireJson.Strict.String)),
            (Payload, withPayload ? null : "null"u8.ToArray()),
            (Metadata, withMetadata ? null : "null"u8.ToArray()),
        }.OrderBy(change => change.Item1.Start))
        {
            if (text is null)
                continue;
            to.Write(json.AsSpan(from, part.Start - from));
            to.Write(text);
            from = part.End;
        }

        to.Write(json.AsSpan(from));
        return to.WrittenSpan.ToArray();
    }
}

/// <summary>Where a value stands in some JSON.</summary>
/// <param name="Characters">0 for null.</param>
internal readonly record struct JsonPart(int Start, int End, int Characters)
{
    internal int Bytes => Characters == 0 ? 0 : End - Start;
}
