namespace Parley.Server.Log;

/// <summary>The filters that every stream takes.</summary>
/// <param name="Types">Of messages and events; hides nothing else. Empty: all.</param>
/// <param name="Agents">Numbers of agents from or to whom a message must be. Empty: all.</param>
internal sealed record StreamFilter(IReadOnlySet<string> Types, IReadOnlySet<int> Agents)
{
    internal static StreamFilter None { get; } = new(new HashSet<string>(), new HashSet<int>());

    internal bool Takes(LogEntry entry)
    {
        if (entry.Kind is not (EntryKind.Message or EntryKind.Release or EntryKind.Agent or EntryKind.Event))
            return true;
        if (Types.Count > 0 && !Types.Contains(entry.Type!))
            return false;
        return Agents.Count == 0 || entry.Kind is EntryKind.Agent or EntryKind.Event || Agents.Contains(entry.Sender) || entry.Recipients.Any(Agents.Contains);
    }
}

/// <summary>What each stream is made of.</summary>
internal static class FeedSelections
{
    /// <summary>An execution's messages and what became of it.</summary>
    internal static FeedSelection Execution(long execution, StreamFilter filter) => new(
        new LogQuery(0, execution),
        entry => entry.Kind is EntryKind.Message or EntryKind.Release or EntryKind.Deletion or EntryKind.Execution &&
                 entry.Execution == execution && filter.Takes(entry));

    internal static FeedSelection Thread(long thread, StreamFilter filter) => new(
        new LogQuery(thread, 0),
        entry => entry.Thread == thread && IsMessage(entry) && filter.Takes(entry));

    /// <summary>Messages, events, and every thing as it now is.</summary>
    internal static FeedSelection Project(StreamFilter filter) => new(
        LogQuery.All,
        entry => (entry.Kind is EntryKind.Message or EntryKind.Release or EntryKind.Deletion or EntryKind.Agent or EntryKind.Event || IsOfDeclaredKind(entry)) && filter.Takes(entry));

    /// <summary>Messages only; whose, decides the reader.</summary>
    internal static FeedSelection Messages(StreamFilter filter) => new(LogQuery.All, entry => IsMessage(entry) && filter.Takes(entry));

    /// <summary>Things of kinds that concepts declare; executions have a stream of their own.</summary>
    private static bool IsOfDeclaredKind(LogEntry entry) => entry.Kind is EntryKind.Squad or > EntryKind.Audit;

    private static bool IsMessage(LogEntry entry) => entry.Kind is EntryKind.Message or EntryKind.Release or EntryKind.Deletion;
}
