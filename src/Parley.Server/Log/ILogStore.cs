namespace Parley.Server.Log;

/// <summary>The project's log as it is on disk.</summary>
internal interface ILogStore
{
    /// <summary>Entries after a place, in order, that <paramref name="query"/> takes.</summary>
    /// <returns>At most <paramref name="max"/> entries and about <paramref name="maxBytes"/> bytes of JSON, though at least one entry, and the seq up to which was looked: the place to go on from.</returns>
    ValueTask<LogSlice> ReadAsync(int project, long after, int max, long maxBytes, LogQuery query, CancellationToken cancellationToken);

    /// <summary>Entries that may be events, the newest first.</summary>
    ValueTask<IReadOnlyList<LogEntry>> EventsAsync(EventQuery query, CancellationToken cancellationToken);

    /// <summary>The entry of a seq; null when there is none, or no longer.</summary>
    ValueTask<LogEntry?> FindAsync(int project, long seq, CancellationToken cancellationToken);

    /// <summary>The seq of an execution's completion; null while it goes on.</summary>
    ValueTask<long?> CompletionAsync(int project, long execution, CancellationToken cancellationToken);

    /// <summary>The smallest seq that retention has left; 1 for a whole log, head + 1 for an empty one.</summary>
    ValueTask<long> FirstSeqAsync(int project, CancellationToken cancellationToken);
}

/// <summary>What of the log is wanted where an index helps: one thread, one execution, or everything (both 0).</summary>
internal readonly record struct LogQuery(long Thread, long Execution)
{
    internal static LogQuery All => default;
}

/// <summary>Which part of the log to search for events.</summary>
/// <param name="Below">Only those before this seq.</param>
/// <param name="Since">Unix milliseconds: only those of this time or later.</param>
/// <param name="Until">Unix milliseconds: only those of this time or before.</param>
internal readonly record struct EventQuery(int Project, long Below, long Since, long Until, int Max);

/// <summary>A part of the log. <see cref="LookedTo"/> counts also what the query passed over.</summary>
internal readonly record struct LogSlice(List<LogEntry> Entries, long LookedTo);
