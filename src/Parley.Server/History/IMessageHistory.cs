using Parley.Protocol;
using Parley.Server.Log;

namespace Parley.Server.History;

/// <summary>Past messages: every query about messages that changes nothing.</summary>
/// <remarks>Results with messages are limited to <see cref="MessagePage.Bytes"/> as well as to a number, but have at least one message.</remarks>
internal interface IMessageHistory
{
    /// <summary>Messages that match: newest first, starting below <see cref="HistoryQuery.Before"/>, or oldest first, starting above
    /// <see cref="HistoryQuery.After"/>.</summary>
    ValueTask<IReadOnlyList<LogEntry>> ListAsync(HistoryQuery query, CancellationToken cancellationToken);

    /// <summary>The newest message of each of these senders that has sent any.</summary>
    /// <param name="senders">Agents' numbers.</param>
    /// <param name="show">What to keep of a message. They are read one at a time, since together they may be large.</param>
    ValueTask<IReadOnlyList<T>> LastSentAsync<T>(int project, IReadOnlyCollection<int> senders, Func<LogEntry, T> show, CancellationToken cancellationToken);

    /// <summary>Counts the messages that match, wherever they are. It looks at a limited number of messages.</summary>
    /// <param name="most">How many messages to look at.</param>
    ValueTask<MessageCount> CountAsync(HistoryQuery query, int most, CancellationToken cancellationToken);

    /// <summary>A thread's messages in order, after a seq.</summary>
    ValueTask<IReadOnlyList<LogEntry>> ThreadAsync(int project, long thread, long after, int max, CancellationToken cancellationToken);

    /// <summary>Threads by their newest message, starting below a seq; only those of one agent if it is given.</summary>
    ValueTask<IReadOnlyList<ThreadRow>> ThreadsAsync(int project, int? agent, long before, int max, CancellationToken cancellationToken);

    /// <summary>The current row of a thread; null if it has no messages.</summary>
    ValueTask<ThreadRow?> ThreadRowAsync(int project, long thread, CancellationToken cancellationToken);

    /// <summary>Whether an agent sent a message to a thread or was a named recipient in it.</summary>
    ValueTask<bool> TakesPartAsync(int project, long thread, int agent, CancellationToken cancellationToken);

    /// <summary>Whether a scheduled or held message has been released to its recipients.</summary>
    ValueTask<bool> IsReleasedAsync(int project, long seq, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<LogEntry>> RepliesAsync(int project, long seq, CancellationToken cancellationToken);

    /// <summary>A message and what it answers, and what that answers, and so on: newest first, up to the first message of all, or the first that is
    /// not newer than a time.</summary>
    /// <param name="since">Unix milliseconds.</param>
    ValueTask<IReadOnlyList<ReplyLink>> ChainAsync(int project, long seq, long since, int max, CancellationToken cancellationToken);

    /// <summary>How a message was routed, which session it came from, and what superseded it.</summary>
    ValueTask<TraceRow?> TraceAsync(int project, long seq, CancellationToken cancellationToken);

    /// <summary>Each reaction's emoji and agent.</summary>
    ValueTask<IReadOnlyList<(string Emoji, string Agent)>> ReactionsAsync(int project, long seq, CancellationToken cancellationToken);

    /// <summary>A thread's messages that a later one superseded, up to a seq.</summary>
    ValueTask<IReadOnlyList<(long Seq, Guid Id)>> SupersededAsync(int project, long thread, long upTo, CancellationToken cancellationToken);
}

/// <summary>Which messages to find. Null values do not filter.</summary>
internal sealed record HistoryQuery(int Project)
{
    /// <summary>Only seqs below this.</summary>
    internal long Before { get; init; } = long.MaxValue;

    /// <summary>Only seqs above this.</summary>
    internal long After { get; init; }

    /// <summary>Oldest first. Not for words, whose index has no order.</summary>
    internal bool OldestFirst { get; init; }

    internal int Max { get; init; } = 50;
    internal IReadOnlySet<string>? Types { get; init; }
    internal int? Sender { get; init; }

    /// <summary>The id of a sender without a mailbox. All of these have the number 0.</summary>
    internal string? SenderId { get; init; }

    internal int? Recipient { get; init; }
    internal long? Thread { get; init; }
    internal long? Execution { get; init; }
    internal string? Task { get; init; }
    internal IReadOnlySet<Priority>? Priorities { get; init; }
    internal DateTimeOffset? Since { get; init; }
    internal DateTimeOffset? Until { get; init; }

    /// <summary>The words to search for.</summary>
    internal string? Text { get; init; }

    /// <summary>What is left out of all this; null for nothing.</summary>
    internal MessageExclusion? Except { get; init; }

    /// <summary>Only what this agent may read; null for everything.</summary>
    internal Reader? Reader { get; init; }
}

/// <summary>Which messages to leave out: those with any of these values.</summary>
internal sealed record MessageExclusion
{
    internal IReadOnlySet<string>? Types { get; init; }
    internal int? Sender { get; init; }

    /// <inheritdoc cref="HistoryQuery.SenderId"/>
    internal string? SenderId { get; init; }

    internal int? Recipient { get; init; }
    internal long? Thread { get; init; }
    internal long? Execution { get; init; }
    internal string? Task { get; init; }
    internal IReadOnlySet<Priority>? Priorities { get; init; }

    internal bool Has(LogEntry message) =>
        Types?.Contains(message.Type!) == true ||
        (Sender is { } sender && message.Sender == sender && (SenderId is not { } id || MessageJsonReader.IsFrom(message.Json, id))) ||
        (Recipient is { } recipient && message.Recipients.Contains(recipient)) ||
        (Thread is { } thread && message.Thread == thread) ||
        (Execution is { } execution && message.Execution == execution) ||
        Priorities?.Contains(MessageJsonReader.Priority(message.Json)) == true ||
        (Task is { } task && MessageJsonReader.TaskId(message.Json) == task);
}

/// <param name="Count">How many of the messages that were looked at match.</param>
/// <param name="IsAll">Whether these were all.</param>
internal readonly record struct MessageCount(int Count, bool IsAll);

internal sealed record ThreadRow(long Thread, Guid Id, long LastSeq, int Messages, long StartedAt, long LastAt, string? Title, IReadOnlyList<int> Participants);

/// <summary>One message in a chain of replies.</summary>
/// <param name="Stamp">Unix milliseconds.</param>
/// <param name="Sender">An agent's number; 0 for a sender without a mailbox.</param>
/// <param name="Hops">How many messages it is away from the first one, or from the last that a person sent.</param>
internal readonly record struct ReplyLink(long Seq, long Stamp, int Sender, int Hops, long ReplyTo)
{
    internal static ReplyLink Of(LogEntry message) => new(message.Seq, message.Stamp, message.Sender, message.Hops, message.ReplyTo);

    /// <summary>Whether the chain goes on with what it answers.</summary>
    /// <param name="since">Unix milliseconds.</param>
    internal bool GoesOn(long since) => Hops > 0 && ReplyTo != 0 && Stamp > since;
}

internal sealed record TraceRow(string? Routing, string? Session, LogEntry? SupersededBy);
