using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Budgets;

/// <summary>Message budgets as a kind of entities, with their names and search keys.</summary>
internal static class BudgetKinds
{
    internal const string ABudget =
        """
        {"kind": "agents", "id": "be-1", "messages": 1000, "bytes": null, "spent": {"messages": 812, "bytes": 90417}, "left": {"messages": 188, "bytes": null},
         "status": "warned", "since": "2026-01-22T08:00:00.000Z", "warned_at": "2026-01-22T13:57:00.000Z", "spent_at": null, "resets": 0, "set_by": "ops-1",
         "updated_at": "2026-01-22T13:57:00.000Z", "version": 1160}
        """;

    internal const string SetType = "budget_set", WarningType = "budget_warning", SpentType = "budget_spent", RemovedType = "budget_removed";

    internal static EntityKind<MessageBudget> Kind { get; } = new()
    {
        Number = 33,
        Name = "budget",
        Feed = "budgets",
        RemovedType = RemovedType,
        // It names threads that only some agents may read.
        Audience = Audience.Operators,
        Fields = new EntityFields(null) { CreatedAt = null, ChangedAt = "updated_at", Version = "version" },
        Json = WireJson.Lenient.MessageBudget,
        NameOf = budget => NameOf(budget.Kind, budget.Id),
        Marks = budget => [Mark(budget.Kind)],
        Filter = query => BudgetQuery.Read(query).Filter,
        Events =
        [
            new(WarningType, "At least 80 % of a message budget is spent. Once for each setting of the budget. Only operators and observers see it."),
            new(SpentType, "A message budget is spent, or does not suffice for a message. Once for each setting of the budget. Only operators and observers see it."),
        ],
        Example = ABudget,
    };

    internal static string Mark(BudgetKind kind) => $"kind={WireType.WordOf(kind)}";

    /// <summary>The name of a budget, unique in its project: <c>agents/be-1</c>.</summary>
    internal static string NameOf(BudgetKind kind, string id) => $"{WireType.WordOf(kind)}/{id}";

    /// <summary>The kind and the id in a name.</summary>
    internal static (BudgetKind Kind, string Id) Read(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return (WireType.Find<BudgetKind>(name[..slash]) ?? throw new ArgumentException($"'{name}' does not name a budget.", nameof(name)), name[(slash + 1)..]);
    }

    /// <summary>A budget as each send sees it.</summary>
    internal static BudgetLimit LimitOf(Entity<MessageBudget> budget) => new(
        budget.Row.Project, budget.Value.Kind, budget.Value.Id, budget.Row.Made, budget.Version, budget.Value.Resets, budget.Value.Messages, budget.Value.Bytes, budget.Value.Status);
}

/// <summary>The filters of a list of budgets.</summary>
internal sealed record BudgetQuery(ListQuery List) : IQuery<BudgetQuery>
{
    internal IReadOnlyList<string> Marks { get; init; } = [];

    /// <summary>The same filters for a feed. A budget's kind never changes.</summary>
    internal EntityFilter Filter => new() { Marks = Marks, Lasting = Marks };

    public static BudgetQuery Read(QueryReader query) => new(query.List())
    {
        Marks = query.Word<BudgetKind>("kind", "Only those of agents, threads, or executions.") is { } kind ? [BudgetKinds.Mark(kind)] : [],
    };
}
