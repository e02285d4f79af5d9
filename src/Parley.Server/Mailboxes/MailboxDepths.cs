using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Projects;

namespace Parley.Server.Mailboxes;

/// <summary>How deep the mailboxes of a project are: looked at once a second for all who watch it, and not at all if nobody does, so that sending and
/// delivering cost nothing more.</summary>
internal sealed class MailboxDepths(
    IMailboxCounts counts, IMailboxAges ages, BackgroundFaults faults, Stopping stopping, TimeProvider clock, ILogger<MailboxDepths> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Watch> _watched = [];

    /// <summary>The depths of all mailboxes now, by the agents' numbers.</summary>
    internal async ValueTask<IReadOnlyDictionary<int, MailboxDepth>> ReadAsync(ProjectState project, CancellationToken cancellationToken)
    {
        var everybody = AgentDirectory.Everybody(project).ToList();
        var all = await counts.CountsAsync([.. everybody.Select(agent => agent.Number)], cancellationToken);
        var waiting = all.Where(one => one.Value.Queued > 0).Select(one => one.Key).ToList();
        var oldest = waiting.Count == 0 ? null : await ages.OldestAsync(waiting, cancellationToken);
        return everybody.ToDictionary(agent => agent.Number, agent =>
        {
            var count = all.GetValueOrDefault(agent.Number);
            return new MailboxDepth
            {
                AgentId = agent.Id,
                Queued = count?.Queued ?? 0,
                InFlight = count?.InFlight ?? 0,
                Dead = count?.Dead ?? 0,
                OldestAt = oldest is not null && oldest.TryGetValue(agent.Number, out var at) ? at : null,
            };
        });
    }

    /// <summary>The depths once a second, for as long as it is read. A slow reader gets the newest, and misses those between.</summary>
    internal async IAsyncEnumerable<IReadOnlyDictionary<int, MailboxDepth>> WatchAsync(
        ProjectState project, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watch = Enter(project);
        try
        {
            while (true)
                yield return await watch.NextAsync(cancellationToken);
        }
        finally
        {
            Leave(project.Number, watch);
        }
    }

    /// <summary>Whether anybody watches a project.</summary>
    internal bool IsWatched(int project)
    {
        lock (_gate)
            return _watched.ContainsKey(project);
    }

    private Watch Enter(ProjectState project)
    {
        lock (_gate)
        {
            if (!_watched.TryGetValue(project.Number, out var watch))
            {
                _watched.Add(project.Number, watch = new Watch());
                // As a task of its own, so that nothing of it runs under the lock.
                var started = watch;
                _ = Task.Run(() => faults.KeepGoingAsync(nameof(MailboxDepths), logger, () => RunAsync(project, started), stopping.Token), CancellationToken.None);
            }

            watch.Readers++;
            return watch;
        }
    }

    private void Leave(int project, Watch watch)
    {
        lock (_gate)
        {
            if (--watch.Readers > 0)
                return;
            _watched.Remove(project);
            watch.Stop();
        }
    }

    private async Task RunAsync(ProjectState project, Watch watch)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (!watch.IsOver && await timer.WaitForNextTickAsync(stopping.Token))
        {
            if (watch.IsOver)
                return;
            watch.Publish(await ReadAsync(project, stopping.Token));
            faults.Succeeded(nameof(MailboxDepths));
        }
    }

    /// <summary>One project's depths, for all of its readers.</summary>
    private sealed class Watch
    {
        private TaskCompletionSource<IReadOnlyDictionary<int, MailboxDepth>> _next = Begin();
        private volatile bool _isOver;

        internal int Readers { get; set; }

        internal bool IsOver => _isOver;

        internal Task<IReadOnlyDictionary<int, MailboxDepth>> NextAsync(CancellationToken cancellationToken) =>
            Volatile.Read(ref _next).Task.WaitAsync(cancellationToken);

        internal void Publish(IReadOnlyDictionary<int, MailboxDepth> depths) => Interlocked.Exchange(ref _next, Begin()).SetResult(depths);

        internal void Stop() => _isOver = true;

        private static TaskCompletionSource<IReadOnlyDictionary<int, MailboxDepth>> Begin() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
