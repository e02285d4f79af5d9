using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;
using Parley.Server.Projects;
using Parley.Server.Storage;

namespace Parley.Server.History;

/// <summary>Keeps the message index up to date: follows each project's log, off the send path.</summary>
internal sealed partial class MessageIndexer(
    IMessageIndex index, ProjectDirectory projects, ILeadership leadership, TimeProvider clock, ILogger<MessageIndexer> logger) : BackgroundService
{
    /// <summary>Between looks: long enough that a burst is indexed in few large steps, short enough that nobody misses what was just said.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Where the logs of all projects grow by this much between two looks, senders need the processor, and indexing can wait.</summary>
    private const long BusyGrowth = 1_000;

    /// <summary>So they do where the logs grow by this much while one part is indexed, some ten milliseconds.</summary>
    private const long BusyGrowthInPart = 50;

    /// <summary>For this long at the most: under a load that never ends the index follows, half a minute behind.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Entries of all projects together: its growth tells how busy senders are, also those of a project that has its index already.</summary>
    private long Grown => projects.All.Sum(project => project.Log.Head);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var followed = new Dictionary<int, Followed>();
        long grownBefore = -1;
        while (!stoppingToken.IsCancellationRequested)
        {
            var grown = Grown;
            var isBusy = grown - grownBefore >= BusyGrowth;
            // Nobody waits for a deleted project to be forgotten: it is done when nothing else is to do.
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
                else if (await FollowAsync(project, mayWait, stoppingToken))
                    followed[project.Number] = new Followed(head, clock.GetUtcNow());
            }

            if (isQuiet && followed.Keys.FirstOrDefault(number => projects.Find(number) is null) is > 0 and var gone && await ForgetAsync(gone, stoppingToken))
                followed.Remove(gone);

            try
            {
                await Task.Delay(Pause, clock, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <returns>False when it has to go on later: senders came, or the store is away.</returns>
    private async Task<bool> FollowAsync(ProjectState project, bool mayWait, CancellationToken stoppingToken)
    {
        try
        {
            var before = Grown;
            while (await index.CatchUpAsync(project.Number, isAwaited: !mayWait, stoppingToken))
            {
                var grown = Grown;
                if (mayWait && grown - before >= BusyGrowthInPart)
                    return false;
                before = grown;
            }

            return true;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return false;
        }
        catch (StorageUnavailableException fault)
        {
            Log.NotIndexed(logger, fault, project.Id);
            return false;
        }
    }

    /// <returns>False when there is more to forget, later.</returns>
    private async Task<bool> ForgetAsync(int project, CancellationToken stoppingToken)
    {
        try
        {
            return !await index.ForgetAsync(project, stoppingToken);
        }
        catch (Exception fault) when (fault is StorageUnavailableException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <param name="Indexed">The head up to which the index has come.</param>
    /// <param name="At">When nothing was missing last.</param>
    private sealed record Followed(long Indexed, DateTimeOffset At);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The index of project {Project} cannot be written; lists still answer, search waits.")]
        internal static partial void NotIndexed(ILogger logger, Exception fault, string project);
    }
}
