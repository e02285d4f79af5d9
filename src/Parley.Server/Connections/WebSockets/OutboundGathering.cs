namespace Parley.Server.Connections.WebSockets;

/// <summary>Connections with frames that a thread has queued but not written yet. A commit produces many answers at once: they are written after all
/// have been queued, and on a quiet server by the same thread that committed.</summary>
internal static class OutboundGathering
{
    /// <summary>More than these are a burst, which several threads write faster than one.</summary>
    private const int MostHere = 4;

    [ThreadStatic]
    private static List<Outbound>? s_gathered;

    [ThreadStatic]
    private static bool s_isOpen;

    internal static void Begin()
    {
        s_gathered ??= [];
        s_isOpen = true;
    }

    /// <returns>False if this thread is not gathering now.</returns>
    internal static bool TryAdd(Outbound outbound)
    {
        if (!s_isOpen)
            return false;
        s_gathered!.Add(outbound);
        return true;
    }

    internal static void End(bool here)
    {
        // Closed first, so that what a write causes is not gathered.
        s_isOpen = false;
        var gathered = s_gathered!;
        here &= gathered.Count <= MostHere;
        foreach (var outbound in gathered)
        {
            if (here)
                outbound.Drain();
            else
                ThreadPool.UnsafeQueueUserWorkItem(outbound, preferLocal: false);
        }

        gathered.Clear();
    }
}
