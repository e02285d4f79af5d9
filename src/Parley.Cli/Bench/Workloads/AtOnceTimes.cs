namespace Parley.Cli.Bench.Workloads;

/// <summary>Runs something a number of times, some of them at the same time.</summary>
internal static class AtOnceTimes
{
    /// <param name="atOnce">The most that run at the same time.</param>
    /// <param name="times">The total number.</param>
    /// <param name="work">Called with each number, starting at 0.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task RunAsync(int atOnce, int times, Func<int, Task> work, CancellationToken cancellationToken)
    {
        var next = -1;
        return FirstFailure.OrAllAsync(Enumerable.Range(0, Math.Min(atOnce, times)).Select(_ => Task.Run(
            async () =>
            {
                for (int mine; (mine = Interlocked.Increment(ref next)) < times;)
                    await work(mine);
            },
            cancellationToken)));
    }
}
