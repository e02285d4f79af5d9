using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.History;

/// <summary>Reads conversations and puts them in short.</summary>
internal sealed class ThreadDigests(IMessageHistory history)
{
    private const int PartSize = 500;

    /// <param name="thread">The seq of the entry that opened it.</param>
    /// <param name="most">The most messages to read, the newest: the cost must not grow with the thread.</param>
    /// <returns>The digest, and the messages that it covers, in order; null if there are none.</returns>
    internal async ValueTask<(ThreadDigest Digest, IReadOnlyList<Message> Messages)?> FindAsync(ProjectState project, long thread, int most, CancellationToken cancellationToken)
    {
        if (await history.ThreadRowAsync(project.Number, thread, cancellationToken) is not { } row)
            return null;
        var (messages, hidden) = (new List<Message>(), 0);
        var query = new HistoryQuery(project.Number) { Thread = thread, Max = Math.Min(PartSize, most), Before = row.LastSeq + 1 };
        while (messages.Count + hidden < most)
        {
            // A part may be smaller than asked for, because its bytes are limited too.
            var part = await history.ListAsync(query, cancellationToken);
            if (part.Count == 0)
                break;
            foreach (var entry in part)
            {
                if (await IsReleasedAsync(entry, cancellationToken))
                    messages.Add(MessageJsonReader.Message(entry));
                else
                    hidden++;
            }

            query = query with { Before = part[^1].Seq };
        }

        if (messages.Count == 0)
            return null;
        messages.Reverse();
        var summary = SummaryOf(project, row) with { Messages = row.Messages - hidden, LastSeq = messages[^1].Seq, LastAt = messages[^1].Timestamp };
        return (ThreadSummarizer.Summarize(summary, messages), messages);
    }

    /// <summary>A message that is scheduled or held is in nobody's digest, because all readers of a thread get the same.</summary>
    private ValueTask<bool> IsReleasedAsync(LogEntry message, CancellationToken cancellationToken) =>
        message.Audience < Audience.Withheld ? new(result: true) : history.IsReleasedAsync(message.Project, message.Seq, cancellationToken);

    internal static ThreadSummary SummaryOf(ProjectState project, ThreadRow row) => new()
    {
        ConversationThreadId = row.Id.ToString(),
        Title = row.Title,
        Participants = [.. row.Participants.Select(number => project.Agents.Find(number)?.Id).OfType<string>()],
        Messages = row.Messages,
        StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.StartedAt),
        LastAt = DateTimeOffset.FromUnixTimeMilliseconds(row.LastAt),
        LastSeq = row.LastSeq,
    };
}
