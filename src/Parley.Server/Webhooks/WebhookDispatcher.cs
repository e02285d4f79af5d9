using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;
using Parley.Server.Projects;

namespace Parley.Server.Webhooks;

/// <summary>Runs a courier for each active webhook on the leader; the other nodes run none. If the leader is gone, the next leader's couriers
/// continue from the stored places.</summary>
internal sealed class WebhookDispatcher(
    CourierTools tools, ProjectDirectory projects, BackgroundFaults faults, ILogger<WebhookDispatcher> logger) : LastingWork(faults, logger)
{
    /// <summary>How often to check which node is the leader. Everything else is reported.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Dictionary<WebhookKey, Work> _couriers = [];
    private readonly Dictionary<int, Work> _scouts = [];
    private readonly Dictionary<int, WebhookScout> _scoutOf = [];

    /// <summary>Couriers that have been told to stop. The next one for the same webhook waits for that.</summary>
    private readonly Dictionary<WebhookKey, Work> _ending = [];

    protected override string Name => "Webhooks";

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var changed = tools.Webhooks.WhenChanged;
                KeepUp(stoppingToken);
                Succeeded();
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                await Task.WhenAny(changed, Task.Delay(LookEvery, tools.Clock, waiting.Token));
                await waiting.CancelAsync();
            }
        }
        finally
        {
            await EndAllAsync();
        }
    }

    /// <summary>Starts and stops couriers to match the current webhooks and leader.</summary>
    private void KeepUp(CancellationToken stoppingToken)
    {
        var wanted = tools.Leadership.IsLeader ? tools.Webhooks.Active : new Dictionary<WebhookKey, Entities.Entity<Protocol.Webhook>>();
        foreach (var (key, work) in _couriers.ToList())
        {
            if (work.Running.IsCompleted || !wanted.TryGetValue(key, out var webhook) || webhook.Version != work.Version || work.Term != tools.Leadership.Term)
                End(key, work);
        }

        foreach (var (key, ended) in _ending.ToList())
        {
            if (!ended.Running.IsCompleted)
                continue;
            ended.Cancel.Dispose();
            _ending.Remove(key);
        }

        foreach (var (project, scout) in _scouts.ToList())
        {
            if (!wanted.Keys.Any(key => key.Project == project))
                EndScout(project, scout);
        }

        foreach (var (key, webhook) in wanted)
        {
            if (!_couriers.ContainsKey(key) && projects.Find(key.Project) is { } project)
                _couriers[key] = Begin(key, webhook, project, stoppingToken);
        }
    }

    private Work Begin(WebhookKey key, Entities.Entity<Protocol.Webhook> webhook, ProjectState project, CancellationToken stoppingToken)
    {
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, project.Gone.Token);
        var before = _ending.GetValueOrDefault(key)?.Running ?? Task.CompletedTask;
        var (scout, term) = (ScoutOf(project, stoppingToken), tools.Leadership.Term);
        // Starts over from the stored state each time, so that nothing in memory after a fault is used again.
        var running = KeepGoingAsync(
            before, () => new WebhookCourier(webhook, project, scout, tools, Logger).RunAsync(cancel.Token), cancel.Token);
        return new Work(running, cancel, webhook.Version, term);
    }

    private WebhookScout ScoutOf(ProjectState project, CancellationToken stoppingToken)
    {
        if (_scoutOf.TryGetValue(project.Number, out var present))
            return present;
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, project.Gone.Token);
        var scout = tools.Events.Scout(project.Log);
        _scouts[project.Number] = new Work(KeepGoingAsync(Task.CompletedTask, () => scout.RunAsync(cancel.Token), cancel.Token), cancel, Version: 0, Term: 0);
        return _scoutOf[project.Number] = scout;
    }

    private async Task KeepGoingAsync(Task before, Func<Task> work, CancellationToken cancellationToken)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        await Faults.KeepGoingAsync(Name, Logger, work, cancellationToken);
    }

    private void End(WebhookKey key, Work work)
    {
        work.Cancel.Cancel();
        _ending[key] = work;
        _couriers.Remove(key);
    }

    private void EndScout(int project, Work scout)
    {
        scout.Cancel.Cancel();
        _scouts.Remove(project);
        _scoutOf.Remove(project);
    }

    private async Task EndAllAsync()
    {
        foreach (var (key, work) in _couriers.ToList())
            End(key, work);
        await Task.WhenAll(_ending.Values.Select(work => work.Running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var (project, scout) in _scouts.ToList())
            EndScout(project, scout);
    }

    private sealed record Work(Task Running, CancellationTokenSource Cancel, long Version, long Term);
}
