using Npgsql;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Statistics;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Statistics;

/// <summary>Retention takes nothing from the log that has not been counted.</summary>
public abstract class PrunedCountsTests(StorageUnderTest storage)
{
    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_nobody_has_counted_yet_is_counted_before_it_is_pruned()
    {
        await using var store = await storage.OpenAsync();
        var old = await store.StoreAsync(new Letter("ada", "bob"));
        await store.AckAsync("bob", await store.ClaimOneAsync("bob"));
        store.Clock.Advance(TimeSpan.FromDays(40));

        await PruneAsync(store);

        Assert.Null(store.Project.Log.Find(old.Seq));
        Assert.Equal((1, 1), await CountedAsync(store));
    }

    [Fact]
    public async Task What_was_counted_as_open_and_acknowledged_since_is_counted_by_whoever_prunes_it()
    {
        await using var store = await storage.OpenAsync();
        await store.StoreAsync(new Letter("ada", "bob"));
        await store.StoreAsync(new Letter("ada", "cyd"));
        await CatchUpAsync(store);
        await store.AckAsync("bob", await store.ClaimOneAsync("bob"));

        // As if it was acknowledged just after the last look.
        Assert.False(await store.Messages.PruneAsync(store.Project.Number, long.MaxValue, Cancel));

        Assert.Equal((2, 1), await CountedAsync(store));
        await CatchUpAsync(store);
        Assert.Equal((2, 1), await CountedAsync(store));
    }

    private protected static async Task CatchUpAsync(StoreScope store)
    {
        while (await store.Service<ICountStore>().CatchUpAsync(store.Project.Number, Cancel))
        {
        }
    }

    private static async Task PruneAsync(StoreScope store)
    {
        var projects = store.Service<ProjectDirectory>();
        var follower = new CountFollower(store.Service<ICountStore>(), projects, store.Clock);
        await new LogPruner(store.Messages, store.Index, store.Log, [follower], projects, store.Clock).RunAsync(Cancel);
    }

    private protected static async Task<(long Deliveries, long Acknowledged)> CountedAsync(StoreScope store)
    {
        var rows = await store.Service<ICountStore>().AskAsync(
            store.Project.Number, CountQuestion.DeliveriesByType, [new CountRange(CountRange.Day, 0, long.MaxValue / 2)], Cancel);
        return (rows.Sum(row => row.Numbers[0]), rows.Sum(row => row.Numbers[1]));
    }
}

public sealed class SqlitePrunedCountsTests() : PrunedCountsTests(new OnSqlite());

public sealed class PostgresPrunedCountsTests(PostgresDatabases databases) : PrunedCountsTests(new OnPostgres(databases))
{
    private readonly PostgresDatabases _databases = databases;

    [Fact]
    public async Task What_one_node_counts_while_another_prunes_it_is_counted_once()
    {
        await using var store = await PostgresStoreScope.OpenAsync(_databases);
        await store.StoreAsync(new Letter("ada", "bob"));
        await CatchUpAsync(store);
        await store.AckAsync("bob", await store.ClaimOneAsync("bob"));
        // Whoever counts has seen that it is acknowledged, and waits to store the sums.
        await using var connection = new NpgsqlConnection(store.ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var halt = await connection.BeginTransactionAsync(Cancel);
        await using (var command = new NpgsqlCommand("LOCK TABLE delivery_counts IN SHARE MODE", connection, halt))
            await command.ExecuteNonQueryAsync(Cancel);
        var counting = CatchUpAsync(store);
        await WaitingAsync(1);
        var pruning = store.Messages.PruneAsync(store.Project.Number, long.MaxValue, Cancel);
        await WaitingAsync(2);

        await halt.RollbackAsync(Cancel);
        await counting;
        await pruning;

        Assert.Equal((1, 1), await CountedAsync(store));

        Task WaitingAsync(int sessions) => Polling.UntilAsync(() => $"{sessions} sessions that wait for a lock", async () => (long)(await store.ExecuteAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))! == sessions);
    }
}
