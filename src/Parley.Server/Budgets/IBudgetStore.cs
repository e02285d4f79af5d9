using Parley.Server.Projects;

namespace Parley.Server.Budgets;

/// <summary>What was sent of each budget. Sends count in the transaction that stores their message, so nothing is counted twice or left out, even if
/// the server is killed; and they are refused there, so a budget is never exceeded.</summary>
internal interface IBudgetStore
{
    /// <summary>The sums of a project's budgets, by the seq of the entry that created the budget. Those of which nothing was sent are absent.</summary>
    ValueTask<IReadOnlyDictionary<long, BudgetCount>> SpentAsync(int project, CancellationToken cancellationToken);

    /// <summary>The sum of one budget; null if nothing was sent.</summary>
    ValueTask<BudgetCount?> SpentAsync(int project, long made, CancellationToken cancellationToken);
}

/// <param name="Round">See <see cref="BudgetLimit"/>.</param>
internal readonly record struct BudgetCount(int Round, BudgetSum Sum)
{
    /// <summary>What counts in the current round.</summary>
    internal BudgetSum In(int round) => Round == round ? Sum : default;
}
