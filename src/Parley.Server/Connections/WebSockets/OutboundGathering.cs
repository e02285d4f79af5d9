namespace Parley.Server.Connections.WebSockets;

/// <summary>Connections to which a thread has handed frames and that have yet to write them. A commit answers many at once: each is written when all is
/// handed over, and on a quiet server by the very thread that committed.</summary>
internal static class OutboundGathering
{
    /// <summary>More than these are a burst, which several threads write sooner than one.</summary>
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

    /// <returns>False when nothing is gathered on this thread now.</returns>
    internal static bool TryAdd(Outbound outbound)
    {
        if (!s_isOpen)
            return false;
        s_gathered!.Add(outbound);
        return true;
    }

    internal static void End(bool here)
    {
        // Closed first: what a write brings about is not gathered.
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
