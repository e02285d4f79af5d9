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

    /// <summary>Takes everything up to now into the index.</summary>
    internal async ValueTask CatchUpAsync(ProjectState project, CancellationToken cancellationToken)
    {
        while (await index.CatchUpAsync(project.Number, cancellationToken))
        {
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var seen = new Dictionary<int, long>();
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var project in projects.All)
            {
                var head = project.Log.Head;
                if (seen.GetValueOrDefault(project.Number, -1) == head)
                    continue;
                if (await FollowAsync(project, stoppingToken))
                    seen[project.Number] = head;
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

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The index of project {Project} can not be written; lists still answer, search waits.")]
        internal static partial void NotIndexed(ILogger logger, Exception fault, string project);
    }
}
