using System.Runtime.CompilerServices;
using Parley.Server.Projects;

namespace Parley.Server.Storage.Postgres;

/// <summary>What was sent of each budget, as far as this node knows. Used only on the writing lane, to refuse a message without asking the database.
/// Another node may have spent more by now. The database notices that, and then the sum is read again.</summary>
internal sealed class BudgetCache
{
    private readonly ConditionalWeakTable<BudgetLimit, StrongBox<BudgetSum>> _known = [];

    internal bool Has(BudgetLimit limit) => _known.TryGetValue(limit, out _);

    internal BudgetSum Of(BudgetLimit limit) => _known.TryGetValue(limit, out var sum) ? sum.Value : default;

    internal void Set(BudgetLimit limit, BudgetSum sum) => _known.AddOrUpdate(limit, new StrongBox<BudgetSum>(sum));

    internal void Forget(BudgetLimit limit) => _known.Remove(limit);
}
