using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Server.Projects;
using Parley.Server.Storage;

namespace Parley.Server.Messages;

/// <summary>Keeps the message index up to date: follows each project's log, off the send path.</summary>
internal sealed partial class MessageIndexer(IMessageIndex index, ProjectDirectory projects, TimeProvider clock, ILogger<MessageIndexer> logger) : BackgroundService
{
    /// <summary>Between looks: long enough that a burst is indexed in few large steps, short enough that nobody misses what was just said.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>A project that grows by this much between two looks is busy: its senders need the processor, and indexing can wait.</summary>
    private const long BusyGrowth = 1_000;

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
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var project in projects.All)
            {
                var head = project.Log.Head;
                var before = followed.GetValueOrDefault(project.Number) ?? new Followed(-1, head, clock.GetUtcNow());
                if (before.Indexed == head)
                    continue;
                if (head - before.Seen >= BusyGrowth && clock.GetUtcNow() - before.At < LongestWait)
                    followed[project.Number] = before with { Seen = head };
                else if (await FollowAsync(project, stoppingToken))
                    followed[project.Number] = new Followed(head, head, clock.GetUtcNow());
            }

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

    /// <returns>False when it has to be tried again.</returns>
    private async Task<bool> FollowAsync(ProjectState project, CancellationToken stoppingToken)
    {
        try
        {
            await CatchUpAsync(project, stoppingToken);
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
