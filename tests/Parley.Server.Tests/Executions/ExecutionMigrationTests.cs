using Npgsql;
using Parley.Server.Executions;
using Parley.Server.Storage;
using Parley.Server.Storage.Postgres;
using Parley.Server.Storage.Sqlite;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Executions;

/// <summary>Entries of executions from before lines had a type of their own.</summary>
public sealed class ExecutionMigrationTests(PostgresDatabases databases)
{
    private const string Expected = "execution_status,execution_line,execution_status,execution_completion";

    private const string TypesInOrder = "SELECT group_concat(type, ',') FROM (SELECT type FROM log ORDER BY place)";

    /// <summary>One that told nothing, one with a line, one whose title only looks like lines, one whose result looks like lines; with numbers and texts that not every JSON type of a
    /// database holds.</summary>
    private static readonly (string Type, string Json)[] Entries =
    [
        (ExecutionRules.StatusType, """{"status":"pending","logs":[]}"""),
        (ExecutionRules.StatusType, """{"status":"pending","logs":[{"level":"info","message":"\u0000"}]}"""),
        (ExecutionRules.StatusType, """{"title":"\"logs\":[{","status":"pending","logs":[]}"""),
        (ExecutionRules.CompletionType, """{"status":"completed","result":{"n":1e400,"text":"\u0000","logs":[{}]}}"""),
    ];

    [Fact]
    public void Lines_have_a_type_of_their_own_on_SQLite()
    {
        var folder = Directory.CreateTempSubdirectory("parley-migration-");
        try
        {
            using var connection = SqliteConnection.Open(Path.Combine(folder.FullName, "parley.db"), readOnly: false);
            foreach (var script in Migrations.Scripts("Sqlite", upTo: 7))
                connection.Execute(script);
            connection.Execute("PRAGMA user_version = 7");
            for (var i = 0; i < Entries.Length; i++)
            {
                connection.Prepare("INSERT INTO log (place, kind, stamp, sender, audience, type, execution, subject, hops, deliveries, body) VALUES (?1, 8, 0, 0, 4, ?2, ?3, ?3, 0, 0, ?4)")
                    .Bind(1, LogKey.Of(1, i + 1)).Bind(2, Entries[i].Type).Bind(3, LogKey.Of(1, 1)).BindBlob(4, System.Text.Encoding.UTF8.GetBytes(Entries[i].Json)).Run();
            }

            SqliteMigrator.Migrate(connection, "parley.db");

            var types = connection.Prepare(TypesInOrder);
            Assert.True(types.Step());
            Assert.Equal(Expected, types.Text(0));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Lines_have_a_type_of_their_own_on_PostgreSQL()
    {
        await using var database = await databases.CreateEmptyAsync();
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        foreach (var script in Migrations.Scripts("Postgres", upTo: 10))
            await RunAsync(connection, script);
        await RunAsync(connection, "CREATE TABLE parley_schema (version int NOT NULL); INSERT INTO parley_schema VALUES (10);");
        for (var i = 0; i < Entries.Length; i++)
        {
            await RunAsync(
                connection, "INSERT INTO log (place, kind, stamp, sender, audience, type, execution, subject, hops, deliveries, whole, body) VALUES ($1, 8, 0, 0, 4, $2, $3, $3, 0, 0, true, $4)",
                LogKey.Of(1, i + 1), Entries[i].Type, LogKey.Of(1, 1), Entries[i].Json);
        }

        PostgresMigrator.Migrate(connection);

        Assert.Equal(Expected, await RunAsync(connection, TypesInOrder.Replace("group_concat(type, ',')", "string_agg(type, ',')", StringComparison.Ordinal) + " t"));
    }

    private static async Task<object?> RunAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
