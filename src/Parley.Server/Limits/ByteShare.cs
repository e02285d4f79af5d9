namespace Parley.Server.Limits;

/// <summary>What one connection, or one request, holds of a <see cref="ByteBudget"/>. Its holder calls it from one thread at a time.</summary>
internal sealed class ByteShare(ByteBudget budget, object owner, Action end) : IDisposable
{
    internal object Owner => owner;

    /// <summary>Bytes that the budget counts. Under its lock, with the others.</summary>
    internal long Counted { get; set; }

    /// <summary>When it last changed: who stands still is ended first.</summary>
    internal long MovedAt { get; set; }

    /// <summary>It was ended by the budget, or closed: nothing is counted for it any more.</summary>
    internal bool IsEnded { get; set; }

    /// <summary>Its holder waits for the server and not the other way round: it is not ended for standing still.</summary>
    internal bool IsKept { get; set; }

    /// <summary>Whether it may become larger.</summary>
    internal bool HasRoom => Counted == 0 || budget.HasRoom(this);

    /// <summary>Holds this many bytes now, whether there is room or not: they are there already.</summary>
    internal void Hold(long bytes)
    {
        if (IsNews(bytes))
            budget.Count(this, Steps(bytes), force: true);
    }

    /// <summary>Holds this many bytes from now on, if there is room.</summary>
    internal ByteRoom TryHold(long bytes) => IsNews(bytes) ? budget.Count(this, Steps(bytes), force: false) : IsEnded ? ByteRoom.Full : ByteRoom.Given;

    internal Task FreedAsync(CancellationToken cancellationToken) => budget.FreedAsync(cancellationToken);

    /// <summary>Not on this thread: it may be the store's, and hold locks of another connection.</summary>
    internal void End() => ThreadPool.UnsafeQueueUserWorkItem(static ending => ending(), end, preferLocal: false);

    public void Dispose()
    {
        if (!IsEnded)
            budget.Close(this);
    }

    /// <summary>By whole steps, and down only by two: a few bytes up and down are not worth the lock.</summary>
    private bool IsNews(long bytes)
    {
        var counted = Counted;
        return bytes <= ByteBudget.Free ? counted > 0 : bytes > counted || bytes <= counted - (2 * ByteBudget.Free);
    }

    private static long Steps(long bytes) => bytes <= ByteBudget.Free ? 0 : (bytes + ByteBudget.Free - 1) / ByteBudget.Free * ByteBudget.Free;
}
