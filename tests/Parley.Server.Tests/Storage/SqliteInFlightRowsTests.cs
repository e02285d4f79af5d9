using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Storage;
using Parley.Server.Storage.Sqlite;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>What went to a connection past the queue has no entry there: how it comes back, whatever happens meanwhile.</summary>
public sealed class SqliteHandedDeliveriesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_handed_over_delivery_enters_the_queue_only_when_it_is_given_back()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 2);

        await store.SendAllAsync(new Letter("ada", "bob"), new Letter("ada", "bob"));
        await store.AckAsync("bob", holder.Delivered[0]);
        Assert.Equal(0, await QueuedAsync(store));

        await store.ReleaseAsync("bob", holder);
        Assert.Equal(1, await QueuedAsync(store));
        Assert.Equal([2], (await store.ClaimAsync("bob")).Select(delivery => delivery.Seq));
    }

    [Fact]
    public async Task Deliveries_that_were_held_when_the_server_ended_wait_at_the_next_start()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        store.Handover.Connect(store.Agent("bob").Number, room: 2);
        await store.SendAllAsync(new Letter("ada", "bob"), new Letter("ada", "bob"), new Letter("ada", "bob"));

        await store.ReopenAsync();

        Assert.Equal(3, (await store.CountsAsync("bob")).Queued);
        Assert.Equal([1, 2, 3], (await store.ClaimAsync("bob")).Select(delivery => delivery.Seq));
    }

    [Fact]
    public async Task A_dead_letter_that_had_been_handed_over_waits_when_it_is_requeued()
    {
        await using var store = await SqliteStoreScope.OpenAsync(new ProjectSettings { MaxAttempts = 1 });
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 1);
        await store.StoreAsync(new Letter("ada", "bob"));
        await store.NackAsync("bob", holder.Delivered[0]);

        Assert.Single(await store.Deliveries.RequeueAsync(new DeadLetterSelection(store.Project.Number), Cancel));

        Assert.Equal([1], (await store.ClaimAsync("bob")).Select(delivery => delivery.Seq));
    }

    [Fact]
    public async Task A_dead_connections_deliveries_are_queued_once_the_disk_accepts_writes()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 2);
        await store.SendAllAsync(new Letter("ada", "bob"), new Letter("ada", "bob"));
        store.Handover.Disconnect(store.Agent("bob").Number);
        store.Fault.IsOn = true;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.ReleaseAsync("bob", holder).AsTask());
        store.Fault.IsOn = false;
        store.Handover.TakeWoken();

        await store.RescueAsync();

        Assert.Equal([store.Agent("bob").Number], store.Handover.TakeWoken());
        Assert.Equal(2, (await store.CountsAsync("bob")).Queued);
        Assert.Equal([1, 2], (await store.ClaimAsync("bob")).Select(delivery => delivery.Seq));
    }

    [Fact]
    public async Task A_start_looks_only_after_the_place_up_to_which_nothing_is_held()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 1);
        await store.StoreAsync(new Letter("ada", "bob"));
        var handed = new InFlightRows(store.Service<MailboxLedger>());

        await store.Writer.WriteAsync(
            connection =>
            {
                handed.Advance(connection, next: 1_000_000);
                return true;
            },
            Cancel);

        Assert.Equal(950_000, await store.Writer.WriteAsync(connection => connection.Prepare("SELECT delivery FROM handed_since").Scalar(), Cancel));
        Assert.Equal(1, await QueuedAsync(store));
        Assert.Empty(await store.ClaimAsync("bob"));
        await store.ReopenAsync();
        Assert.Equal([1], (await store.ClaimAsync("bob")).Select(delivery => delivery.Seq));
    }

    [Fact]
    public async Task Deliveries_that_an_agent_holds_are_removed_with_it()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        store.Handover.Connect(store.Agent("bob").Number, room: 1);
        await store.StoreAsync(new Letter("ada", "bob"));

        await store.Deliveries.WithdrawAllAsync(store.Agent("bob").Number, Cancel);

        await store.ReopenAsync();
        Assert.Equal(DeliveryState.Withdrawn, (await store.DeliveryAsync(1, "bob")).State);
    }

    private static async Task<long?> QueuedAsync(SqliteStoreScope store) => await store.Writer.WriteAsync(
        connection => connection.Prepare("SELECT count(*) FROM deliveries INDEXED BY deliveries_queued WHERE state = 1 AND handed = 0").Scalar(), Cancel);
}
