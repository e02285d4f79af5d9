using Parley.Server.Coordination;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.Messages;

/// <summary>Removes log entries that are older than their project keeps them.</summary>
/// <param name="followers">Readers that must have read an entry before it is removed.</param>
internal sealed class LogPruner(
    IMessageStore store, IMessageIndex index, ILogStore log, IEnumerable<ILogFollower> followers, ProjectDirectory projects, TimeProvider clock) : IChore
{
    /// <summary>The seq up to which the index has been cleared. What an earlier run had left is unknown.</summary>
    private readonly Dictionary<int, long> _cleared = [];

    public TimeSpan Interval { get; } = TimeSpan.FromMinutes(1);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All)
        {
            if (project.Settings.Retention is not { } retention)
                continue;
            var olderThan = (clock.GetUtcNow() - retention).ToUnixTimeMilliseconds();
            if (await HasOlderAsync(project.Number, olderThan, cancellationToken))
                await PruneAsync(project, olderThan, cancellationToken);
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

    private async ValueTask<bool> HasOlderAsync(int project, long olderThan, CancellationToken cancellationToken) =>
        (await log.FindAsync(project, await log.FirstSeqAsync(project, cancellationToken), cancellationToken))?.Stamp < olderThan;

    private async ValueTask PruneAsync(ProjectState project, long olderThan, CancellationToken cancellationToken)
    {
        // Entries added in the meantime are newer than those that are removed.
        foreach (var follower in followers)
            await follower.CatchUpAsync(project.Number, cancellationToken);
        // A limited part at a time, so that senders get their turn in between.
        while (await store.PruneAsync(project.Number, olderThan, cancellationToken))
        {
            project.Log.Forget(await log.FirstSeqAsync(project.Number, cancellationToken));
            await Task.Delay(TimeSpan.FromMilliseconds(20), clock, cancellationToken);
        }
    }
}

/// <summary>Drops entries that another node has pruned from this node's memory.</summary>
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
