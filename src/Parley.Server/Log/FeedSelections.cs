namespace Parley.Server.Log;

/// <summary>The filters that every stream supports.</summary>
/// <param name="Types">The types of messages and events to include; other entries are not affected. Empty for all.</param>
/// <param name="Agents">The numbers of agents that a message must be from or to. Empty for all.</param>
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

/// <summary>What each stream includes.</summary>
internal static class FeedSelections
{
    /// <summary>An execution's messages, status, and end.</summary>
    internal static FeedSelection Execution(long execution, StreamFilter filter) => new(
        new LogQuery(0, execution),
        entry => entry.Kind is EntryKind.Message or EntryKind.Release or EntryKind.Deletion or EntryKind.Execution &&
                 entry.Execution == execution && filter.Takes(entry));

    internal static FeedSelection Thread(long thread, StreamFilter filter) => new(
        new LogQuery(thread, 0),
        entry => entry.Thread == thread && IsMessage(entry) && filter.Takes(entry));

    /// <summary>Messages, events, and the current state of every entity that changes.</summary>
    internal static FeedSelection Project(StreamFilter filter) => new(
        LogQuery.All,
        entry => (entry.Kind is EntryKind.Message or EntryKind.Release or EntryKind.Deletion or EntryKind.Agent or EntryKind.Event || IsOfDeclaredKind(entry)) && filter.Takes(entry));

    /// <summary>Only messages. The reader determines which ones.</summary>
    internal static FeedSelection Messages(StreamFilter filter) => new(LogQuery.All, entry => IsMessage(entry) && filter.Takes(entry));

    /// <summary>Entities of the kinds that concepts declare. Executions have their own stream.</summary>
    private static bool IsOfDeclaredKind(LogEntry entry) => entry.Kind is EntryKind.Squad or > EntryKind.Audit;

    private static bool IsMessage(LogEntry entry) => entry.Kind is EntryKind.Message or EntryKind.Release or EntryKind.Deletion;
}
