using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;
using Parley.Server.Projects;

namespace Parley.Server.History;

/// <summary>Keeps the message index up to date by following each project's log, off the send path.</summary>
internal sealed partial class MessageIndexer(
    IMessageIndex index, ProjectDirectory projects, ILeadership leadership, BackgroundFaults faults, TimeProvider clock, ILogger<MessageIndexer> logger) : LastingWork(faults, logger)
{
    /// <summary>The pause between checks: long enough that a burst is indexed in a few large steps, short enough that nobody misses the newest
    /// messages.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>If the logs of all projects together grow by this much between two checks, senders need the processor, and indexing can
    /// wait.</summary>
    private const long BusyGrowth = 1_000;

    /// <summary>The same if the logs grow by this much while one part is indexed, which takes about ten milliseconds.</summary>
    private const long BusyGrowthInPart = 50;

    /// <summary>The longest that indexing waits: if the load never ends, the index follows half a minute behind.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>The entries of all projects together. Its growth shows how busy senders are, even in projects that are already indexed.</summary>
    private long Grown => projects.All.Sum(project => project.Log.Head);

    protected override string Name => nameof(MessageIndexer);

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        var followed = new Dictionary<int, Followed>();
        long grownBefore = -1;
        var timesMade = index.TimesMade;
        while (!stoppingToken.IsCancellationRequested)
        {
            if (index.TimesMade != timesMade)
                followed.Clear();
            timesMade = index.TimesMade;
            Exception? failed = null;
            var grown = Grown;
            var isBusy = grown - grownBefore >= BusyGrowth;
            // Nobody waits for a deleted project to be removed from the index, so that is done when there is nothing else to do.
            var isQuiet = grown == grownBefore;
            grownBefore = grown;
            foreach (var project in leadership.IsLeader ? projects.All : [])
            {
                var (head, now) = (project.Log.Head, clock.GetUtcNow());
                var before = followed.GetValueOrDefault(project.Number) ?? new Followed(-1, now);
                if (before.Indexed == head)
                {
                    followed[project.Number] = before with { At = now };
                    continue;
                }

                var mayWait = now - before.At < LongestWait;
                if (mayWait && isBusy)
                    followed[project.Number] = before;
                else if (await TryFollowAsync(project, mayWait, stoppingToken) is var (isDone, fault))
                {
                    if (isDone)
                        followed[project.Number] = new Followed(head, clock.GetUtcNow());
                    failed ??= fault;
                }
            }

            // After the other projects had their turn.
            if (failed is not null)
                ExceptionDispatchInfo.Throw(failed);

            if (isQuiet && followed.Keys.FirstOrDefault(number => projects.Find(number) is null) is > 0 and var gone && await ForgetAsync(gone, stoppingToken))
                followed.Remove(gone);

            Succeeded();
            await Task.Delay(Pause, clock, stoppingToken);
        }
    }

    /// <returns>Whether it is done. If senders came, or it failed, it must continue later.</returns>
    private async Task<(bool IsDone, Exception? Fault)> TryFollowAsync(ProjectState project, bool mayWait, CancellationToken stoppingToken)
    {
        try
        {
            var before = Grown;
            while (await index.CatchUpAsync(project.Number, isAwaited: !mayWait, stoppingToken))
            {
                var grown = Grown;
                if (mayWait && grown - before >= BusyGrowthInPart)
                    return (false, null);
                before = grown;
            }

            return (true, null);
        }
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
        {
            Log.NotIndexed(Logger, project.Id, fault.Message);
            return (false, fault);
        }
    }

    /// <returns>False if there is more to delete later.</returns>
    private async Task<bool> ForgetAsync(int project, CancellationToken stoppingToken) => !await index.ForgetAsync(project, stoppingToken);

    /// <param name="Indexed">The head up to which the index has come.</param>
    /// <param name="At">When the index was last up to date.</param>
    private sealed record Followed(long Indexed, DateTimeOffset At);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Project {Project} could not be indexed. Until it is, lists work, but searches do not: {Reason}")]
        internal static partial void NotIndexed(ILogger logger, string project, string reason);
    }
}
