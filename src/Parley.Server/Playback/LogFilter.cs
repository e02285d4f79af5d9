using Parley.Server.Entities;
using Parley.Server.Log;

namespace Parley.Server.Playback;

/// <summary>Which entries of the log are wanted, before access is checked.</summary>
internal sealed record LogFilter
{
    /// <summary>As in <see cref="LogKinds"/>; empty for all.</summary>
    internal IReadOnlySet<string> Kinds { get; init; } = new HashSet<string>();

    internal LogOwner? Thread { get; init; }

    internal LogOwner? Execution { get; init; }

    /// <summary>The workflow whose run the execution is; null if it is none.</summary>
    internal string? Workflow { get; init; }

    /// <summary>The ids and the numbers of agents that an entry must be from, to, or about. Null for everybody.</summary>
    internal (IReadOnlySet<string> Ids, IReadOnlySet<int> Numbers)? Agents { get; init; }

    /// <summary>The parts of the log that together have every entry that is wanted.</summary>
    internal IReadOnlyList<LogQuery> Queries
    {
        get
        {
            if (Thread is null && Execution is null)
                return [LogKinds.AreThings(Kinds) ? LogQuery.Things : LogQuery.All];
            // Entries about messages have their thread and execution in an index. Those of entities only have it in their JSON.
            var about = new LogQuery(Thread?.Seq ?? 0, Thread is null ? Execution!.Value.Seq : 0);
            return LogKinds.AreThings(Kinds) ? [LogQuery.Things] : LogKinds.AreOfMessages(Kinds) ? [about] : [about, LogQuery.Things];
        }
    }

    internal bool Takes(LogEntry entry, LogKinds kinds) =>
        (Kinds.Count == 0 || Kinds.Contains(kinds.NameOf(entry))) &&
        (Thread is not { } thread || IsIn(entry, thread)) &&
        (Execution is not { } execution || IsOf(entry, execution)) &&
        (Agents is not { } agents || Concerns(entry, agents.Ids, agents.Numbers));

    private static bool IsIn(LogEntry entry, LogOwner thread) => IsAboutMessage(entry)
        ? entry.Thread == thread.Seq
        : IsEntity(entry) && (entry.Subject == thread.Seq || Names(entry, ["thread_id", "conversation_thread_id", "task_id", "workflow_id"], thread.Id));

    private bool IsOf(LogEntry entry, LogOwner execution) => IsAboutMessage(entry) || entry.Kind == EntryKind.Execution
        ? entry.Execution == execution.Seq
        : IsEntity(entry) && (Names(entry, ["execution_id"], execution.Id) || (Workflow is { } workflow && Names(entry, ["workflow_id"], workflow)));

    private static bool Concerns(LogEntry entry, IReadOnlySet<string> ids, IReadOnlySet<int> numbers) =>
        numbers.Contains(entry.Sender) || entry.Recipients.Any(numbers.Contains)
        || (!IsAboutMessage(entry) && EntityJson.TextOf(entry.Json, "agent_id") is { } agent && ids.Contains(agent));

    private static bool IsAboutMessage(LogEntry entry) => entry.Kind < EntryKind.Agent;

    private static bool IsEntity(LogEntry entry) => entry.Kind is not (EntryKind.Agent or EntryKind.Event or EntryKind.Audit);

    private static bool Names(LogEntry entry, ReadOnlySpan<string> fields, string id)
    {
        foreach (var field in fields)
        {
            if (EntityJson.TextOf(entry.Json, field) == id)
                return true;
        }

        return false;
    }
}

/// <summary>A thread or an execution: the seq of the entry that opened it, and its id.</summary>
internal readonly record struct LogOwner(long Seq, string Id);
