using Parley.Server.Entities;
using Parley.Server.Storage;
using Parley.Server.Storage.Postgres;
using Parley.Server.Storage.Sql;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>How many rows PostgreSQL looks at, counted by itself, where its statistics are of another time: the plan must not follow them.</summary>
public sealed class PostgresPlansTests(PostgresDatabases databases)
{
    private const int Messages = 2_000;
    private const int Page = 128;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("deliveries")]
    [InlineData("log")]
    public async Task A_claim_reads_only_what_it_takes(string table)
    {
        await using var store = await FillAsync();
        var (project, agent) = (store.Project.Number, store.Agent("bob").Number);

        var (claimed, looked) = await store.Database.Writer.WriteAsync(
            async transaction => (
                await transaction.ScalarAsync("SELECT count(*) FROM parley_claim_2(0, NULL, $1, $2, $3, 1000000000, 30000, NULL)", project, agent, Page),
                await transaction.ScalarAsync(Looked, table)),
            Cancel);

        Assert.Equal((long)Page, claimed);
        Assert.InRange((long)looked!, Page, 4 * Page);
    }

    [Fact]
    public async Task A_page_of_the_log_reads_only_the_page()
    {
        await using var store = await FillAsync();
        var project = store.Project.Number;

        var (rows, looked) = await store.Database.ReadAsync(
            async (connection, cancel) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancel);
                var page = await connection.Ask(
                        "SELECT l.place, l.body FROM log l WHERE l.place > $1 AND l.place <= $2 ORDER BY l.place LIMIT $3", LogKey.First(project), LogKey.Last(project), Page)
                    .ListAsync(row => row.GetInt64(0), cancel);
                return (page.Count, await connection.Ask(Looked, "log").ValueAsync<long>(cancel));
            },
            Cancel);

        Assert.Equal(Page, rows);
        Assert.InRange(looked!.Value, Page, 2 * Page);
    }

    [Theory]
    [InlineData(CountSql.Sent, "log")]
    [InlineData(CountSql.Ends, "log")]
    [InlineData(CountSql.Received, "deliveries")]
    [InlineData(CountSql.Acknowledged, "deliveries")]
    [InlineData(CountSql.SentInExecutions, "log")]
    public async Task Counting_reads_only_what_is_new(string sql, string table)
    {
        await using var store = await FillAsync();
        var project = store.Project.Number;
        var head = (await store.EntriesAsync())[^1].Seq;

        var looked = await store.Database.ReadAsync(
            async (connection, cancel) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancel);
                // What the connection did before counts too.
                var before = await connection.Ask(Looked, table).ValueAsync<long>(cancel);
                _ = await connection.Ask(sql, LogKey.Of(project, head - Page), LogKey.Of(project, head)).ListAsync(_ => 0, cancel);
                return await connection.Ask(Looked, table).ValueAsync<long>(cancel) - before;
            },
            Cancel);

        Assert.InRange(looked!.Value, Page, 4 * Page);
    }

    [Theory]
    [InlineData("newest", Page)]
    [InlineData("one mark", Page)]
    [InlineData("two marks", Page)]
    [InlineData("prefix", Page)]
    [InlineData("due", Page)]
    [InlineData("count", Page)]
    [InlineData("name", 1)]
    [InlineData("place", 1)]
    public async Task Queries_for_entities_read_only_what_they_return(string question, int most)
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);
        var project = store.Project.Number;
        var first = LogKey.First(project) + 1_000_000;
        _ = await store.Database.Writer.WriteAsync(async transaction => await transaction.ScalarAsync(FillThings, first, project, Messages), Cancel);
        var (sql, values) = Ask(question, project, first);

        var looked = await store.Database.ReadAsync(
            async (connection, cancel) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancel);
                _ = await connection.Ask(sql, [.. values]).ListAsync(_ => 0, cancel);
                return await connection.Ask(Looked, "entities").ValueAsync<long>(cancel) + await connection.Ask(Looked, "entity_marks").ValueAsync<long>(cancel);
            },
            Cancel);

        Assert.InRange(looked!.Value, most, 6 * most);
    }

    /// <summary>$1: the first place, $2: project, $3: how many.</summary>
    private const string FillThings =
        """
        WITH things AS (
            INSERT INTO entities (place, changed, made_at, changed_at, id_bits, due, project, maker, kind, is_over, name, body)
            SELECT $1 + i, $1 + i, i, i, 1, i, $2, 0, 20, 0, 'k/' || lpad(i::text, 8, '0'), '{}' FROM generate_series(1, $3) i RETURNING place),
        marks AS (
            INSERT INTO entity_marks (place, mark)
            SELECT t.place, m FROM things t, unnest(ARRAY['20/status=pending', '20/agent=be-1']) m RETURNING 1)
        SELECT count(*) FROM marks
        """;

    private static (string Sql, IReadOnlyList<object> Values) Ask(string question, int project, long first)
    {
        var all = new EntityQuery(project, 20, Page);
        return question switch
        {
            "newest" => EntitySql.List(all),
            "one mark" => EntitySql.List(all with { Marks = ["status=pending"], OldestFirst = true }),
            "two marks" => EntitySql.List(all with { Marks = ["agent=be-1", "status=pending"] }),
            "prefix" => EntitySql.List(all with { Prefix = "k/", AfterName = "k/00000500" }),
            "due" => (EntitySql.Due, [(short)20, long.MaxValue, 0L, 0L, Page]),
            "count" => (EntitySql.Count, ["20/status=pending", LogKey.First(project), LogKey.Below(project, long.MaxValue), Page]),
            "name" => (EntitySql.ByName, [project, (short)20, "k/00000500"]),
            _ => (EntitySql.ByPlace, [first + 500, (short)20]),
        };
    }

    [Fact]
    public async Task No_statement_is_compiled_to_machine_code()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);

        var reading = await store.Database.ReadAsync(
            (connection, cancel) => connection.Ask("SELECT current_setting('jit')").ListAsync(row => row.GetString(0), cancel), Cancel);
        var writing = await store.Database.Writer.WriteAsync(async transaction => await transaction.ScalarAsync("SELECT current_setting('jit')"), Cancel);

        Assert.Equal(["off"], reading);
        Assert.Equal("off", writing);
    }

    private const string Looked = "SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables WHERE relname = $1";

    /// <summary>Tables that are full, and known to be empty.</summary>
    private async Task<PostgresStoreScope> FillAsync()
    {
        var store = await PostgresStoreScope.OpenAsync(databases);
        await store.SendAllAsync(Enumerable.Range(0, Messages).Select(i => new Letter("ada", "bob") { Content = $"{i}" }));
        _ = await store.Database.Writer.WriteAsync(
            async transaction => await transaction.ScalarAsync("UPDATE pg_class SET reltuples = 1 WHERE relname IN ('log', 'deliveries') RETURNING 1"), Cancel);
        return store;
    }
}
