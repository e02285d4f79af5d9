using Parley.Protocol;
using Parley.Server.Connections.Relay;
using Parley.Server.Mailboxes;
using Parley.Server.Monitoring;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>What every <see cref="IStatsStore"/>, <see cref="IAvailabilityStore"/> and <see cref="IRelayStore"/> promises.</summary>
public abstract class StatsStoreConformance(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Totals_follow_what_happens_to_messages()
    {
        await using var store = await storage.OpenAsync();
        var stats = store.Service<IStatsStore>();
        await store.SendAllAsync(new Letter("ada", "bob"), new Letter("ada", "bob", "cyd"), new Letter("bob", "cyd"));
        await store.AckAsync("bob", await store.ClaimOneAsync("bob"));
        await store.KillAsync("cyd");

        var totals = await stats.TotalsAsync(store.Project.Number, Cancel);

        Assert.Equal((3, 1, 1), (totals.Sent, totals.Acknowledged, totals.Dead));
        Assert.Equal(3, (await stats.SentAsync(Cancel))[store.Project.Number]);
        Assert.Equal(new MessageStats(), await stats.TotalsAsync(4711, Cancel));
    }

    [Fact]
    public async Task Time_in_which_the_server_was_ready_adds_up_since_the_first_start()
    {
        await using var store = await storage.OpenAsync();
        var first = store.Clock.GetUtcNow();
        Assert.Equal((first, TimeSpan.Zero), await store.Service<IAvailabilityStore>().AddReadyAsync(TimeSpan.Zero, first, Cancel));
        await store.Service<IAvailabilityStore>().AddReadyAsync(TimeSpan.FromSeconds(10), first.AddSeconds(10), Cancel);

        await store.ReopenAsync();

        Assert.Equal((first, TimeSpan.FromSeconds(15)), await store.Service<IAvailabilityStore>().AddReadyAsync(TimeSpan.FromSeconds(5), first.AddDays(1), Cancel));
    }

    [Fact]
    public async Task A_relays_place_moves_forward_only_and_outlives_a_restart()
    {
        await using var store = await storage.OpenAsync();
        var bob = store.Agent("bob").Number;
        Assert.Null(await store.Service<IRelayStore>().PlaceAsync(bob, Cancel));

        await store.Service<IRelayStore>().MoveAsync(store.Project.Number, bob, 7, Cancel);
        await store.Service<IRelayStore>().MoveAsync(store.Project.Number, bob, 3, Cancel);
        await store.ReopenAsync();

        Assert.Equal(7, await store.Service<IRelayStore>().PlaceAsync(bob, Cancel));
        Assert.Null(await store.Service<IRelayStore>().PlaceAsync(store.Agent("ada").Number, Cancel));
    }

    [Fact]
    public async Task Broadcasts_up_to_the_place_are_acknowledged_unless_somebody_holds_them()
    {
        await using var store = await storage.OpenAsync();
        var bob = store.Agent("bob").Number;
        var held = await store.StoreAsync(Letter.ToAll("ada"));
        var claimed = await store.ClaimOneAsync("bob");
        var heard = await store.StoreAsync(Letter.ToAll("ada"));
        var named = await store.StoreAsync(new Letter("ada", "bob"));
        var later = await store.StoreAsync(Letter.ToAll("ada"));

        await store.Service<IRelayStore>().MoveAsync(store.Project.Number, bob, named.Seq, Cancel);

        Assert.Equal([named.Seq, later.Seq], await store.QueueAsync("bob"));
        Assert.Equal((2, 1), ((await store.CountsAsync("bob")).Queued, (await store.CountsAsync("bob")).InFlight));
        Assert.Equal([held.Seq, heard.Seq, later.Seq], await store.QueueAsync("cyd"));
        var row = (await store.DeliveryHistory.DeliveriesAsync(store.Project.Number, heard.Seq, Cancel)).Single(delivery => delivery.Agent == bob);
        Assert.Equal((DeliveryState.Acknowledged, store.Clock.GetUtcNow().ToUnixTimeMilliseconds()), (row.State, row.AcknowledgedAt!.Value));
        Assert.Equal(3, (await store.CountsAsync("cyd")).Queued);
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", claimed));
    }
}

public sealed class SqliteStatsStoreTests() : StatsStoreConformance(new OnSqlite());

public sealed class PostgresStatsStoreTests(PostgresDatabases databases) : StatsStoreConformance(new OnPostgres(databases));
