using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;
using Parley.Server.Projects;
using Parley.Server.Storage;

namespace Parley.Server.Messages;

/// <summary>Keeps the message index up to date: follows each project's log, off the send path.</summary>
internal sealed partial class MessageIndexer(
    IMessageIndex index, ProjectDirectory projects, ILeadership leadership, TimeProvider clock, ILogger<MessageIndexer> logger) : BackgroundService
{
    /// <summary>Between looks: long enough that a burst is indexed in few large steps, short enough that nobody misses what was just said.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>A project that grows by this much between two looks is busy: its senders need the processor, and indexing can wait.</summary>
    private const long BusyGrowth = 1_000;

    /// <summary>So is one that grows by this much while one part is indexed, some ten milliseconds.</summary>
    private const long BusyGrowthInPart = 50;

    /// <summary>For this long at the most: under a load that never ends the index follows, half a minute behind.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Takes everything up to now into the index.</summary>
    internal async ValueTask CatchUpAsync(ProjectState project, CancellationToken cancellationToken)
    {
        while (await index.CatchUpAsync(project.Number, cancellationToken))
        {
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var followed = new Dictionary<int, Followed>();
        var heads = projects.All.Select(project => project.Log.Head);
        long headsBefore = -1;
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var project in leadership.IsLeader ? projects.All : [])
            {
                var head = project.Log.Head;
                var before = followed.GetValueOrDefault(project.Number) ?? new Followed(-1, head, clock.GetUtcNow());
                if (before.Indexed == head)
                    continue;
                var mayWait = clock.GetUtcNow() - before.At < LongestWait;
                if (mayWait && head - before.Seen >= BusyGrowth)
                    followed[project.Number] = before with { Seen = head };
                else if (await FollowAsync(project, mayWait, stoppingToken))
                    followed[project.Number] = new Followed(head, head, clock.GetUtcNow());
            }

            // Nobody waits for a deleted project to be forgotten: it is done when nothing else is to do.
            var isQuiet = heads.Sum() is var sum && sum == headsBefore;
            headsBefore = sum;
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
            var head = project.Log.Head;
            while (await index.CatchUpAsync(project.Number, stoppingToken))
            {
                if (mayWait && project.Log.Head - head >= BusyGrowthInPart)
                    return false;
                head = project.Log.Head;
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
    /// <param name="Seen">The head at the last look.</param>
    /// <param name="At">When the index had come up.</param>
    private sealed record Followed(long Indexed, long Seen, DateTimeOffset At);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The index of project {Project} can not be written; lists still answer, search waits.")]
        internal static partial void NotIndexed(ILogger logger, Exception fault, string project);
    }
}
