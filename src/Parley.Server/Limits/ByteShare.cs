namespace Parley.Server.Limits;

/// <summary>The share of a <see cref="ByteBudget"/> that one connection or request holds. Its holder uses it from one thread at a time.</summary>
internal sealed class ByteShare(ByteBudget budget, object owner, Action end) : IDisposable
{
    internal object Owner => owner;

    /// <summary>Bytes that the budget counts. Guarded by the budget's lock, like the others.</summary>
    internal long Counted { get; set; }

    /// <summary>When it last made progress: the share without progress for longest is ended first.</summary>
    internal long MovedAt { get; set; }

    /// <summary>It was ended by the budget, or closed, so nothing is counted for it anymore.</summary>
    internal bool IsEnded { get; set; }

    /// <summary>Its holder waits for the server, not the other way around, so it is not ended for lack of progress.</summary>
    internal bool IsKept { get; set; }

    /// <summary>Whether it may become larger.</summary>
    internal bool HasRoom => Counted == 0 || budget.HasRoom(this);

    /// <summary>Holds this many bytes now, even if there is no room, because they are already in memory.</summary>
    internal void Hold(long bytes)
    {
        if (IsNews(bytes))
            budget.Count(this, Steps(bytes), force: true);
    }

    /// <summary>Holds this many bytes from now on, if there is room.</summary>
    internal ByteRoom TryHold(long bytes) => IsNews(bytes) ? budget.Count(this, Steps(bytes), force: false) : IsEnded ? ByteRoom.Full : ByteRoom.Given;

    internal Task FreedAsync(CancellationToken cancellationToken) => budget.FreedAsync(cancellationToken);

    /// <summary>Not on this thread, which may be the store's and hold locks of another connection.</summary>
    internal void End() => ThreadPool.UnsafeQueueUserWorkItem(static ending => ending(), end, preferLocal: false);

    public void Dispose()
    {
        if (!IsEnded)
            budget.Close(this);
    }

    /// <summary>In whole steps, and down only by two: small changes are not worth the lock.</summary>
    private bool IsNews(long bytes)
    {
        var counted = Counted;
        return bytes <= ByteBudget.Free ? counted > 0 : bytes > counted || bytes <= counted - (2 * ByteBudget.Free);
    }

    private static long Steps(long bytes) => bytes <= ByteBudget.Free ? 0 : (bytes + ByteBudget.Free - 1) / ByteBudget.Free * ByteBudget.Free;
}
