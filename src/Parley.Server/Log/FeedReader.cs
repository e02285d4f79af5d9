namespace Parley.Server.Log;

/// <summary>Which entries of the log a feed is for, before anybody's rights are asked.</summary>
/// <param name="Query">The part of the log that an index leads to, for what is read from the store.</param>
/// <param name="Takes">The rest.</param>
internal sealed record FeedSelection(LogQuery Query, Func<LogEntry, bool> Takes)
{
    /// <summary>Which of these are given although the reader may not read them, marked so: whoever asks for them must show nothing of them.</summary>
    internal Func<LogEntry, bool> TakesHidden { get; init; } = static _ => false;
}

/// <summary>What a feed found: entries in order, and how far it has looked, which also what it passed over counts for.</summary>
/// <param name="Gap">Set when retention took what came next before this reader had it: the place it had, and the seq at which it goes on.</param>
internal readonly record struct FeedBatch(IReadOnlyList<LogEntry> Entries, long LookedTo, FeedGap? Gap = null)
{
    /// <summary>Those among the entries that the reader may not read; null: none.</summary>
    internal IReadOnlySet<LogEntry>? Hidden { get; init; }
}

/// <param name="After">The last seq that was looked at.</param>
/// <param name="ResumedAt">The first one that is left.</param>
internal readonly record struct FeedGap(long After, long ResumedAt);

/// <summary>Reads a project's log from a point on, for one reader: from memory while it keeps up, from the store when it is behind, without
/// a gap or a repeat between the two. It pulls: nobody who writes ever waits for it.</summary>
internal sealed class FeedReader(ProjectLog project, ILogStore store, IThreadAccess access, Reader? reader, FeedSelection selection)
{
    /// <summary>Entries looked at in one step.</summary>
    private const int BatchSize = 256;

    /// <summary>Bytes of them, though at least one entry: as many large ones for each of many readers would fill the memory.</summary>
    private const int BatchBytes = 128 * 1024;

    private readonly List<LogEntry> _batch = [];
    private readonly HashSet<long> _follows = [];
    private readonly HashSet<long> _ignores = [];

    /// <summary>Everything up to here has been looked at.</summary>
    internal long Cursor { get; private set; } = project.Head;

    /// <summary>Starts after a place.</summary>
    /// <returns>Null, or the seq from which it goes on when what was asked for is no longer there.</returns>
    internal async ValueTask<long?> StartAsync(LogPosition after, CancellationToken cancellationToken)
    {
        var head = project.Head;
        if (after.Epoch != project.Epoch || after.Seq > head)
        {
            // Another log's place: this one is read from its first entry.
            Cursor = await store.FirstSeqAsync(project.Project, cancellationToken) - 1;
            return Cursor + 1;
        }

        Cursor = after.Seq;
        if (after.Seq >= head || project.Find(after.Seq + 1) is not null)
            return null;
        var first = await store.FirstSeqAsync(project.Project, cancellationToken);
        if (after.Seq + 1 >= first)
            return null;
        Cursor = first - 1;
        // From the start means from the first that there is: nothing is missed by that.
        return after.Seq == 0 ? null : first;
    }

    /// <summary>What comes next; empty when nothing of what was looked at is for this reader, or nothing is there.</summary>
    internal async ValueTask<FeedBatch> ReadAsync(CancellationToken cancellationToken)
    {
        _batch.Clear();
        FeedGap? gap = null;
        if (project.TryRead(Cursor, _batch, BatchSize, BatchBytes))
        {
            if (_batch.Count > 0)
                Cursor = _batch[^1].Seq;
        }
        else
        {
            var slice = await store.ReadAsync(project.Project, Cursor, BatchSize, BatchBytes, selection.Query, cancellationToken);
            _batch.AddRange(slice.Entries);
            gap = await GapAsync(slice, cancellationToken);
            Cursor = slice.LookedTo;
            // A part of the log leaves out messages by which the reader may have entered a thread.
            if (selection.Query != LogQuery.All)
                _ignores.Clear();
        }

        var found = new List<LogEntry>(_batch.Count);
        HashSet<LogEntry>? hidden = null;
        foreach (var entry in _batch)
        {
            // Also what the selection leaves out may bring the reader into a thread.
            Follow(entry);
            if (!selection.Takes(entry))
                continue;
            if (!await MaySeeAsync(entry, cancellationToken))
            {
                if (!selection.TakesHidden(entry))
                    continue;
                (hidden ??= []).Add(entry);
            }

            found.Add(entry);
        }

        return new FeedBatch(found, Cursor, gap) { Hidden = hidden };
    }

    /// <summary>What retention took between the cursor and what the store gave; asked after the read, so that none is missed.</summary>
    private async ValueTask<FeedGap?> GapAsync(LogSlice slice, CancellationToken cancellationToken)
    {
        var next = slice.Entries.Count > 0 ? slice.Entries[0].Seq : slice.LookedTo + 1;
        if (next == Cursor + 1)
            return null;
        // Of the whole log every entry was asked for; of a part of it only the log's beginning can tell.
        var resumed = selection.Query == LogQuery.All ? next : Math.Min(next, await store.FirstSeqAsync(project.Project, cancellationToken));
        return resumed > Cursor + 1 ? new FeedGap(Cursor, resumed) : null;
    }

    /// <summary>Completes when there is something after <see cref="Cursor"/>.</summary>
    internal Task WaitAsync(CancellationToken cancellationToken) => project.WaitAsync(Cursor, cancellationToken);

    private void Follow(LogEntry entry)
    {
        if (reader is null || entry.Kind != EntryKind.Message || !Visibility.TakesPart(entry, reader.Agent))
            return;
        _follows.Add(entry.Thread);
        _ignores.Remove(entry.Thread);
    }

    private ValueTask<bool> MaySeeAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        // A release repeats a message for those who did not see its first entry.
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
        // Whoever enters a thread does it by an entry that comes past here: until then 'no' stays 'no'.
        return _ignores.Contains(entry.Thread) ? new(result: false) : AskAsync(entry.Thread, cancellationToken);
    }

    private async ValueTask<bool> AskAsync(long thread, CancellationToken cancellationToken)
    {
        var follows = await access.MayReadThreadAsync(project.Project, thread, reader, cancellationToken);
        _ = follows ? _follows.Add(thread) : _ignores.Add(thread);
        return follows;
    }
}
