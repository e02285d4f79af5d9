namespace Parley.Server.Storage.Sql;

/// <summary>SQL for what was sent of budgets that works on both databases. $1: the place of the entry that created the budget.</summary>
internal static class BudgetSql
{
    internal const string Columns = "place, round, messages, bytes";

    internal const string Find = $"SELECT {Columns} FROM budget_counts WHERE place = $1";

    /// <summary>$1: the project's first place, $2: its last.</summary>
    internal const string List = $"SELECT {Columns} FROM budget_counts WHERE place >= $1 AND place <= $2 ORDER BY place";
}
