using System.Globalization;
using Npgsql;
using Parley.Server.Log;
using Parley.Server.Storage;
using Parley.Server.Storage.Postgres;
using Parley.Server.Storage.Sqlite;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Data of an earlier shape of the database are there in the newest.</summary>
public sealed class MigrationTests(PostgresDatabases databases)
{
    private static readonly Guid Ended = EntryId.Create(milliseconds: 1_769_090_212_551, seq: 3, random: 0x3_89AB_CDEF);
    private static readonly Guid Open = EntryId.Create(milliseconds: 1_769_090_212_551, seq: 5, random: 0x0_0000_0001);

    /// <summary>Two executions, as the tables of before had them.</summary>
    private static string Before(string creation, string end) => string.Create(
        CultureInfo.InvariantCulture,
        $$$"""
        INSERT INTO executions (place, execution_id, title, squad_id, status, progress, current_phase, result, error, created_by, creator, created_at, ended_at)
        VALUES ({{{LogKey.Of(1, 3)}}}, '{{{Ended}}}', 'A "title"', 'alpha', 2, 100, NULL, '{"ok":true,"n":1e400}', NULL, 'ada', 7, {{{creation}}}, {{{end}}}),
               ({{{LogKey.Of(1, 5)}}}, '{{{Open}}}', NULL, NULL, 1, 40, 'build', NULL, NULL, NULL, 0, {{{creation}}}, NULL);
        """);

    /// <summary>Their entries of the log, and two messages that belong to the one that ended: the later one is no step of it.</summary>
    /// <param name="whole">A column that one database has.</param>
    private static string LogOfBefore(string whole = "", string isWhole = "") => string.Create(
        CultureInfo.InvariantCulture,
        $$$"""
        INSERT INTO log (place, stamp, sender, deliveries, hops, kind, audience, execution, type, body{{{whole}}})
        VALUES ({{{LogKey.Of(1, 3)}}}, 1769090212551, 7, 0, 0, 8, 1, {{{LogKey.Of(1, 3)}}}, 'execution_status', '{}'{{{isWhole}}}),
               ({{{LogKey.Of(1, 4)}}}, 1769090213000, 7, 0, 0, 1, 1, {{{LogKey.Of(1, 3)}}}, 'text', '{"content":"early"}'{{{isWhole}}}),
               ({{{LogKey.Of(1, 5)}}}, 1769090214000, 0, 0, 0, 8, 1, {{{LogKey.Of(1, 5)}}}, 'execution_status', '{}'{{{isWhole}}}),
               ({{{LogKey.Of(1, 6)}}}, 1769090215000, 0, 0, 0, 8, 1, {{{LogKey.Of(1, 5)}}}, 'execution_status', '{}'{{{isWhole}}}),
               ({{{LogKey.Of(1, 7)}}}, 1769090219000, 7, 0, 0, 8, 1, {{{LogKey.Of(1, 3)}}}, 'execution_completion', '{}'{{{isWhole}}}),
               ({{{LogKey.Of(1, 8)}}}, 1769090220000, 7, 0, 0, 1, 1, {{{LogKey.Of(1, 3)}}}, 'text', '{"content":"late"}'{{{isWhole}}});
        """);

    /// <summary>Each execution with its version and when it last changed; each entry with what it is about; each message with its execution.
    /// Places without their project.</summary>
    private static readonly (string Sql, string Rows)[] After =
    [
        (Joined("(place & 1099511627775)", "(changed & 1099511627775)", "changed_at", "entities"), "3,7,1769090219000|5,6,1769090215000"),
        (Joined("(place & 1099511627775)", "coalesce(subject & 1099511627775, 0)", "kind", "log"), "3,3,8|4,0,1|5,5,8|6,5,8|7,3,8|8,0,1"),
        (Joined("content", "task_execution_id", "message_type", "agent_messages"), $"early,{Ended},text|late,{Ended},text"),
    ];

    private static string Joined(string first, string second, string third, string table) =>
        $"SELECT string_agg(line, '|') FROM (SELECT {first} || ',' || {second} || ',' || {third} AS line FROM {table} ORDER BY {first}) AS lines";

    [Fact]
    public void Existing_executions_become_entities_on_SQLite()
    {
        var folder = Directory.CreateTempSubdirectory("parley-migration-");
        try
        {
            using var connection = SqliteConnection.Open(Path.Combine(folder.FullName, "parley.db"), readOnly: false);
            foreach (var script in Migrations.Scripts("Sqlite", upTo: 5))
                connection.Execute(script);
            connection.Execute($"PRAGMA user_version = 5; {Project}");
            connection.Execute(Before("1769090212551", "1769090219000"));
            connection.Execute(LogOfBefore());

            SqliteMigrator.Migrate(connection, "parley.db");

            var row = connection.Prepare("SELECT execution_id, status, result, ended_at FROM executions ORDER BY place");
            Assert.True(row.Step());
            Assert.Equal((Ended.ToString(), "completed", "2026-01-22T13:56:59.000Z"), (row.Text(0), row.Text(1), row.Text(3)));
            Assert.True(row.Step());
            Assert.Equal((Open.ToString(), "in_progress", null, null), (row.Text(0), row.Text(1), row.Text(2), row.Text(3)));
            Assert.False(row.Step());
            Assert.Equal(3, connection.Prepare("SELECT count(*) FROM entity_marks WHERE mark IN ('8/status=completed', '8/squad=alpha', '8/status=in_progress')").Scalar());
            Assert.Equal(0x3_89AB_CDEF, connection.Prepare("SELECT id_bits FROM entities WHERE maker = 7 AND is_over = 1").Scalar());
            var body = connection.Prepare("SELECT body FROM entities WHERE is_over = 1");
            Assert.True(body.Step());
            Assert.Contains("\"title\":\"A \\\"title\\\"\"", body.Text(0), StringComparison.Ordinal);
            Assert.Contains("\"result\":{\"ok\":true,\"n\":1e400}", body.Text(0), StringComparison.Ordinal);
            foreach (var (sql, rows) in After)
            {
                var text = connection.Prepare(sql);
                Assert.True(text.Step());
                Assert.Equal(rows, text.Text(0));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Existing_executions_become_entities_on_PostgreSQL()
    {
        await using var database = await databases.CreateEmptyAsync();
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        foreach (var script in Migrations.Scripts("Postgres", upTo: 8))
            await Migrations.RunAsync(connection, script);
        await Migrations.RunAsync(connection, $"CREATE TABLE parley_schema (version int NOT NULL); INSERT INTO parley_schema VALUES (8); {Project.Replace("1769090212551", "now()", StringComparison.Ordinal)}");
        await Migrations.RunAsync(connection, Before("'2026-01-22T13:56:52.551Z'", "'2026-01-22T13:56:59Z'"));
        await Migrations.RunAsync(connection, LogOfBefore(", whole", ", true"));

        PostgresMigrator.Migrate(connection);

        Assert.Equal(
            $"{Ended} completed 2026-01-22T13:56:59.000Z|{Open} in_progress ",
            await ValueAsync(connection, "SELECT string_agg(concat(execution_id, ' ', status, ' ', parley_time_1((extract(epoch FROM ended_at) * 1000)::bigint)), '|' ORDER BY place) FROM executions"));
        Assert.Equal(3L, await ValueAsync(connection, "SELECT count(*) FROM entity_marks WHERE mark IN ('8/status=completed', '8/squad=alpha', '8/status=in_progress')"));
        Assert.Equal(0x3_89AB_CDEF, await ValueAsync(connection, "SELECT id_bits FROM entities WHERE maker = 7 AND is_over = 1"));
        var body = (string)(await ValueAsync(connection, "SELECT body FROM entities WHERE is_over = 1"))!;
        Assert.Contains("\"title\":\"A \\\"title\\\"\"", body, StringComparison.Ordinal);
        Assert.Contains("\"result\":{\"ok\":true,\"n\":1e400}", body, StringComparison.Ordinal);
        foreach (var (sql, rows) in After)
            Assert.Equal(rows, await ValueAsync(connection, sql));
    }

    private const string Project = "INSERT INTO projects (number, project_id, name, created_at, settings, epoch, next_seq) VALUES (1, 'default', 'default', 1769090212551, '{}', 1, 9);";

    private static async Task<object?> ValueAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
