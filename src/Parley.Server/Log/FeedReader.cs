namespace Parley.Server.Log;

/// <summary>Which log entries belong to a feed, before access is checked.</summary>
/// <param name="Query">The part of the log that an index can find, for entries that are read from the store.</param>
/// <param name="Takes">The remaining condition.</param>
internal sealed record FeedSelection(LogQuery Query, Func<LogEntry, bool> Takes)
{
    /// <summary>Which of these are included even if the reader may not read them. They are marked, and nothing of them may be shown.</summary>
    internal Func<LogEntry, bool> TakesHidden { get; init; } = static _ => false;
}

/// <summary>What a feed found: the entries in order, and how far it has looked, including entries that it skipped.</summary>
/// <param name="Gap">Set if retention removed the next entries before this reader got them: the reader's place, and the seq at which it
/// continues.</param>
internal readonly record struct FeedBatch(IReadOnlyList<LogEntry> Entries, long LookedTo, FeedGap? Gap = null)
{
    /// <summary>Those of the entries that the reader may not read; null if there are none.</summary>
    internal IReadOnlySet<LogEntry>? Hidden { get; init; }
}

/// <param name="After">The last seq that was read.</param>
/// <param name="ResumedAt">The first seq that is left.</param>
internal readonly record struct FeedGap(long After, long ResumedAt);

/// <summary>Reads a project's log from a place on, for one reader: from memory while it keeps up, and from the store when it is behind, with no gaps
/// or repeats between the two. It pulls, so nobody who writes ever waits for it.</summary>
internal sealed class FeedReader(ProjectLog project, ILogStore store, IThreadAccess access, Reader? reader, FeedSelection selection)
{
    /// <summary>How many entries are read in one step.</summary>
    private const int BatchSize = 256;

    /// <summary>How many bytes of them, but at least one entry. Otherwise, large entries for many readers would fill the memory.</summary>
    private const int BatchBytes = 128 * 1024;

    private readonly List<LogEntry> _batch = [];
    private readonly EntryAccess _access = new(project.Project, access, reader);

    /// <summary>Everything up to here has been read.</summary>
    internal long Cursor { get; private set; } = project.Head;

    /// <summary>Starts after a place.</summary>
    /// <returns>The seq at which it continues, if the entries after the place no longer exist; otherwise null.</returns>
    internal async ValueTask<long?> StartAsync(LogPosition after, CancellationToken cancellationToken)
    {
        if (after.Epoch == project.Epoch)
            await ReachAsync(after.Seq, cancellationToken);
        var head = project.Head;
        if (after.Epoch != project.Epoch || after.Seq > head)
        {
            // The place is from another log, so this log is read from its first entry.
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
        // "From the start" means from the first entry that exists, so nothing is missed.
        return after.Seq == 0 ? null : first;
    }

    /// <summary>Waits for an entry that is stored but has not reached this node yet, such as a client's place from another node.</summary>
    internal async ValueTask ReachAsync(long seq, CancellationToken cancellationToken)
    {
        if (seq <= project.Head || (await store.FindAsync(project.Project, seq, cancellationToken))?.Seq != seq)
            return;
        for (var head = project.Head; head < seq; head = project.Head)
            await project.WaitAsync(head, cancellationToken);
    }

    /// <summary>The next entries; empty if none of those read are for this reader, or there are none.</summary>
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
            // A part of the log may leave out messages by which the reader joined a thread.
            if (selection.Query != LogQuery.All)
                _access.Forget();
        }

        var found = new List<LogEntry>(_batch.Count);
        HashSet<LogEntry>? hidden = null;
        foreach (var entry in _batch)
        {
            // Entries that the selection leaves out may also bring the reader into a thread.
            _access.Follow(entry);
            if (!selection.Takes(entry))
                continue;
            if (!await _access.MaySeeAsync(entry, cancellationToken))
            {
                if (!selection.TakesHidden(entry))
                    continue;
                (hidden ??= []).Add(entry);
            }

            found.Add(entry);
        }

        return new FeedBatch(found, Cursor, gap) { Hidden = hidden };
    }

    /// <summary>The entries that retention removed between the cursor and what the store returned. Checked after the read, so that no gap is
    /// missed.</summary>
    private async ValueTask<FeedGap?> GapAsync(LogSlice slice, CancellationToken cancellationToken)
    {
        var next = slice.Entries.Count > 0 ? slice.Entries[0].Seq : slice.LookedTo + 1;
        if (next == Cursor + 1)
            return null;
        // For the whole log, every entry was requested. For a part of it, only the start of the log can tell.
        var resumed = selection.Query == LogQuery.All ? next : Math.Min(next, await store.FirstSeqAsync(project.Project, cancellationToken));
        return resumed > Cursor + 1 ? new FeedGap(Cursor, resumed) : null;
    }

    /// <summary>Completes when there is something after <see cref="Cursor"/>.</summary>
    internal Task WaitAsync(CancellationToken cancellationToken) => project.WaitAsync(Cursor, cancellationToken);
}
