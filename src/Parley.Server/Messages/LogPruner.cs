using Parley.Server.Coordination;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.Messages;

/// <summary>Takes from the log what is older than its project keeps.</summary>
/// <param name="followers">Each has read an entry before it goes.</param>
internal sealed class LogPruner(
    IMessageStore store, IMessageIndex index, ILogStore log, IEnumerable<ILogFollower> followers, ProjectDirectory projects, TimeProvider clock) : IChore
{
    /// <summary>From which seq on the index has been cleared up. Nothing is known of what an earlier run was stopped at.</summary>
    private readonly Dictionary<int, long> _cleared = [];

    public TimeSpan Interval { get; } = TimeSpan.FromMinutes(1);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All)
        {
            if (project.Settings.Retention is not { } retention)
                continue;
            var olderThan = (clock.GetUtcNow() - retention).ToUnixTimeMilliseconds();
            // What comes meanwhile is younger than what goes.
            foreach (var follower in followers)
                await follower.CatchUpAsync(project.Number, cancellationToken);
            // A bounded part at a time, with room for senders between.
            while (await store.PruneAsync(project.Number, olderThan, cancellationToken))
            {
                project.Log.Forget(await log.FirstSeqAsync(project.Number, cancellationToken));
                await Task.Delay(TimeSpan.FromMilliseconds(20), clock, cancellationToken);
            }

            var first = await log.FirstSeqAsync(project.Number, cancellationToken);
            project.Log.Forget(first);
            if (first == _cleared.GetValueOrDefault(project.Number))
                continue;
            while (await index.PruneAsync(project.Number, first, cancellationToken))
                await Task.Delay(TimeSpan.FromMilliseconds(20), clock, cancellationToken);
            _cleared[project.Number] = first;
        }

        return null;
    }
}

/// <summary>What one node has pruned is gone from the memory of the others too.</summary>
internal sealed class LogForgetter(ILogStore log, ProjectDirectory projects, TimeProvider clock) : IChore
{
    public bool IsOfEachNode => true;

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All)
        {
            if (project.Settings.Retention is { } retention && project.Log.OldestStamp < (clock.GetUtcNow() - retention).ToUnixTimeMilliseconds())
                project.Log.Forget(await log.FirstSeqAsync(project.Number, cancellationToken));
        }

        return null;
    }
}
