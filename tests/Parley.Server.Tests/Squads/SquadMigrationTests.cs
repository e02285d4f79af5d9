using System.Text;
using Npgsql;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Squads;
using Parley.Server.Storage.Postgres;
using Parley.Server.Storage.Sqlite;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Squads;

/// <summary>Squads of before, which had tables of their own, are entities.</summary>
public sealed class SquadMigrationTests(PostgresDatabases databases)
{
    private const string Created = "2026-01-22T13:56:52.551Z";

    /// <summary>Two projects; in the first a squad of three, one of whom was deleted and has a successor, and one of nobody.</summary>
    private static string Before(string time) =>
        $$"""
        INSERT INTO projects (number, project_id, name, created_at, settings, epoch, next_seq, last_stamp)
        VALUES (1, 'default', 'default', {{time}}, '{}', 1, 6, 1769090219000), (2, 'other', 'other', {{time}}, '{}', 1, 1, 0);
        INSERT INTO agents (number, project, agent_id, name, type, role, capabilities, topics, joined_seq, created_at, deleted_at)
        VALUES (1, 1, 'ada', 'Ada', 'llm', 'lead', '[]', '[]', 1, {{time}}, NULL),
               (2, 1, 'bob', 'Bob', 'llm', NULL, '[]', '[]', 2, {{time}}, {{time}}),
               (3, 1, 'bob', 'Bob', 'llm', NULL, '[]', '[]', 3, {{time}}, NULL),
               (4, 1, 'cyd', 'Cyd', 'llm', 'tester', '[]', '[]', 4, {{time}}, NULL),
               (5, 2, 'ada', 'Ada', 'llm', NULL, '[]', '[]', 1, {{time}}, NULL);
        INSERT INTO squads (number, project, squad_id, name, created_at)
        VALUES (1, 1, 'alpha', 'The "A" team ü', {{time}}), (2, 1, 'empty', 'Empty', {{time}}), (3, 2, 'alpha', 'Other', {{time}});
        INSERT INTO memberships (squad, agent, position, role, specialization)
        VALUES (1, 4, 0, NULL, 'sql'), (1, 2, 1, 'gone', NULL), (1, 1, 2, 'reviewer "in chief"', NULL), (3, 5, 0, NULL, NULL);
        """;

    [Fact]
    public void On_SQLite()
    {
        var folder = Directory.CreateTempSubdirectory("parley-migration-");
        try
        {
            using var connection = SqliteConnection.Open(Path.Combine(folder.FullName, "parley.db"), readOnly: false);
            foreach (var script in Migrations.Scripts("Sqlite", upTo: 7))
                connection.Execute(script);
            connection.Execute($"PRAGMA user_version = 7; {Before("1769090212551")}");

            SqliteMigrator.Migrate(connection, "parley.db");

            var squads = new List<(EntityRow Row, string Told)>();
            var rows = connection.Prepare(
                """
                SELECT e.project, e.name, e.place & 0xFFFFFFFFFF, e.id_bits, e.made_at, e.changed & 0xFFFFFFFFFF, e.changed_at, e.body, CAST(l.body AS TEXT)
                FROM entities e JOIN log l ON l.place = e.changed AND l.subject = e.place AND l.stamp = e.changed_at AND l.kind = 9 AND l.audience = 3
                ORDER BY e.place
                """);
            while (rows.Step())
                squads.Add((Row(rows.Int32(0), rows.Text(1)!, rows.Int64(2), rows.Int64(3), rows.Int64(4), rows.Int64(5), rows.Int64(6), rows.Text(7)!), rows.Text(8)!));
            AssertMoved(squads);
            Assert.Equal(8, connection.Prepare("SELECT next_seq FROM projects WHERE number = 1").Scalar());
            Assert.Equal(3, connection.Prepare("SELECT count(*) FROM squad_members").Scalar());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task On_PostgreSQL()
    {
        await using var database = await databases.CreateEmptyAsync();
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        foreach (var script in Migrations.Scripts("Postgres", upTo: 10))
            await Migrations.RunAsync(connection, script);
        await Migrations.RunAsync(connection, $"CREATE TABLE parley_schema (version int NOT NULL); INSERT INTO parley_schema VALUES (10); {Before($"'{Created}'")}");

        PostgresMigrator.Migrate(connection);

        var squads = new List<(EntityRow Row, string Told)>();
        await using (var command = new NpgsqlCommand(
            """
            SELECT e.project, e.name, e.place & 1099511627775, e.id_bits, e.made_at, e.changed & 1099511627775, e.changed_at, e.body, l.body
            FROM entities e JOIN log l ON l.place = e.changed AND l.subject = e.place AND l.stamp = e.changed_at AND l.kind = 9 AND l.audience = 3
            WHERE e.revision IS NOT NULL ORDER BY e.place
            """, connection))
        {
            await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await rows.ReadAsync(TestContext.Current.CancellationToken))
                squads.Add((Row(rows.GetInt32(0), rows.GetString(1), rows.GetInt64(2), rows.GetInt64(3), rows.GetInt64(4), rows.GetInt64(5), rows.GetInt64(6), rows.GetString(7)), rows.GetString(8)));
        }

        AssertMoved(squads);
        await using var next = new NpgsqlCommand("SELECT (SELECT next_seq FROM projects WHERE number = 1) * 100 + (SELECT count(*) FROM squad_members)", connection);
        Assert.Equal(803L, await next.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    private static EntityRow Row(int project, string name, long made, long bits, long madeAt, long changed, long changedAt, string body) => new()
    {
        Project = project,
        Kind = SquadsConcept.Kind.Number,
        Name = name,
        Made = made,
        IdBits = bits,
        MadeAt = madeAt,
        Changed = changed,
        ChangedAt = changedAt,
        Body = Encoding.UTF8.GetBytes(body),
    };

    private static void AssertMoved(IReadOnlyList<(EntityRow Row, string Told)> moved)
    {
        Assert.Equal([(1, "alpha", 6L, 6L), (1, "empty", 7L, 7L), (2, "alpha", 1L, 1L)], moved.Select(one => (one.Row.Project, one.Row.Name!, one.Row.Made, one.Row.Changed)));
        // The log's clock does not go back, and what was made later than its last entry is not older than itself.
        Assert.Equal([1_769_090_219_000, 1_769_090_219_000, 1_769_090_212_551], moved.Select(one => one.Row.ChangedAt));
        Assert.All(moved, one => Assert.InRange(one.Row.IdBits, 0, (long)EntryId.RandomMask));

        var squads = moved.Select(one => System.Text.Json.JsonSerializer.Deserialize(EntityJson.Whole(SquadsConcept.Kind.Fields, one.Row), WireJson.Strict.Squad)!).ToList();
        Assert.Equal([("alpha", "The \"A\" team ü"), ("empty", "Empty"), ("alpha", "Other")], squads.Select(squad => (squad.SquadId, squad.Name)));
        Assert.All(squads, squad => Assert.Equal(DateTimeOffset.Parse(Created, System.Globalization.CultureInfo.InvariantCulture), squad.CreatedAt));
        SquadMember[] members = [new() { AgentId = "cyd", Specialization = "sql" }, new() { AgentId = "ada", Role = "reviewer \"in chief\"" }];
        Assert.Equal(members, squads[0].Members);
        Assert.Empty(squads[1].Members);
        Assert.Equal(["ada"], squads[2].Members.Select(member => member.AgentId));

        // Told as the server tells its changes, byte by byte.
        Assert.All(moved, one => Assert.Equal(Encoding.UTF8.GetString(EntityJson.Whole(SquadsConcept.Kind.Fields, one.Row)), one.Told));
    }
}
