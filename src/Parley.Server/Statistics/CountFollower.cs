using Parley.Server.Coordination;
using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.Statistics;

/// <summary>Keeps the counters up to date: follows each project's log, off the send path, and lets senders go first.</summary>
internal sealed class CountFollower(ICountStore store, ProjectDirectory projects, TimeProvider clock) : IChore, ILogFollower
{
    /// <summary>If a log grows by this much between two runs, senders need the processor, and counting can wait.</summary>
    private const long BusyGrowth = 1_000;

    /// <summary>The longest that counting waits.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>The pause between two steps, so that others who wait for the writer get their turn.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);

    private readonly Dictionary<int, (long Head, DateTimeOffset At)> _followed = [];

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All)
        {
            var (head, now) = (project.Log.Head, clock.GetUtcNow());
            var (before, at) = _followed.GetValueOrDefault(project.Number, (-1, now));
            if (before >= 0 && head - before >= BusyGrowth && now - at < LongestWait)
            {
                _followed[project.Number] = (head, at);
                continue;
            }

            await CatchUpAsync(project.Number, cancellationToken);
            _followed[project.Number] = (head, now);
        }

        return null;
    }

    public async ValueTask CatchUpAsync(int project, CancellationToken cancellationToken)
    {
        while (await store.CatchUpAsync(project, cancellationToken))
            await Task.Delay(Pause, clock, cancellationToken);
    }
}
