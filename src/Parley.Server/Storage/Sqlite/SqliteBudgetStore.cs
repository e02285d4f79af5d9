using Parley.Server.Budgets;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>What was sent of budgets, in SQLite.</summary>
internal sealed class SqliteBudgetStore(SqliteDatabase database) : IBudgetStore
{
    public ValueTask<IReadOnlyDictionary<long, BudgetCount>> SpentAsync(int project, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync<IReadOnlyDictionary<long, BudgetCount>>(
            connection =>
            {
                var all = new Dictionary<long, BudgetCount>();
                var rows = connection.Prepare(BudgetSql.List).Bind(1, LogKey.First(project)).Bind(2, LogKey.Last(project));
                while (rows.Step())
                    all.Add(LogKey.Seq(rows.Int64(0)), Read(rows));
                return all;
            },
            cancellationToken);

    public ValueTask<BudgetCount?> SpentAsync(int project, long made, CancellationToken cancellationToken) =>
        database.Readers.ReadShortAsync(connection => Find(connection, LogKey.Of(project, made)), cancellationToken);

    /// <summary>The budget that does not allow a message; null if all of its budgets allow it.</summary>
    internal static BudgetRefusal? Refusal(SqliteConnection connection, Send send, BudgetLimit[] budgets)
    {
        foreach (var limit in budgets)
        {
            var spent = Find(connection, LogKey.Of(limit.Project, limit.Made)) is { } count ? count.In(limit.Round) : default;
            if (!limit.Allows(spent, send.Bytes))
                return new BudgetRefusal(limit, spent);
        }

        return null;
    }

    /// <summary>Counts a message that was stored.</summary>
    /// <returns>The budgets of which it reached 80 % or all.</returns>
    internal static IReadOnlyList<BudgetLimit> Spend(SqliteConnection connection, Send send, BudgetLimit[] budgets)
    {
        List<BudgetLimit>? reached = null;
        foreach (var limit in budgets)
        {
            var place = LogKey.Of(limit.Project, limit.Made);
            var spent = Find(connection, place) is { } count ? count.In(limit.Round) : default;
            // Only if the budget exists: it may have been removed since the send looked for it.
            connection.Prepare(
                    """
                    INSERT INTO budget_counts (place, round, messages, bytes)
                    SELECT ?1, ?2, 1, ?3 WHERE EXISTS (SELECT 1 FROM entities WHERE place = ?1)
                    ON CONFLICT (place) DO UPDATE SET
                        messages = CASE WHEN round = excluded.round THEN messages + 1 ELSE 1 END,
                        bytes = CASE WHEN round = excluded.round THEN bytes + excluded.bytes ELSE excluded.bytes END,
                        round = excluded.round
                    WHERE round <= excluded.round
                    """)
                .Bind(1, place).Bind(2, limit.Round).Bind(3, send.Bytes).Run();
            if (limit.StatusAt(spent.Plus(send.Bytes)) > limit.StatusAt(spent))
                (reached ??= []).Add(limit);
        }

        return reached ?? (IReadOnlyList<BudgetLimit>)[];
    }

    private static BudgetCount? Find(SqliteConnection connection, long place)
    {
        var row = connection.Prepare(BudgetSql.Find).Bind(1, place);
        if (!row.Step())
            return null;
        var count = Read(row);
        row.Reset();
        return count;
    }

    private static BudgetCount Read(SqliteStatement row) => new(row.Int32(1), new BudgetSum(row.Int64(2), row.Int64(3)));
}
