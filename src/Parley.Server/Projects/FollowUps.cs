using Microsoft.Extensions.Logging;
using Parley.Server.Storage;

namespace Parley.Server.Projects;

/// <summary>Runs what follows from a change in a project, while whoever made the change goes on. It is not tried again here: what must happen after a fault
/// or a crash, too, a chore of the same concept makes up for.</summary>
internal sealed partial class FollowUps(ILogger<FollowUps> logger)
{
    /// <param name="what">What has changed, such as "a task".</param>
    /// <returns>Completes when the work is done or has failed, and never fails.</returns>
    internal async Task RunAsync(ProjectState project, string what, Func<CancellationToken, ValueTask> work)
    {
        try
        {
            // Runs on the thread pool, so that the caller does not wait for the consequences of its change.
            await Task.Yield();
            await work(project.Gone.Token);
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException or OperationCanceledException)
        {
            Log.NotFollowed(logger, fault, what, project.Id);
        }
#pragma warning disable CA1031 // Nobody awaits this. A fault that is not reported here is reported nowhere.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.Failed(logger, fault, what, project.Id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "Could not follow up on a change of {What} in {Project}.")]
        internal static partial void NotFollowed(ILogger logger, Exception fault, string what, string project);

        [LoggerMessage(Level = LogLevel.Error, Message = "Following up on a change of {What} in {Project} failed.")]
        internal static partial void Failed(ILogger logger, Exception fault, string what, string project);
    }
}
