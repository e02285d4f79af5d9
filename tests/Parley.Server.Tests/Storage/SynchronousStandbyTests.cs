using Parley.Server.Messages;
using Parley.Server.Storage;
using Parley.Server.Tests.Harness;
using Parley.Tests.Postgres;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>A database whose synchronous standby is away for longer than anybody waits for an answer.</summary>
public sealed class SynchronousStandbyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_confirmed_before_the_standby_has_it_however_long_that_takes()
    {
        // Nobody is called so. What prepares the test does not wait for him.
        await using var cluster = await PostgresServer.StartAsync(fsync: false, "synchronous_standby_names = 'nobody'", "synchronous_commit = local");
        await using var store = await PostgresStoreScope.OpenAsync(
            new TestDatabase(cluster, await cluster.CreateDatabaseAsync()) { Patience = TimeSpan.FromSeconds(1) });
        var letter = new Letter("ada", "bob") { Key = "once" };

        await SetAsync("on");
        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.SendAsync(letter));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.SendAsync(letter));
        await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
            await store.Database.Writer.WriteAsync(transaction => transaction.RunAsync("UPDATE projects SET name = 'other'"), Cancel));

        await SetAsync("local");
        var outcome = await store.SendAsync(letter);
        // It was on the disk of the primary, which was not lost.
        Assert.Equal((SendResult.Duplicate, 1), (outcome.Result, outcome.Seq));

        async Task SetAsync(string setting)
        {
            await store.ExecuteAsync(
                $"SET synchronous_commit = local; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = {setting}', current_database()); END $$");
            // The lane connects anew, and says once that it was cut.
            await store.CutAsync();
            await Assert.ThrowsAsync<StorageUnavailableException>(() => store.SendAsync(new Letter("ada", "cyd")));
        }
    }
}
