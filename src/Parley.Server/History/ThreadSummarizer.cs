using System.Globalization;
using System.Text;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>Makes a digest from a thread's messages, without a model. Pure functions: the same messages make the same digest.</summary>
internal static class ThreadSummarizer
{
    internal const int MostOpen = 50, MostSettled = 20;

    private const int LongestContent = 200;

    /// <summary>Types whose messages ask for something, even if their senders did not set the intent.</summary>
    private static readonly HashSet<string> Asking =
        new(["question", "task_assignment", "code_review_request", "human_intervention_required"], StringComparer.Ordinal);

    /// <param name="thread">What is known of the thread without reading it.</param>
    /// <param name="messages">The newest messages, in order.</param>
    internal static ThreadDigest Summarize(ThreadSummary thread, IReadOnlyList<Message> messages)
    {
        var superseded = messages.Select(message => message.Supersedes).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var requests = new Dictionary<string, DigestRequest>(StringComparer.Ordinal);
        var settled = new List<string>();
        foreach (var message in messages)
        {
            if (message.Deleted || superseded.Contains(message.MessageId))
                continue;
            if (message.ReplyTo is { } asked && requests.TryGetValue(asked, out var request) && message.SenderId != request.From)
            {
                requests[asked] = After(request, message);
                if (requests[asked].Answer is not null)
                {
                    settled.Remove(asked);
                    settled.Add(asked);
                }
            }

            if (Asks(message))
                requests.Add(message.MessageId, Request(message));
        }

        var digest = new ThreadDigest
        {
            ConversationThreadId = thread.ConversationThreadId,
            Title = thread.Title,
            Messages = thread.Messages,
            Covered = messages.Count,
            StartedAt = thread.StartedAt,
            LastAt = thread.LastAt,
            LastSeq = thread.LastSeq,
            Participants =
            [
                .. messages.GroupBy(message => message.SenderId).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal)
                    .Select(group => new DigestParticipant { AgentId = group.Key, Messages = group.Count() }),
            ],
            Open = [.. requests.Values.Where(request => request.Answer is null).TakeLast(MostOpen)],
            Settled = [.. settled.TakeLast(MostSettled).Select(id => requests[id])],
            Last = messages.LastOrDefault(message => !message.Deleted) is { } last ? Short(last) : null,
        };
        return digest with { Text = TextOf(digest) };
    }

    /// <summary>Whether a message expects an answer.</summary>
    internal static bool Asks(Message message) => message.Intent == Intent.Request || (message.ReplyTo is null && Asking.Contains(message.MessageType));

    /// <summary>A promise keeps the request open; any other reply answers it. A later answer replaces an earlier one.</summary>
    private static DigestRequest After(DigestRequest request, Message reply) => reply.Intent == Intent.Ack
        ? request with { Accepted = [.. request.Accepted.Append(reply.SenderId).Distinct(StringComparer.Ordinal)] }
        : request with { Answer = Short(reply), Outcome = reply.Outcome };

    private static DigestRequest Request(Message message) => new()
    {
        MessageId = message.MessageId,
        From = message.SenderId,
        To = message.To,
        MessageType = message.MessageType,
        Content = Beginning(message.Content),
        Timestamp = message.Timestamp,
    };

    private static DigestMessage Short(Message message) => new()
    {
        MessageId = message.MessageId,
        From = message.SenderId,
        To = message.To,
        MessageType = message.MessageType,
        Content = Beginning(message.Content),
        Timestamp = message.Timestamp,
    };

    private static string? Beginning(string? content)
    {
        if (content is null)
            return null;
        var line = string.Join(' ', content.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length <= LongestContent)
            return line;
        var end = LongestContent - 1;
        if (char.IsLowSurrogate(line[end]))
            end--;
        return string.Concat(line.AsSpan(0, end), "…");
    }

    private static string TextOf(ThreadDigest digest)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{digest.Messages} {(digest.Messages == 1 ? "message" : "messages")} since {WireTime.ToText(digest.StartedAt)}, the last at {WireTime.ToText(digest.LastAt)}");
        if (digest.Covered < digest.Messages)
            text.Append(CultureInfo.InvariantCulture, $"; this covers the newest {digest.Covered}");
        text.Append(".\n");
        text.Append(CultureInfo.InvariantCulture, $"Wrote: {string.Join(", ", digest.Participants.Select(one => $"{one.AgentId} ({one.Messages})"))}.\n");
        foreach (var request in digest.Open)
        {
            var accepted = request.Accepted.Count > 0 ? $", accepted by {string.Join(", ", request.Accepted)}" : "";
            text.Append(CultureInfo.InvariantCulture, $"Open: {request.From} asks {string.Join(", ", request.To)}{accepted}: {request.Content} [{request.MessageId}]\n");
        }

        foreach (var request in digest.Settled)
        {
            var how = request.Outcome switch { Outcome.Success => "done", Outcome.Error => "failed", _ => "answered" };
            text.Append(CultureInfo.InvariantCulture, $"Settled ({how}): {request.From} asked: {request.Content} [{request.MessageId}]; {request.Answer!.From} answered: {request.Answer.Content} [{request.Answer.MessageId}]\n");
        }

        if (digest.Last is { } last)
            text.Append(CultureInfo.InvariantCulture, $"Last: {last.From} to {string.Join(", ", last.To)}: {last.Content} [{last.MessageId}]\n");
        return text.ToString();
    }
}
