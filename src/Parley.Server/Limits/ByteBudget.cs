namespace Parley.Server.Limits;

/// <summary>The memory that all connections together may use for one purpose. Each may hold <see cref="Free"/> uncounted, so clients that do not
/// read, or do not finish what they send, never stop others. Anything above that is counted, in total and per owner.</summary>
/// <param name="most">Bytes in all.</param>
/// <param name="mostOfOne">Bytes of one owner.</param>
/// <param name="patience">If there is no room, shares that have made no progress for this long are ended.</param>
internal sealed class ByteBudget(long most, long mostOfOne, TimeSpan patience, TimeProvider clock)
{
    /// <summary>Bytes that each share may hold uncounted. Shares are also counted in steps of this size, so smaller changes take no lock.</summary>
    internal const int Free = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly HashSet<ByteShare> _shares = [];
    private readonly Dictionary<object, long> _ofOwners = [];
    private long _held;
    private TaskCompletionSource? _freed;

    /// <summary>The bytes that are counted.</summary>
    internal long Held
    {
        get
        {
            lock (_gate)
                return _held;
        }
    }

    /// <param name="end">Ends the holder of the share because the room is needed. Called once, on the thread pool.</param>
    internal ByteShare Open(object owner, Action end) => new(this, owner, end);

    /// <summary>Changes what is counted for a share.</summary>
    /// <param name="force">Counts memory that is already in use, even if there is no room for it.</param>
    internal ByteRoom Count(ByteShare share, long bytes, bool force)
    {
        TaskCompletionSource? freed = null;
        ByteShare? ended = null;
        var room = ByteRoom.Given;
        lock (_gate)
        {
            if (share.IsEnded)
                return ByteRoom.Full;
            if (!force && bytes > share.Counted)
                room = Room(share, bytes - share.Counted, out ended);
            if (room == ByteRoom.Given)
            {
                freed = bytes < share.Counted ? TakeFreed() : null;
                // An increase does not show that the reader makes progress.
                if (!force || bytes < share.Counted || share.Counted == 0)
                    share.MovedAt = clock.GetTimestamp();
                Change(share, bytes);
            }
        }

        freed?.TrySetResult();
        ended?.End();
        return room;
    }

    /// <summary>Whether a share may become larger.</summary>
    internal bool HasRoom(ByteShare share)
    {
        ByteShare? ended;
        bool has;
        lock (_gate)
            has = Room(share, 1, out ended) == ByteRoom.Given;
        ended?.End();
        return has;
    }

    /// <summary>Completes when there may be room again.</summary>
    internal async Task FreedAsync(CancellationToken cancellationToken)
    {
        Task freed;
        lock (_gate)
            freed = (_freed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        try
        {
            // Time also makes room: in the meantime, somebody may have made no progress for long enough.
            await freed.WaitAsync(patience / 4, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Look again.
        }
    }

    internal void Close(ByteShare share)
    {
        TaskCompletionSource? freed;
        lock (_gate)
        {
            Change(share, 0);
            share.IsEnded = true;
            freed = TakeFreed();
        }

        freed?.TrySetResult();
    }

    private ByteRoom Room(ByteShare share, long more, out ByteShare? ended)
    {
        ended = null;
        var others = _ofOwners.GetValueOrDefault(share.Owner) - share.Counted;
        // A single share gets all that it needs; its own limit, such as that of a body, applies.
        if (others > 0 && others + share.Counted + more > mostOfOne)
            return ByteRoom.OwnerFull;
        if (_held == share.Counted || _held + more <= most)
            return ByteRoom.Given;
        ended = Stillest(except: share);
        if (ended is null)
            return ByteRoom.Full;
        // Its memory will be free in a moment. Ends one at a time: the next that needs room ends another.
        Change(ended, 0);
        ended.IsEnded = true;
        return _held + more <= most ? ByteRoom.Given : ByteRoom.Full;
    }

    private ByteShare? Stillest(ByteShare except)
    {
        var now = clock.GetTimestamp();
        ByteShare? stillest = null;
        foreach (var share in _shares)
        {
            if (share != except && !share.IsKept && clock.GetElapsedTime(share.MovedAt, now) >= patience && (stillest is null || share.MovedAt < stillest.MovedAt))
                stillest = share;
        }

        return stillest;
    }

    private void Change(ByteShare share, long bytes)
    {
        var more = bytes - share.Counted;
        if (more == 0)
            return;
        share.Counted = bytes;
        _held += more;
        var ofOwner = _ofOwners.GetValueOrDefault(share.Owner) + more;
        if (ofOwner > 0)
            _ofOwners[share.Owner] = ofOwner;
        else
            _ofOwners.Remove(share.Owner);
        if (bytes > 0)
            _shares.Add(share);
        else
            _shares.Remove(share);
    }

    private TaskCompletionSource? TakeFreed()
    {
        var freed = _freed;
        _freed = null;
        return freed;
    }
}

/// <summary>Whether a budget has room.</summary>
internal enum ByteRoom
{
    Given,

    /// <summary>The owner already uses too much.</summary>
    OwnerFull,

    /// <summary>All together have.</summary>
    Full,
}
