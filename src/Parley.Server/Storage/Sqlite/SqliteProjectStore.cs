using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Projects;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Projects in SQLite.</summary>
internal sealed class SqliteProjectStore(SqliteDatabase database, SqliteLog log, MailboxLedger ledger, TimeProvider clock) : IProjectStore
{
    public ValueTask<IReadOnlyList<ProjectRecord>> LoadAsync(CancellationToken cancellationToken) =>
        database.Readers.ReadAsync<IReadOnlyList<ProjectRecord>>(
            connection =>
            {
                var projects = new List<ProjectRecord>();
                var rows = connection.Prepare(ProjectSql.Load);
                while (rows.Step())
                    projects.Add(Read(rows));
                return projects;
            },
            cancellationToken);

    public ValueTask<ProjectRecord?> AddAsync(string id, string name, ProjectSettings settings, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync<ProjectRecord?>(
            connection =>
            {
                var now = clock.GetUtcNow();
                // The epoch distinguishes a new project from a deleted one with the same id: a place in the old one is not a place in the new one.
                return First(connection.Prepare(ProjectSql.Add)
                    .Bind(1, id).Bind(2, name).Bind(3, now.ToUnixTimeMilliseconds()).Bind(4, Settings(settings)).Bind(5, now.ToUnixTimeSeconds()));
            },
            cancellationToken);

    public ValueTask<ProjectRecord?> ChangeAsync(int number, string? name, ProjectSettings settings, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync<ProjectRecord?>(
            connection => First(connection.Prepare(ProjectSql.Change).Bind(1, number).Bind(2, name).Bind(3, Settings(settings))),
            cancellationToken);

    public ValueTask<ProjectRecord?> PauseAsync(int number, Pause? pause, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync<ProjectRecord?>(
            connection => First(connection.Prepare(ProjectSql.Pause).Bind(1, number).Bind(2, PauseText.Of(pause))),
            cancellationToken);

    public async ValueTask DeleteAsync(int number, CancellationToken cancellationToken)
    {
        // The name is free at once. The project's contents are deleted in steps, so that nobody else waits for it.
        await database.Writer.WriteAsync(
            connection => connection.Prepare(ProjectSql.BeginDeletion).Bind(1, number).Run(),
            cancellationToken);
        await DeleteContentAsync(number, cancellationToken);
    }

    public async ValueTask<int> FinishDeletionsAsync(CancellationToken cancellationToken)
    {
        var left = await database.Readers.ReadAsync(
            connection =>
            {
                var numbers = new List<int>();
                var rows = connection.Prepare(ProjectSql.BegunDeletions);
                while (rows.Step())
                    numbers.Add(rows.Int32(0));
                return numbers;
            },
            cancellationToken);
        foreach (var number in left)
            await DeleteContentAsync(number, cancellationToken);
        return left.Count;
    }

    private async ValueTask DeleteContentAsync(int number, CancellationToken cancellationToken)
    {
        while (await database.Writer.WriteAsync(connection => DeleteSome(connection, number), cancellationToken, weight: 500))
        {
        }
    }

    /// <returns>True if there is more.</returns>
    private bool DeleteSome(SqliteConnection connection, int number)
    {
        const int most = 2_000;
        var (first, last) = (LogKey.First(number), LogKey.Last(number));
        if (connection.Prepare(ProjectSql.DeletionStep).Bind(1, first).Bind(2, last).Bind(3, most).Scalar() is { } upTo)
        {
            connection.Prepare(
                    """
                    DELETE FROM deliveries WHERE delivery IN (
                        SELECT d.delivery FROM log l CROSS JOIN deliveries d ON d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries
                        WHERE l.place BETWEEN ?1 AND ?2 AND l.kind = 1)
                    """)
                .Bind(1, first).Bind(2, upTo).Run();
            foreach (var (table, column) in new[] { ("reactions", "place"), ("entities", "place"), ("entity_marks", "place"), ("webhook_places", "place"), ("log", "place") })
                connection.Prepare($"DELETE FROM {table} WHERE {column} BETWEEN ?1 AND ?2").Bind(1, first).Bind(2, upTo).Run();
            return true;
        }

        var agents = connection.Prepare("SELECT number FROM agents WHERE project = ?1").Bind(1, number);
        while (agents.Step())
            ledger.Forget(agents.Int32(0));
        foreach (var sql in new[]
        {
            "DELETE FROM relay_places WHERE agent IN (SELECT number FROM agents WHERE project = ?1)",
            "DELETE FROM agents WHERE project = ?1",
            "DELETE FROM idempotency WHERE project = ?1",
            "DELETE FROM projects WHERE number = ?1",
        })
        {
            connection.Prepare(sql).Bind(1, number).Run();
        }

        foreach (var sql in CountSql.Clear)
            connection.Prepare(sql).Bind(1, number).Run();
        log.Forget(number);
        return false;
    }

    private static ProjectRecord? First(SqliteStatement row)
    {
        if (!row.Step())
            return null;
        var record = Read(row);
        row.Reset();
        return record;
    }

    private static ProjectRecord Read(SqliteStatement row) => new(
        row.Int32(0), row.Text(1)!, row.Text(2)!, DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(3)),
        JsonSerializer.Deserialize(row.Blob(4), WireJson.Lenient.ProjectSettings)!, row.Int64(5), row.Int64(6) - 1)
    {
        Pause = PauseText.Read(row.Text(7)),
    };

    private static string Settings(ProjectSettings settings) => JsonSerializer.Serialize(settings, WireJson.Strict.ProjectSettings);
}
