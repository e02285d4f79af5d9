using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.History;

/// <summary>Which messages and threads a caller may read. Others do not exist for it.</summary>
internal sealed class MessageAccess(ILogStore log, IMessageHistory history, ParticipantCache participants, IReaderGroups groups) : IThreadAccess
{
    /// <summary>The message with an id, if it exists and the reader may read it.</summary>
    internal async ValueTask<LogEntry?> FindAsync(ProjectState project, Guid id, Reader? reader, CancellationToken cancellationToken) =>
        await FindEntryAsync(project, id, cancellationToken) is { Kind: EntryKind.Message } message && await MayReadAsync(project, message, reader, cancellationToken)
            ? message
            : null;

    /// <summary>The log entry with an id, of any kind.</summary>
    internal ValueTask<LogEntry?> FindEntryAsync(ProjectState project, Guid id, CancellationToken cancellationToken)
    {
        var seq = EntryId.SeqOf(id);
        if (seq == 0 || seq > project.Log.Head)
            return new(result: null);
        return project.Log.Find(seq) is { } entry ? new(Own(entry, id)) : FromStoreAsync();

        async ValueTask<LogEntry?> FromStoreAsync() => await log.FindAsync(project.Number, seq, cancellationToken) is { } stored ? Own(stored, id) : null;
    }

    /// <summary>The seq of the entry that opened a thread, if any part of the thread exists and the reader may read it. Retention may have removed
    /// that entry, but later messages still have the thread's id.</summary>
    internal async ValueTask<long?> FindThreadAsync(ProjectState project, Guid id, Reader? reader, CancellationToken cancellationToken)
    {
        var seq = EntryId.SeqOf(id);
        var opened = await FindEntryAsync(project, id, cancellationToken);
        var isThere = opened is null ? await IsLeftOfAsync(project, id, cancellationToken) : opened.OpensThread;
        return isThere && (IsOwnWork(opened, reader) || await MayReadThreadAsync(project.Number, seq, reader, cancellationToken)) ? seq : null;
    }

    /// <summary>Whoever created a task or started a workflow can read and write its thread from the start, before any message makes it a
    /// participant.</summary>
    private static bool IsOwnWork(LogEntry? opened, Reader? reader) => opened is { Kind: EntryKind.Task or EntryKind.Workflow } && opened.Sender == reader?.Agent;

    private async ValueTask<bool> IsLeftOfAsync(ProjectState project, Guid thread, CancellationToken cancellationToken)
    {
        var seq = EntryId.SeqOf(thread);
        if (seq == 0 || seq > project.Log.Head || project.Log.Find(seq) is not null)
            return false;
        return await history.ThreadAsync(project.Number, seq, after: 0, max: 1, cancellationToken) is [var first] && MessageJsonReader.Ids(first.Json).Thread == thread;
    }

    /// <summary>Whether a reader may read an entry.</summary>
    internal ValueTask<bool> MayReadAsync(ProjectState project, LogEntry entry, Reader? reader, CancellationToken cancellationToken)
    {
        if (reader is null)
            return new(result: true);
        if (Visibility.ByItself(entry, reader) is { } plain)
            return plain || entry.Audience < Audience.Withheld ? new(plain) : ReleasedAsync(project, entry, reader, cancellationToken);
        return participants.HasAsync(project.Number, entry.Thread, reader.Agent, cancellationToken);
    }

    public ValueTask<bool> MayReadThreadAsync(int project, long thread, Reader? reader, CancellationToken cancellationToken) =>
        reader is null ? new(result: true) : participants.HasAsync(project, thread, reader.Agent, cancellationToken);

    /// <summary>The messages of a thread without those that are scheduled or held: before they are released, only their senders and people read
    /// them.</summary>
    /// <param name="reader">May read the thread.</param>
    internal async ValueTask<IReadOnlyList<LogEntry>> ReleasedAsync(
        ProjectState project, IReadOnlyList<LogEntry> messages, Reader? reader, CancellationToken cancellationToken)
    {
        if (reader is null || messages.All(message => message.Audience < Audience.Withheld))
            return messages;
        var released = new List<LogEntry>(messages.Count);
        foreach (var message in messages)
        {
            if (message.Audience < Audience.Withheld || message.Sender == reader.Agent || await history.IsReleasedAsync(project.Number, message.Seq, cancellationToken))
                released.Add(message);
        }

        return released;
    }

    public bool IsAmong(int project, Reader reader, IReadOnlyList<string> who) => groups.IsAmong(project, reader, who);

    /// <summary>The recipients of a withheld message can read it once it is released.</summary>
    private async ValueTask<bool> ReleasedAsync(ProjectState project, LogEntry entry, Reader reader, CancellationToken cancellationToken) =>
        await history.IsReleasedAsync(project.Number, entry.Seq, cancellationToken) &&
        (entry.Recipients.Contains(reader.Agent) || (entry.Audience == (Audience.Everyone | Audience.Withheld) && entry.Seq > reader.JoinedSeq));

    // The id's random bits must match too: a seq alone does not identify anything.
    private static LogEntry? Own(LogEntry entry, Guid id) => MessageJsonReader.Id(entry.Json) == id ? entry : null;
}
