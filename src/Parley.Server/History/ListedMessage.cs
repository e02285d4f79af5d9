using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>A message in a list: perhaps with less text, for a line or two of each, and perhaps with how far its deliveries are.</summary>
internal static class ListedMessage
{
    internal const int LongestExcerpt = 10_000;

    /// <summary>Writes a message. If its content is longer than allowed, it is cut; a longer payload becomes null. Then the message also has
    /// <c>truncated</c>, and <c>content_bytes</c>: how many bytes content and payload have as they are stored.</summary>
    /// <param name="excerpt">In characters; null for the whole message.</param>
    internal static void Write(FrameBuffer to, byte[] json, int? excerpt, DeliveryTally? tally)
    {
        var cut = excerpt is { } most && json.Length > most ? Cut(json, most) : null;
        if (cut is null && tally is null)
        {
            to.Raw(json);
            return;
        }

        // Without the brace that ends the message.
        to.Raw((cut?.Json ?? json).AsSpan()[..^1]);
        if (cut is { Bytes: var bytes })
        {
            to.Raw(",\"truncated\":true,\"content_bytes\":"u8);
            to.Number(bytes);
        }

        if (tally is not null)
        {
            to.Raw(",\"deliveries\":"u8);
            to.Raw(JsonSerializer.SerializeToUtf8Bytes(tally, WireJson.Strict.DeliveryTally));
        }

        to.Raw("}"u8);
    }

    /// <returns>Null if nothing has to be cut.</returns>
    private static (byte[] Json, int Bytes)? Cut(byte[] json, int most)
    {
        var texts = MessageTexts.Of(json);
        var cut = texts.Content?.Length > most ? TokenBudget.Cut(texts.Content, most) : null;
        var withPayload = texts.Payload.Characters <= most;
        return cut is null && withPayload ? null : (texts.Without(json, cut, withPayload, withMetadata: true), texts.ContentPart.Bytes + texts.Payload.Bytes);
    }
}
