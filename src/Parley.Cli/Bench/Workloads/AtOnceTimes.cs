namespace Parley.Cli.Bench.Workloads;

/// <summary>Does something so many times, and so many at once.</summary>
internal static class AtOnceTimes
{
    /// <param name="atOnce">How many are under way at most.</param>
    /// <param name="times">How many in all.</param>
    /// <param name="work">Is called with each number from 0 on.</param>
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
