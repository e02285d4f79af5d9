namespace Parley.Server.Log;

/// <summary>The newest part of one project's log in memory, and the signal that the log has grown. Older entries are read from the store.</summary>
internal sealed class ProjectLog(int project, string id, long epoch, long head)
{
    /// <summary>Enough for readers that are a moment behind at full speed: 8,192 entries are a tenth of a second.</summary>
    private const int MaxEntries = 8_192;

    /// <summary>The limit for large entries: a project's tail never holds more JSON than this.</summary>
    private const long MaxBytes = 8L << 20;

    /// <summary>The size while nobody reads: entries that are dropped early cost the garbage collector nothing. The tail grows again when somebody
    /// reads.</summary>
    private const int UnreadEntries = 256;

    private readonly Lock _gate = new();
    private LogEntry[] _ring = new LogEntry[64];
    private int _start;
    private int _count;
    private long _bytes;
    private long _head = head;
    private long _lookedAt = head;
    private TaskCompletionSource? _grown;

    internal int Project { get; } = project;

    /// <summary>The project's name on the wire.</summary>
    internal string Id { get; } = id;

    internal long Epoch { get; } = epoch;

    /// <summary>The seq of the newest entry; 0 before the first.</summary>
    internal long Head => Volatile.Read(ref _head);

    internal LogPosition Place(long seq) => new(Epoch, seq);

    /// <summary>Adds committed entries, in seq order. Called only by the store's writer.</summary>
    internal void Publish(ReadOnlySpan<LogEntry> entries)
    {
        TaskCompletionSource? grown;
        lock (_gate)
        {
            foreach (var entry in entries)
                Append(entry);
            Volatile.Write(ref _head, entries[^1].Seq);
            (grown, _grown) = (_grown, null);
        }

        grown?.TrySetResult();
    }

    /// <summary>Whether somebody is waiting for the next entry. If nobody is, what other nodes wrote need not be read, and <see cref="SkipTo"/> only
    /// records where the log ends.</summary>
    internal bool IsAwaited => Volatile.Read(ref _grown) is not null;

    /// <summary>The log has grown up to here by entries that were not passed in. Readers find them in the store.</summary>
    internal void SkipTo(long seq)
    {
        TaskCompletionSource? grown;
        lock (_gate)
        {
            if (seq <= _head)
                return;
            Array.Clear(_ring);
            (_start, _count, _bytes) = (0, 0, 0);
            Volatile.Write(ref _head, seq);
            (grown, _grown) = (_grown, null);
        }

        grown?.TrySetResult();
    }

    /// <summary>Adds the entries after <paramref name="after"/> to <paramref name="into"/>, up to <paramref name="max"/> entries and
    /// <paramref name="maxBytes"/> bytes of JSON, but at least one.</summary>
    /// <returns>False if they are no longer in memory. Read the store instead.</returns>
    internal bool TryRead(long after, List<LogEntry> into, int max, long maxBytes)
    {
        lock (_gate)
        {
            _lookedAt = _head;
            if (after >= _head)
                return true;
            var first = _head - _count + 1;
            if (after + 1 < first)
                return false;
            var skip = (int)(after + 1 - first);
            var take = Math.Min(_count - skip, max);
            for (var i = 0; i < take && maxBytes > 0; i++)
            {
                var entry = _ring[(_start + skip + i) & (_ring.Length - 1)];
                into.Add(entry);
                maxBytes -= entry.Json.Length;
            }

            return true;
        }
    }

    /// <summary>An entry, if it is still in memory.</summary>
    internal LogEntry? Find(long seq)
    {
        lock (_gate)
        {
            _lookedAt = _head;
            var first = _head - _count + 1;
            return seq >= first && seq <= _head && _count > 0 ? _ring[(_start + (int)(seq - first)) & (_ring.Length - 1)] : null;
        }
    }

    /// <summary>The time of the oldest entry in memory, in Unix milliseconds; null if there is none.</summary>
    internal long? OldestStamp
    {
        get
        {
            lock (_gate)
                return _count > 0 ? _ring[_start].Stamp : null;
        }
    }

    /// <summary>Drops entries before this one: what is gone from the store must be gone from memory.</summary>
    internal void Forget(long first)
    {
        lock (_gate)
        {
            while (_count > 0 && _ring[_start].Seq < first)
                DropOldest();
        }
    }

    /// <summary>Completes when there is an entry after <paramref name="after"/>.</summary>
    internal Task WaitAsync(long after, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_head > after)
                return Task.CompletedTask;
            _grown ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _grown.Task.WaitAsync(cancellationToken);
        }
    }

    private void Append(LogEntry entry)
    {
        var most = _head - _lookedAt < MaxEntries ? MaxEntries : UnreadEntries;
        while (_count > 0 && (_count >= most || _bytes + entry.Json.Length > MaxBytes))
            DropOldest();

        if (entry.Kind == EntryKind.Deletion)
            Bury(entry);
        else if (entry.Kind == EntryKind.Release)
            Renew(entry);
        if (_count == _ring.Length)
            Grow();
        _ring[(_start + _count) & (_ring.Length - 1)] = entry;
        _count++;
        _bytes += entry.Json.Length;
        _head = entry.Seq;
    }

    private void DropOldest()
    {
        _bytes -= _ring[_start].Json.Length;
        _ring[_start] = null!;
        _start = (_start + 1) & (_ring.Length - 1);
        _count--;
    }

    /// <summary>Removes a deleted message's content from memory too, and from the entry that released it.</summary>
    private void Bury(LogEntry deletion)
    {
        for (var i = 0; i < _count; i++)
        {
            ref var entry = ref _ring[(_start + i) & (_ring.Length - 1)];
            if (entry.Seq == deletion.Subject || (entry.Kind == EntryKind.Release && entry.Subject == deletion.Subject))
                entry = entry.WithJson(deletion.Json);
        }
    }

    /// <summary>Takes over what a release has changed in the message that it releases.</summary>
    private void Renew(LogEntry release)
    {
        var index = (int)(release.Subject - (_head - _count + 1));
        if (index < 0 || index >= _count)
            return;
        ref var entry = ref _ring[(_start + index) & (_ring.Length - 1)];
        entry = entry.Released(release);
    }

    private void Grow()
    {
        var larger = new LogEntry[_ring.Length * 2];
        for (var i = 0; i < _count; i++)
            larger[i] = _ring[(_start + i) & (_ring.Length - 1)];
        (_ring, _start) = (larger, 0);
    }
}
