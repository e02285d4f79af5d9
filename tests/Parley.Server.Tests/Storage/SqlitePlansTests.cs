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
    public async Task Counting_looks_at_what_is_new(string sql)
    {
        await using var store = await SqliteStoreScope.OpenAsync();

        var plan = await store.Database.Readers.ReadAsync(
            connection =>
            {
                var steps = new List<string>();
                var rows = connection.Prepare($"EXPLAIN QUERY PLAN {sql}");
                while (rows.Step())
                    steps.Add(rows.Text(3)!);
                return steps;
            },
            Cancel);

        Assert.Contains(plan, step => step.StartsWith("SEARCH ", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN ", StringComparison.Ordinal) && !step.StartsWith("SCAN u", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.Contains("AUTOMATIC", StringComparison.Ordinal));
    }
}
