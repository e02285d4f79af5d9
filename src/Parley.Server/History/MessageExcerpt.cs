using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>A message with less text, for lists that show a line or two of each.</summary>
internal static class MessageExcerpt
{
    internal const int Longest = 10_000;

    /// <summary>Writes a message. If its content is longer than allowed, it is cut; a longer payload becomes null. Then the message also has
    /// <c>truncated</c>, and <c>content_bytes</c>: how many bytes content and payload have as they are stored.</summary>
    /// <param name="most">In characters; null for the whole message.</param>
    internal static void Write(FrameBuffer to, byte[] json, int? most)
    {
        if (most is not { } allowed || json.Length <= allowed)
        {
            to.Raw(json);
            return;
        }

        var texts = MessageTexts.Of(json);
        var cut = texts.Content?.Length > allowed ? TokenBudget.Cut(texts.Content, allowed) : null;
        var withPayload = texts.Payload.Characters <= allowed;
        if (cut is null && withPayload)
        {
            to.Raw(json);
            return;
        }

        // Without the brace that ends the message.
        to.Raw(texts.Without(json, cut, withPayload, withMetadata: true).AsSpan()[..^1]);
        to.Raw(",\"truncated\":true,\"content_bytes\":"u8);
        to.Number(texts.ContentPart.Bytes + texts.Payload.Bytes);
        to.Raw("}"u8);
    }
}
