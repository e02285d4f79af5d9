using System.Globalization;
using System.Text;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Hooks;

/// <summary>A message as a model reads it: facts about it as attributes, then its text, in an element that the text cannot close.</summary>
internal static class MessageEnvelope
{
    private const string Cut = "…";

    /// <summary>Appends a message.</summary>
    /// <param name="isAgain">Whether this session was given it before, without proof that the model read it.</param>
    /// <param name="isCut">Whether the text is shortened already.</param>
    /// <param name="most">How many bytes of UTF-8 the text may take, escaped.</param>
    internal static void Append(StringBuilder to, Message message, DateTimeOffset now, bool isAgain, bool isCut, int most)
    {
        to.Append("<parley-message");
        Attribute(to, "id", message.MessageId);
        Attribute(to, "from", message.SenderId);
        Attribute(to, "role", message.SenderRole);
        Attribute(to, "authority", WireType.WordOf(message.Authority));
        Attribute(to, "type", message.MessageType);
        Attribute(to, "priority", WireType.WordOf(message.Priority));
        Attribute(to, "intent", WireType.WordOf(message.Intent));
        Attribute(to, "thread", message.ConversationThreadId);
        Attribute(to, "reply_to", message.ReplyTo);
        Attribute(to, "task", message.TaskId);
        Attribute(to, "age", Age(now - message.Timestamp));
        if (isAgain)
            Attribute(to, "again", "true");

        var body = Body(message);
        var text = Escaped(body);
        if (Encoding.UTF8.GetByteCount(text) is var bytes && bytes > most)
            (text, isCut) = (Shortened(body, bytes, most), true);
        if (isCut)
            Attribute(to, "cut", "true");
        to.Append(">\n").Append(text).Append("\n</parley-message>\n");
    }

    private static string Body(Message message)
    {
        var payload = message.Payload is { } value ? $"payload: {value.GetRawText()}" : null;
        return string.Join('\n', new[] { message.Content, payload }.Where(part => !string.IsNullOrEmpty(part)));
    }

    private static void Attribute(StringBuilder to, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            to.Append(' ').Append(name).Append("=\"").Append(Escaped(value).Replace("\"", "&quot;", StringComparison.Ordinal).ReplaceLineEndings(" ")).Append('"');
    }

    private static string Escaped(string text) => SafeText.Of(text)
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    /// <summary>The beginning of a text that fits after it is escaped. Cut before it is escaped, so that no escape is cut in two.</summary>
    private static string Shortened(string body, int escaped, int most)
    {
        for (var take = (int)((long)body.Length * most / escaped); take > Cut.Length; take = take * 3 / 4)
        {
            if (Escaped(TokenBudget.Cut(body, take)) is { } text && Encoding.UTF8.GetByteCount(text) <= most)
                return text;
        }

        return Cut;
    }

    private static string Age(TimeSpan age) => age.TotalMinutes < 1 ? "under 1 min"
        : age.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalMinutes} min")
        : age.TotalDays < 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalHours} h")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalDays} d");
}
