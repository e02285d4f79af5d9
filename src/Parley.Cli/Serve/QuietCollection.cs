namespace Parley.Cli.Serve;

/// <summary>Gives back what a load has left behind, once it is over. .NET's collector runs when much is allocated, so a server that nobody speaks to
/// any more would keep the garbage of its last busy minute for good.</summary>
/// <param name="allocated">Bytes that were allocated since the process began, those that are free again too.</param>
/// <param name="collect">Collects everything and returns what is free to the system. All threads stand still meanwhile, some ten milliseconds.</param>
internal sealed class QuietCollection(Func<long> allocated, Action collect)
{
    /// <summary>It is quiet while less than this is allocated from one look to the next: the signs of life of some thousand agents.</summary>
    internal const long Quiet = 256 * 1024;

    /// <summary>Less garbage than this is let lie. As long as it is quiet, so much takes a minute.</summary>
    internal const long Worth = 16 << 20;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private long _last = allocated();
    private long _collected;

    /// <summary>Looks every second, until the timer is disposed of.</summary>
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
