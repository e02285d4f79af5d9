using System.Text.Json;
using Npgsql;
using Parley.Protocol;
using Parley.Server.Projects;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Projects in PostgreSQL.</summary>
internal sealed class PostgresProjectStore(PostgresDatabase database, TimeProvider clock) : IProjectStore
{
    public ValueTask<IReadOnlyList<ProjectRecord>> LoadAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ProjectRecord>>(
            async (connection, cancel) =>
            {
                await using var command = new NpgsqlCommand(ProjectSql.Load, connection);
                await using var rows = await command.ExecuteReaderAsync(cancel);
                var projects = new List<ProjectRecord>();
                while (await rows.ReadAsync(cancel))
                    projects.Add(Read(rows));
                return projects;
            },
            cancellationToken);

    public ValueTask<ProjectRecord?> AddAsync(string id, string name, ProjectSettings settings, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            transaction =>
            {
                var now = clock.GetUtcNow();
                // The epoch distinguishes a new project from a deleted one with the same id: a place in the old one is not a place in the new one.
                return FirstAsync(transaction, ProjectSql.Add, id, name, now, Settings(settings), now.ToUnixTimeSeconds());
            },
            cancellationToken);

    public ValueTask<ProjectRecord?> ChangeAsync(int number, string? name, ProjectSettings settings, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            transaction => FirstAsync(transaction, ProjectSql.Change, number, name, Settings(settings)),
            cancellationToken);

    public ValueTask<ProjectRecord?> PauseAsync(int number, Pause? pause, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            transaction => FirstAsync(transaction, ProjectSql.Pause, number, PauseText.Of(pause)),
            cancellationToken);

    public async ValueTask DeleteAsync(int number, CancellationToken cancellationToken)
    {
        // The name is free at once. The project's contents are deleted in steps, so that nobody else waits for it.
        await database.Writer.WriteAsync(
            transaction => transaction.RunAsync(ProjectSql.BeginDeletion, number),
            cancellationToken);
        await DeleteContentAsync(number, cancellationToken);
    }

    public async ValueTask<int> FinishDeletionsAsync(CancellationToken cancellationToken)
    {
        var left = await database.ReadAsync(
            async (connection, cancel) =>
            {
                await using var command = new NpgsqlCommand(ProjectSql.BegunDeletions, connection);
                await using var rows = await command.ExecuteReaderAsync(cancel);
                var numbers = new List<int>();
                while (await rows.ReadAsync(cancel))
                    numbers.Add(rows.GetInt32(0));
                return numbers;
            },
            cancellationToken);
        foreach (var number in left)
            await DeleteContentAsync(number, cancellationToken);
        return left.Count;
    }

    private async ValueTask DeleteContentAsync(int number, CancellationToken cancellationToken)
    {
        while (await database.Writer.WriteAsync(transaction => DeleteSomeAsync(transaction, number), cancellationToken, weight: 500))
        {
        }
    }

    /// <returns>True if there is more.</returns>
    private static async Task<bool> DeleteSomeAsync(PostgresTransaction transaction, int number)
    {
        await transaction.LockAsync([number]);
        if (!transaction.HasLocked(number))
            return false;
        const int most = 2_000;
        var first = LogKey.First(number);
        if (await transaction.ScalarAsync(ProjectSql.DeletionStep, first, LogKey.Last(number), most) is long last)
        {
            transaction.Defer(
                """
                DELETE FROM deliveries d USING log l
                WHERE l.place >= $1 AND l.place <= $2 AND l.kind = 1 AND d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries
                """,
                first, last);
            foreach (var (table, column) in new[] { ("reactions", "place"), ("entities", "place"), ("entity_marks", "place"), ("webhook_places", "place"), ("log", "place") })
                transaction.Defer($"DELETE FROM {table} WHERE {column} >= $1 AND {column} <= $2", first, last);
            return true;
        }

        foreach (var sql in new[]
        {
            "DELETE FROM relay_places WHERE agent IN (SELECT number FROM agents WHERE project = $1)",
            "DELETE FROM mailboxes WHERE agent IN (SELECT number FROM agents WHERE project = $1)",
            "DELETE FROM agents WHERE project = $1",
            "DELETE FROM idempotency WHERE project = $1",
            "DELETE FROM projects WHERE number = $1",
        })
        {
            transaction.Defer(sql, number);
        }

        foreach (var sql in CountSql.Clear)
            transaction.Defer(sql, number);
        return false;
    }

    private static async Task<ProjectRecord?> FirstAsync(PostgresTransaction transaction, string sql, params object?[] values)
    {
        await using var rows = await transaction.ReadAsync(sql, values);
        return await rows.ReadAsync() ? Read(rows) : null;
    }

    internal static ProjectRecord Read(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetFieldValue<DateTimeOffset>(3),
        JsonSerializer.Deserialize(row.GetString(4), WireJson.Lenient.ProjectSettings)!, row.GetInt64(5), row.GetInt64(6) - 1)
    {
        Pause = PauseText.Read(row.TextOrNull(7)),
    };

    private static string Settings(ProjectSettings settings) => JsonSerializer.Serialize(settings, WireJson.Strict.ProjectSettings);
}
