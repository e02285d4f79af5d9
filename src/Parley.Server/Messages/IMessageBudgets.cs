using Parley.Server.Projects;

namespace Parley.Server.Messages;

/// <summary>Tells people about message budgets, and what was spent of them. The stores count, and refuse what a budget does not allow.</summary>
internal interface IMessageBudgets
{
    /// <summary>Called before the sender is answered, after a message that reached 80 % or all of a budget, or that a budget refused.</summary>
    ValueTask NoteAsync(ProjectState project, BudgetLimit limit, bool isRefused);

    /// <summary>What was sent since counting started.</summary>
    ValueTask<BudgetSum> SpentAsync(ProjectState project, BudgetLimit limit, CancellationToken cancellationToken);
}
