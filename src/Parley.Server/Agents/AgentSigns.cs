namespace Parley.Server.Agents;

/// <summary>When an agent last gave signs of work: messages it sent, settlements, claims, and reports of its status. In memory, and on each node by
/// itself.</summary>
/// <remarks>A sign is on the path of every message, so adding one takes no lock: of two at the same moment, one may be lost, and its time is that of the
/// other.</remarks>
internal sealed class AgentSigns
{
    private const int Most = 51;

    /// <summary>Null until the first one: most of many agents may never give any.</summary>
    private long[]? _at;

    private long _count;

    internal void Add(DateTimeOffset now)
    {
        var count = _count;
        var at = _at ?? Begin();
        at[count % Most] = now.ToUnixTimeMilliseconds();
        Volatile.Write(ref _count, count + 1);
    }

    /// <summary>The last signs, oldest first, in Unix milliseconds.</summary>
    internal long[] Read()
    {
        var count = (int)Math.Min(Volatile.Read(ref _count), Most);
        if (_at is not { } at || count == 0)
            return [];
        var found = at[..count];
        Array.Sort(found);
        return found;
    }

    private long[] Begin()
    {
        var fresh = new long[Most];
        return Interlocked.CompareExchange(ref _at, fresh, null) ?? fresh;
    }
}
