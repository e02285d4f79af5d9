using Npgsql;
using Parley.Server.Budgets;
using Parley.Server.Projects;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>What was sent of budgets, in PostgreSQL.</summary>
internal sealed class PostgresBudgetStore(PostgresDatabase database) : IBudgetStore
{
    public ValueTask<IReadOnlyDictionary<long, BudgetCount>> SpentAsync(int project, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyDictionary<long, BudgetCount>>(
            async (connection, cancel) => (await connection.Ask(BudgetSql.List, LogKey.First(project), LogKey.Last(project))
                .ListAsync(static row => (Place: row.GetInt64(0), Count: Read(row)), cancel)).ToDictionary(one => LogKey.Seq(one.Place), one => one.Count),
            cancellationToken);

    public ValueTask<BudgetCount?> SpentAsync(int project, long made, CancellationToken cancellationToken) =>
        database.ReadAsync<BudgetCount?>(
            async (connection, cancel) => await connection.Ask(BudgetSql.Find, LogKey.Of(project, made)).ListAsync(Read, cancel) is [var only] ? only : null,
            cancellationToken);

    internal static BudgetCount Read(NpgsqlDataReader row) => new(row.GetInt32(1), new BudgetSum(row.GetInt64(2), row.GetInt64(3)));
}
