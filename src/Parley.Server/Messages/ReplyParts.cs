using System.Text;
using System.Text.Json;
using Parley.Protocol;

namespace Parley.Server.Messages;

/// <summary>What a reply with an outcome says about the work that it ends.</summary>
internal static class ReplyParts
{
    /// <summary>Its payload, or else its content; null if it has neither.</summary>
    internal static JsonElement? ResultOf(SendDraft reply) =>
        !reply.Payload.IsEmpty ? JsonElement.Parse(reply.Payload.Span) : !reply.Content.IsEmpty ? JsonElement.Parse(reply.Content.Span) : null;

    /// <summary>Why the work failed.</summary>
    internal static string ErrorOf(SendDraft reply) => !reply.Content.IsEmpty
        ? JsonSerializer.Deserialize(reply.Content.Span, WireJson.Strict.String)!
        : reply.Payload.IsEmpty ? "The agent reported an error without a reason." : Encoding.UTF8.GetString(reply.Payload.Span);
}
