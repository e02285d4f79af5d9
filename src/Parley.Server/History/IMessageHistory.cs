using Parley.Protocol;
using Parley.Server.Log;

namespace Parley.Server.History;

/// <summary>What was said: every question about messages that changes nothing.</summary>
/// <remarks>What has messages ends at <see cref="MessagePage.Bytes"/> as well as at a number, with one in any case.</remarks>
internal interface IMessageHistory
{
    /// <summary>Messages that match, newest first, from below <see cref="HistoryQuery.Before"/> on.</summary>
    ValueTask<IReadOnlyList<LogEntry>> ListAsync(HistoryQuery query, CancellationToken cancellationToken);

    /// <summary>A thread's messages in order, after a seq.</summary>
    ValueTask<IReadOnlyList<LogEntry>> ThreadAsync(int project, long thread, long after, int max, CancellationToken cancellationToken);

    /// <summary>Threads by their newest message, from below a seq on; of one agent where given.</summary>
    ValueTask<IReadOnlyList<ThreadRow>> ThreadsAsync(int project, int? agent, long before, int max, CancellationToken cancellationToken);

    /// <summary>One thread's row, up to date; null when nothing was said in it.</summary>
    ValueTask<ThreadRow?> ThreadRowAsync(int project, long thread, CancellationToken cancellationToken);

    /// <summary>Whether an agent sent into a thread or was a named recipient in it.</summary>
    ValueTask<bool> TakesPartAsync(int project, long thread, int agent, CancellationToken cancellationToken);

    /// <summary>Whether a scheduled or held message has been released to its recipients.</summary>
    ValueTask<bool> IsReleasedAsync(int project, long seq, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<LogEntry>> RepliesAsync(int project, long seq, CancellationToken cancellationToken);

    /// <summary>How a message was routed, over which session it came, and what took its place.</summary>
    ValueTask<TraceRow?> TraceAsync(int project, long seq, CancellationToken cancellationToken);

    /// <summary>Emoji to agents.</summary>
    ValueTask<IReadOnlyList<(string Emoji, string Agent)>> ReactionsAsync(int project, long seq, CancellationToken cancellationToken);

    /// <summary>A thread's messages up to one that a later one took the place of.</summary>
    ValueTask<IReadOnlyList<(long Seq, Guid Id)>> SupersededAsync(int project, long thread, long upTo, CancellationToken cancellationToken);
}

/// <summary>Which messages; what is null does not narrow.</summary>
internal sealed record HistoryQuery(int Project)
{
    /// <summary>Only seqs below this.</summary>
    internal long Before { get; init; } = long.MaxValue;

    internal int Max { get; init; } = 50;
    internal IReadOnlySet<string>? Types { get; init; }
    internal int? Sender { get; init; }
    internal int? Recipient { get; init; }
    internal long? Thread { get; init; }
    internal long? Execution { get; init; }
    internal string? Task { get; init; }
    internal IReadOnlySet<Priority>? Priorities { get; init; }
    internal DateTimeOffset? Since { get; init; }
    internal DateTimeOffset? Until { get; init; }

    /// <summary>Words to look for.</summary>
    internal string? Text { get; init; }

    /// <summary>Only what this agent may read; null: everything.</summary>
    internal Reader? Reader { get; init; }
}

internal sealed record ThreadRow(long Thread, Guid Id, long LastSeq, int Messages, long StartedAt, long LastAt, string? Title, IReadOnlyList<int> Participants);

internal sealed record TraceRow(string? Routing, string? Session, LogEntry? SupersededBy);
