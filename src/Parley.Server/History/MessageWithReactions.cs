using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>A single message as its reader gets it, including reactions, which streams carry as separate entries.</summary>
internal static class MessageWithReactions
{
    internal static void Write(FrameBuffer to, byte[] message, IReadOnlyList<(string Emoji, string Agent)> reactions)
    {
        if (reactions.Count == 0)
        {
            to.Raw(message);
            return;
        }

        to.Raw(message.AsSpan(0, message.Length - 1));
        to.Raw(",\"reactions\":{"u8);
        var first = true;
        foreach (var emoji in reactions.GroupBy(reaction => reaction.Emoji, StringComparer.Ordinal))
        {
            if (!first)
                to.Raw(","u8);
            first = false;
            to.Text(emoji.Key);
            to.Raw(":"u8);
            to.Raw(JsonSerializer.SerializeToUtf8Bytes([.. emoji.Select(reaction => reaction.Agent)], WireJson.Strict.StringArray));
        }

        to.Raw("}}"u8);
    }
}
