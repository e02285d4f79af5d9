namespace Parley.Server.Log;

/// <summary>Which entries one reader of a log may see, as the entries pass by in order.</summary>
internal sealed class EntryAccess(int project, IThreadAccess access, Reader? reader)
{
    private readonly HashSet<long> _follows = [];
    private readonly HashSet<long> _ignores = [];

    /// <summary>Notes that an entry brings the reader into a thread. Called for every entry, also for those that the reader did not ask for.</summary>
    internal void Follow(LogEntry entry)
    {
        if (reader is null || entry.Kind != EntryKind.Message || !Visibility.TakesPart(entry, reader.Agent))
            return;
        _follows.Add(entry.Thread);
        _ignores.Remove(entry.Thread);
    }

    /// <summary>Forgets which threads the reader does not take part in: entries were left out that may have brought it into one.</summary>
    internal void Forget() => _ignores.Clear();

    internal ValueTask<bool> MaySeeAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        // A release repeats a message for those who could not see its first entry.
        if (reader is null)
            return new(entry.Kind != EntryKind.Release);
        if (entry.Kind == EntryKind.Release && entry.Sender == reader.Agent)
            return new(result: false);
        if (entry.Audience == Audience.Restricted)
            return new(access.MayRead(entry, reader));
        if (Visibility.ByItself(entry, reader) is { } plain)
            return new(plain);
        if (_follows.Contains(entry.Thread))
            return new(result: true);
        // An agent joins a thread only by an entry that passes through here, so until then a 'no' stays a 'no'.
        return _ignores.Contains(entry.Thread) ? new(result: false) : AskAsync(entry.Thread, cancellationToken);
    }

    private async ValueTask<bool> AskAsync(long thread, CancellationToken cancellationToken)
    {
        var follows = await access.MayReadThreadAsync(project, thread, reader, cancellationToken);
        _ = follows ? _follows.Add(thread) : _ignores.Add(thread);
        return follows;
    }
}
