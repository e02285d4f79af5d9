namespace Parley.Cli.Serve;

/// <summary>Returns memory to the system after a load is over. .NET's garbage collector runs when a lot is allocated, so an idle server would keep
/// the garbage of its last busy minute forever.</summary>
/// <param name="allocated">The bytes allocated since the process started, including those that were freed.</param>
/// <param name="collect">Collects all garbage and returns free memory to the system. This stops all threads for about ten milliseconds.</param>
internal sealed class QuietCollection(Func<long> allocated, Action collect)
{
    /// <summary>The server is quiet while it allocates less than this between two checks: about the heartbeats of a thousand agents.</summary>
    internal const long Quiet = 256 * 1024;

    /// <summary>Less garbage than this is not worth collecting. While the server is quiet, it takes a minute to accumulate.</summary>
    internal const long Worth = 16 << 20;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private long _last = allocated();
    private long _collected;

    /// <summary>Checks every second, until the timer is disposed.</summary>
    internal static ITimer Start(TimeProvider time)
    {
        var collection = new QuietCollection(
            () => GC.GetTotalAllocatedBytes(), () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true));
        return time.CreateTimer(_ => collection.Look(), null, Interval, Interval);
    }

    internal void Look()
    {
        var now = allocated();
        var isQuiet = now - _last < Quiet;
        _last = now;
        if (!isQuiet || now - _collected < Worth)
            return;
        _collected = now;
        collect();
    }
}
