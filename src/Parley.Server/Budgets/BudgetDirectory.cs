using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Budgets;

/// <summary>All message budgets, in memory, on every node. Changes are stored before they take effect.</summary>
internal sealed class BudgetDirectory(EntityBoard<MessageBudget> board, ProjectDirectory projects, IClusterView cluster) : IDisposable
{
    private readonly Lock _keeping = new();

    // Changes are rare. Making them one at a time keeps memory and store consistent.
    private readonly SemaphoreSlim _changing = new(1, 1);

    public void Dispose() => _changing.Dispose();

    /// <summary>Reads the store. Called once, before the first request.</summary>
    internal async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All)
        {
            await foreach (var budget in board.AllAsync(project.Number, cancellationToken))
                Keep(budget);
        }
    }

    /// <summary>A budget that another node set or changed.</summary>
    internal void Follow(EntityRow row) => Keep(board.Read(row));

    /// <summary>It was removed, by any node.</summary>
    internal void Forget(int project, string name)
    {
        if (projects.Find(project) is not { } owner)
            return;
        var (kind, id) = BudgetKinds.Read(name);
        lock (_keeping)
        {
            if (owner.Budgets is not { } budgets)
                return;
            budgets.Forget(kind, id);
            if (budgets.Count == 0)
                owner.Budgets = null;
        }
    }

    /// <summary>Sets, changes, or removes a budget. Other nodes learn it within moments.</summary>
    /// <returns>Its current state; null if there is none.</returns>
    internal async ValueTask<Result<Entity<MessageBudget>?>> ChangeAsync(
        int project, string name, int sender, Func<Entity<MessageBudget>?, Decision<MessageBudget>> decide, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            // Loads what other nodes changed first, because what is read during this change may be outdated afterward.
            await cluster.CatchUpAsync(cancellationToken);
            var result = await board.ChangeAsync(project, name, sender, decide, cancellationToken);
            if (!result.TryGet(out var changed, out _))
                return result;
            if (changed is null)
                Forget(project, name);
            else
                Keep(changed);
            await cluster.CatchUpAsync(cancellationToken);
            return result;
        }
        finally
        {
            _changing.Release();
        }
    }

    private void Keep(Entity<MessageBudget> budget)
    {
        if (projects.Find(budget.Row.Project) is not { } owner)
            return;
        lock (_keeping)
        {
            var budgets = owner.Budgets ?? new ProjectBudgets();
            budgets.Keep(BudgetKinds.LimitOf(budget));
            owner.Budgets = budgets;
        }
    }
}
