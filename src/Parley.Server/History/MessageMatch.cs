using Parley.Server.Log;

namespace Parley.Server.History;

/// <summary>Whether a message matches a query, and the query's reader may read it.</summary>
/// <param name="takesPart">Whether the query's reader takes part in a thread.</param>
internal sealed class MessageMatch(HistoryQuery query, Func<long, bool> takesPart)
{
    private readonly Dictionary<long, bool> _threads = [];

    internal bool Takes(LogEntry message) => Matches(message, EntryKind.Message) && (query.Reader is not { } reader || MayRead(message, reader));

    /// <summary>Like <see cref="Takes"/>, for an entry that repeats a message or reports its deletion.</summary>
    internal bool TakesAs(LogEntry entry) => Matches(entry, entry.Kind) && query.Reader is null;

    /// <summary>True if everything that follows in the query's order is outside of its time span.</summary>
    internal bool IsPast(LogEntry message) => query.OldestFirst
        ? query.Until is { } until && message.Stamp > until.ToUnixTimeMilliseconds()
        : query.Since is { } since && message.Stamp < since.ToUnixTimeMilliseconds();

    private bool Matches(LogEntry message, EntryKind kind) =>
        message.Kind == kind &&
        (query.Types is not { Count: > 0 } types || types.Contains(message.Type!)) &&
        (query.Sender is not { } sender || message.Sender == sender) &&
        (query.Recipient is not { } recipient || message.Recipients.Contains(recipient)) &&
        (query.Thread is not { } thread || message.Thread == thread) &&
        (query.Execution is not { } execution || message.Execution == execution) &&
        (query is { Since: null, Until: null } || IsInTime(message)) &&
        (query.Priorities is not { Count: > 0 } priorities || priorities.Contains(MessageJsonReader.Priority(message.Json))) &&
        (query.SenderId is not { } id || MessageJsonReader.IsFrom(message.Json, id)) &&
        (query.Task is not { } task || MessageJsonReader.TaskId(message.Json) == task) &&
        (query.Text is null || !MessageTombstone.Is(message.Json)) &&
        query.Except?.Has(message) != true;

    /// <summary>Compares the time of the message, not of a later entry that repeats it.</summary>
    private bool IsInTime(LogEntry entry)
    {
        var stamp = entry.Kind == EntryKind.Message ? entry.Stamp : MessageJsonReader.Timestamp(entry.Json).ToUnixTimeMilliseconds();
        return (query.Since is not { } since || stamp >= since.ToUnixTimeMilliseconds()) && (query.Until is not { } until || stamp <= until.ToUnixTimeMilliseconds());
    }

    private bool MayRead(LogEntry message, Reader reader)
    {
        if (Visibility.ByItself(message, reader) is { } plain)
            return plain;
        if (!_threads.TryGetValue(message.Thread, out var follows))
            _threads.Add(message.Thread, follows = takesPart(message.Thread));
        return follows;
    }
}
