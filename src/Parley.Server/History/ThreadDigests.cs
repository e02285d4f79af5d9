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
    /// <returns>Null if it has no messages.</returns>
    internal async ValueTask<ThreadDigest?> FindAsync(ProjectState project, long thread, int most, CancellationToken cancellationToken)
    {
        if (await history.ThreadRowAsync(project.Number, thread, cancellationToken) is not { } row)
            return null;
        var messages = new List<Message>();
        var query = new HistoryQuery(project.Number) { Thread = thread, Max = Math.Min(PartSize, most), Before = row.LastSeq + 1 };
        while (messages.Count < most)
        {
            // A part may be smaller than asked for, because its bytes are limited too.
            var part = await history.ListAsync(query, cancellationToken);
            if (part.Count == 0)
                break;
            messages.AddRange(part.Select(MessageJsonReader.Message));
            query = query with { Before = part[^1].Seq };
        }

        messages.Reverse();
        return ThreadSummarizer.Summarize(SummaryOf(project, row), messages);
    }

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
