using System.Collections.Concurrent;
using System.Globalization;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Webhooks;

/// <summary>Identifies a webhook by its project and the seq of the entry that created it.</summary>
internal readonly record struct WebhookKey(int Project, long Made);

/// <summary>All webhooks, in memory, on every node. Changes are stored before they take effect.</summary>
internal sealed class WebhookDirectory(EntityBoard<Webhook> board, ProjectDirectory projects, IClusterView cluster) : IDisposable
{
    private readonly ConcurrentDictionary<WebhookKey, Entity<Webhook>> _all = new();

    // Changes are rare. Making them one at a time keeps memory and store consistent, and enforces the limit per project.
    private readonly SemaphoreSlim _changing = new(1, 1);

    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => _changing.Dispose();

    /// <summary>Completes with the next change. Get it before you read the webhooks.</summary>
    internal Task WhenChanged => Volatile.Read(ref _changed).Task;

    /// <summary>The active webhooks of projects that exist.</summary>
    internal IReadOnlyDictionary<WebhookKey, Entity<Webhook>> Active
    {
        get
        {
            foreach (var key in _all.Keys.Where(key => projects.Find(key.Project) is null))
                _all.TryRemove(key, out _);
            return _all.Where(one => one.Value.Value.Status == WebhookStatus.Active).ToDictionary();
        }
    }

    /// <summary>Reads the store. Called once, before the first request.</summary>
    internal async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All)
        {
            await foreach (var webhook in board.AllAsync(project.Number, cancellationToken))
                Keep(webhook);
        }
    }

    /// <summary>Takes over a webhook that another node created or changed.</summary>
    internal void Follow(EntityRow row)
    {
        Keep(board.Read(row));
        Signal();
    }

    /// <summary>Removes a webhook that this or another node deleted.</summary>
    internal void Forget(int project, long made)
    {
        if (_all.TryRemove(new WebhookKey(project, made), out _))
            Signal();
    }

    /// <returns>The webhook as created; refused if the project has reached its limit.</returns>
    internal async ValueTask<Result<Entity<Webhook>>> AddAsync(int project, int sender, Decision<Webhook> decision, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            await cluster.CatchUpAsync(cancellationToken);
            if (_all.Keys.Count(key => key.Project == project) >= WebhookRules.MostWebhooks)
                return Problems.Conflict(string.Create(CultureInfo.InvariantCulture, $"The project has its {WebhookRules.MostWebhooks} webhooks; delete one first."));
            var result = await board.AddAsync(project, sender, decision, cancellationToken);
            if (result.TryGet(out var made, out _))
            {
                Keep(made);
                Signal();
            }

            return result;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <returns>Its current state; null if it was deleted.</returns>
    internal async ValueTask<Result<Entity<Webhook>?>> ChangeAsync(
        int project, Guid id, int sender, Func<Entity<Webhook>?, Decision<Webhook>> decide, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            var made = default(long?);
            var result = await board.ChangeAsync(
                project, id, sender,
                present =>
                {
                    made = present?.Row.Made;
                    return decide(present);
                },
                cancellationToken);
            if (!result.TryGet(out var changed, out _))
                return result;
            if (changed is not null)
                Keep(changed);
            else if (made is { } gone)
                Forget(project, gone);
            Signal();
            // Loads other nodes' changes first, because what is read during this change may be outdated afterward.
            await cluster.CatchUpAsync(cancellationToken);
            return result;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The newest version wins, in whatever order they arrive.</summary>
    private void Keep(Entity<Webhook> webhook) => _all.AddOrUpdate(
        new WebhookKey(webhook.Row.Project, webhook.Row.Made), webhook, (_, known) => known.Version > webhook.Version ? known : webhook);

    private void Signal() => Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
