using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Messages;
using Parley.Server.Operations;

namespace Parley.Server.Budgets;

internal static class BudgetsSetup
{
    public static IServiceCollection AddBudgets(this IServiceCollection services) => services
        .AddEntities(BudgetKinds.Kind)
        .AddSingleton<BudgetDirectory>()
        .AddSingleton<BudgetKeeper>()
        .AddSingleton<IMessageBudgets>(provider => provider.GetRequiredService<BudgetKeeper>())
        .AddSingleton<IChore>(provider => provider.GetRequiredService<BudgetKeeper>())
        .AddConcept<BudgetsConcept>();
}
