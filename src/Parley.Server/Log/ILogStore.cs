namespace Parley.Server.Log;

/// <summary>The project's log on disk.</summary>
internal interface ILogStore
{
    /// <summary>Entries after a place, in order, that match <paramref name="query"/>.</summary>
    /// <returns>At most <paramref name="max"/> entries and about <paramref name="maxBytes"/> bytes of JSON, but at least one entry, and the seq up to
    /// which was searched, where the next read continues.</returns>
    ValueTask<LogSlice> ReadAsync(int project, long after, int max, long maxBytes, LogQuery query, CancellationToken cancellationToken);

    /// <summary>Entries that may be events, newest first.</summary>
    ValueTask<IReadOnlyList<LogEntry>> EventsAsync(EventQuery query, CancellationToken cancellationToken);

    /// <summary>The entry with a seq; null if there is none, or no longer.</summary>
    ValueTask<LogEntry?> FindAsync(int project, long seq, CancellationToken cancellationToken);

    /// <summary>The seq of an execution's completion; null until it ends.</summary>
    ValueTask<long?> CompletionAsync(int project, long execution, CancellationToken cancellationToken);

    /// <summary>The smallest seq that retention has left; 1 for a complete log, head + 1 for an empty one.</summary>
    ValueTask<long> FirstSeqAsync(int project, CancellationToken cancellationToken);
}

/// <summary>The part of the log to read, if an index helps: one thread, one execution, or everything (both 0).</summary>
internal readonly record struct LogQuery(long Thread, long Execution)
{
    internal static LogQuery All => default;

    /// <summary>Everything except messages, entries about messages, and audit entries: agents, events, and entities.</summary>
    internal static LogQuery Things => new(0, 0) { IsOfThings = true };

    /// <inheritdoc cref="Things"/>
    internal bool IsOfThings { get; private init; }
}

/// <summary>Which part of the log to search for events.</summary>
/// <param name="Below">Only those before this seq.</param>
/// <param name="Since">Unix milliseconds: only those of this time or later.</param>
/// <param name="Until">Unix milliseconds: only those of this time or before.</param>
internal readonly record struct EventQuery(int Project, long Below, long Since, long Until, int Max);

/// <summary>A part of the log. <see cref="LookedTo"/> includes entries that did not match.</summary>
internal readonly record struct LogSlice(List<LogEntry> Entries, long LookedTo);
