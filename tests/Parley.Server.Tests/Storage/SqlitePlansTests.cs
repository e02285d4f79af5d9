using Parley.Server.Entities;
using Parley.Server.Storage.Sql;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>What SQLite says of how it goes about a statement: what runs every second must not go through a whole table.</summary>
public sealed class SqlitePlansTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CountSql.Sent)]
    [InlineData(CountSql.Ends)]
    [InlineData(CountSql.Received)]
    [InlineData(CountSql.Acknowledged)]
    [InlineData(CountSql.SentInExecutions)]
    [InlineData(CountSql.Open)]
    public async Task Counting_reads_only_what_is_new(string sql)
    {
        var plan = await PlanAsync(sql);

        Assert.Contains(plan, step => step.StartsWith("SEARCH ", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN ", StringComparison.Ordinal) && !step.StartsWith("SCAN u", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.Contains("AUTOMATIC", StringComparison.Ordinal));
    }

    public static TheoryData<string> OfThings { get; } =
    [
        EntitySql.ByName,
        EntitySql.ByPlace,
        EntitySql.Due,
        EntitySql.Count,
        EntitySql.History("l.place"),
        .. Lists.Select(query => EntitySql.List(query).Sql),
        "SELECT changed FROM entities WHERE place = ?1",
        "UPDATE entities SET changed = ?3 WHERE place = ?1 AND changed = ?2",
        "DELETE FROM entity_marks WHERE place = ?1 AND mark = ?2",
    ];

    private static IEnumerable<EntityQuery> Lists =>
    [
        new EntityQuery(1, 20, 50),
        new EntityQuery(1, 20, 50) { Below = 7 },
        new EntityQuery(1, 20, 50) { Marks = ["status=pending"], Above = 7, OldestFirst = true },
        new EntityQuery(1, 20, 50) { Marks = ["agent=be-1", "status=pending"], Below = 7 },
        new EntityQuery(1, 12, 50) { Prefix = "plan/" },
        new EntityQuery(1, 12, 50) { Prefix = "", AfterName = "plan/login" },
    ];

    /// <summary>A hundred thousand open tasks and a million keys: what is asked of them goes to what it wants, in the order in which it wants it.</summary>
    [Theory]
    [MemberData(nameof(OfThings))]
    public async Task Queries_for_entities_scan_and_sort_nothing(string sql)
    {
        var plan = await PlanAsync(sql);

        Assert.Contains(plan, step => step.StartsWith("SEARCH ", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN ", StringComparison.Ordinal) && step != "SCAN counted");
        Assert.DoesNotContain(plan, step => step.Contains("AUTOMATIC", StringComparison.Ordinal) || step.Contains("TEMP B-TREE", StringComparison.Ordinal));
        // By the mark, and not through all that a project has.
        Assert.All(plan.Where(step => step.StartsWith("SEARCH m ", StringComparison.Ordinal)), step => Assert.Contains("mark=?", step, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_statement_is_compiled_once_whatever_limit_it_is_given()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var recompiled = await store.Database.Readers.ReadAsync(
            connection =>
            {
                var rows = connection.Prepare("SELECT l.place FROM log l WHERE l.place > $1 ORDER BY l.place LIMIT $2");
                for (var limit = 1; limit <= 3; limit++)
                {
                    Assert.False(rows.Bind(1, 0).Bind(2, limit).Step());
                    rows.Reset();
                }

                return rows.TimesRecompiled;
            },
            Cancel);

        Assert.Equal(0, recompiled);
    }

    private static async Task<IReadOnlyList<string>> PlanAsync(string sql)
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        return await store.Database.Readers.ReadAsync(
            connection =>
            {
                var steps = new List<string>();
                var rows = connection.Prepare($"EXPLAIN QUERY PLAN {sql}");
                while (rows.Step())
                    steps.Add(rows.Text(3)!);
                return steps;
            },
            Cancel);
    }
}
