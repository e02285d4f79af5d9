using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Handing over to connections, their end, and the server's: what a lease in memory means.</summary>
public abstract partial class MessageStoreConformance
{
    [Fact]
    public async Task A_connection_gets_what_it_claims_in_queue_order()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Note("2"), Note("1", Priority.High), Note("3"));
        var holder = new TestHolder(10);

        var claimed = await store.ClaimAsync("bob", holder: holder);

        Assert.Equal(["1", "2", "3"], ContentsOf(holder.Delivered));
        Assert.Equal(claimed.Select(delivery => delivery.LeaseId), holder.Delivered.Select(delivery => delivery.LeaseId));
    }

    [Fact]
    public async Task A_message_for_a_connected_agent_is_handed_over_with_its_lease_in_the_same_step()
    {
        await using var store = await OpenAsync();
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 1);

        var sent = await store.StoreAsync(Note());

        Assert.Equal(RecipientResult.Pushed, Assert.Single(sent.Recipients).Result);
        var delivered = Assert.Single(holder.Delivered);
        Assert.Equal((sent.Seq, 1), (delivered.Seq, delivered.Attempt));
        Assert.Equal(DeliveryState.Leased, (await store.DeliveryAsync(sent.Seq, "bob")).State);
        Assert.Empty(await store.ClaimAsync("bob"));
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", delivered));
        Assert.Equal(0, holder.Out);
    }

    [Fact]
    public async Task Nothing_bypasses_a_queue()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note("first"));
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 10);

        var outcomes = await store.SendAllAsync(Note("second"), Note("third", Priority.Critical));

        Assert.All(outcomes, outcome => Assert.Equal(RecipientResult.Queued, Assert.Single(outcome.Recipients).Result));
        Assert.Empty(holder.Delivered);
        Assert.Equal(["third", "first", "second"], ContentsOf(await store.ClaimAsync("bob", holder: holder)));
        Assert.Equal(RecipientResult.Pushed, Assert.Single((await store.StoreAsync(Note())).Recipients).Result);
    }

    [Fact]
    public async Task A_delivery_without_room_is_queued_and_its_agent_is_woken()
    {
        await using var store = await OpenAsync();
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 2);

        var outcomes = await store.SendAllAsync(Enumerable.Range(0, 4).Select(i => Note($"{i}")));

        Assert.Equal(["0", "1"], ContentsOf(holder.Delivered));
        Assert.Equal(
            [RecipientResult.Pushed, RecipientResult.Pushed, RecipientResult.Queued, RecipientResult.Queued],
            outcomes.Select(outcome => Assert.Single(outcome.Recipients).Result));
        Assert.Contains(store.Agent("bob").Number, store.Handover.TakeWoken());
        Assert.Equal(["2", "3"], ContentsOf(await store.ClaimAsync("bob")));
    }

    [Fact]
    public async Task Nothing_is_handed_to_a_paused_agent()
    {
        await using var store = await OpenAsync();
        var bob = store.Agent("bob");
        bob.Record = bob.Record with { Pause = new Pause() };
        var holder = store.Handover.Connect(bob.Number, room: 1);

        await store.StoreAsync(Note());

        Assert.Empty(holder.Delivered);
        Assert.Equal(1, (await store.CountsAsync("bob")).Queued);
    }

    [Fact]
    public async Task When_a_connection_ends_its_deliveries_are_requeued_at_their_rank_without_counting_an_attempt()
    {
        await using var store = await OpenAsync();
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 2);
        await store.SendAllAsync(Enumerable.Range(0, 3).Select(i => Note($"{i}")));
        store.Handover.Disconnect(store.Agent("bob").Number);
        store.Handover.TakeWoken();

        await store.ReleaseAsync("bob", holder);

        Assert.Equal([store.Agent("bob").Number], store.Handover.TakeWoken());
        var claimed = await store.ClaimAsync("bob");
        Assert.Equal(["0", "1", "2"], ContentsOf(claimed));
        Assert.All(claimed, delivery => Assert.Equal(1, delivery.Attempt));
        Assert.Equal(Settlement.LeaseLost, await store.AckAsync("bob", holder.Delivered[0]));
    }

    [Fact]
    public async Task The_end_of_one_connection_takes_nothing_from_another()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Note("1"), Note("2"), Note("3"));
        var (one, other) = (new TestHolder(1), new TestHolder(1));
        await store.ClaimOneAsync("bob", holder: one);
        var kept = await store.ClaimOneAsync("bob", holder: other);
        var durable = await store.ClaimOneAsync("bob");

        await store.ReleaseAsync("bob", one);

        Assert.Equal(["1"], ContentsOf(await store.ClaimAsync("bob")));
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", kept));
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", durable));
    }

    [Fact]
    public async Task A_delivery_chosen_by_capability_moves_while_nobody_holds_it()
    {
        await using var store = await OpenAsync(new ProjectSettings { RetryDelaySeconds = 60 });
        var sent = await store.StoreAsync(Note() with { Capability = "review" });
        var claimed = await store.ClaimOneAsync("bob");
        var delivery = Assert.Single(await store.Deliveries.MovableAsync(store.Agent("bob").Number, refusedOnly: false, Cancel));
        Assert.Equal("review", delivery.Capability);
        Assert.Empty(await store.Deliveries.MovableAsync(store.Agent("bob").Number, refusedOnly: true, Cancel));
        Assert.False(await store.Deliveries.MoveAsync(delivery.Delivery, store.Agent("bob").Number, store.Agent("cyd").Number, Cancel));

        await store.NackAsync("bob", claimed);
        Assert.Single(await store.Deliveries.MovableAsync(store.Agent("bob").Number, refusedOnly: true, Cancel));
        Assert.True(await store.Deliveries.MoveAsync(delivery.Delivery, store.Agent("bob").Number, store.Agent("cyd").Number, Cancel));
        Assert.False(await store.Deliveries.MoveAsync(delivery.Delivery, store.Agent("bob").Number, store.Agent("dan").Number, Cancel));

        // At once, with the failure counted, and those who had it are remembered.
        var moved = await store.ClaimOneAsync("cyd");
        Assert.Equal((sent.Seq, 2), (moved.Seq, moved.Attempt));
        Assert.Empty(await store.ClaimAsync("bob"));
        Assert.Equal([store.Agent("bob").Number], Assert.Single(await store.Deliveries.MovableAsync(store.Agent("cyd").Number, false, Cancel)).Tried);
        await store.NackAsync("cyd", moved);
        Assert.True(await store.Deliveries.MoveAsync(delivery.Delivery, store.Agent("cyd").Number, store.Agent("dan").Number, Cancel));
        Assert.Equal(
            [store.Agent("bob").Number, store.Agent("cyd").Number],
            Assert.Single(await store.Deliveries.MovableAsync(store.Agent("dan").Number, false, Cancel)).Tried);
    }

    [Fact]
    public async Task Stages_of_a_delivery_are_reported_after_they_are_on_disk()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note());
        await store.NackAsync("bob", await store.ClaimOneAsync("bob", holder: new TestHolder(1)), TimeSpan.Zero);
        await store.AckAsync("bob", await store.ClaimOneAsync("bob", holder: new TestHolder(1)));

        Assert.Equal(
            [(DeliveryState.Queued, 1), (DeliveryState.Leased, 1), (DeliveryState.Queued, 2), (DeliveryState.Leased, 2), (DeliveryState.Acknowledged, 2)],
            store.Handover.Receipts.Select(receipt => (receipt.State, receipt.Attempt)));
    }

    [Fact]
    public async Task After_a_restart_connections_leases_are_queued_again_and_others_stay_until_they_lapse()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Note("durable"), Note("held"), Note("queued"));
        var durable = await store.ClaimOneAsync("bob");
        var held = await store.ClaimOneAsync("bob", holder: new TestHolder(1));

        await store.ReopenAsync();

        Assert.Equal((2, 1), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight) : default);
        Assert.Equal(Settlement.LeaseLost, await store.AckAsync("bob", held));
        var claimed = await store.ClaimAsync("bob");
        Assert.Equal(["held", "queued"], ContentsOf(claimed));
        Assert.Equal(1, claimed[0].Attempt);
        Assert.Equal(Settlement.LeaseLost, await store.AckAsync("bob", held));
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", durable));
    }

    [Fact]
    public async Task A_durable_lease_lapses_after_a_restart_too()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note());
        var claimed = await store.ClaimOneAsync("bob");
        await store.ReopenAsync();

        await store.PassAsync(Lease);
        await store.PassAsync(store.Settings.RetryDelay);

        Assert.Equal(2, (await store.ClaimOneAsync("bob")).Attempt);
        Assert.Equal(Settlement.LeaseLost, await store.AckAsync("bob", claimed));
    }

    [Fact]
    public async Task After_a_restart_everything_confirmed_is_there_once_and_seq_continues()
    {
        await using var store = await OpenAsync(new ProjectSettings { MaxAttempts = 1, MailboxLimit = 1_000 });
        await store.StoreAsync(Note("dies"));
        await store.KillAsync("bob");
        var sent = await store.SendAllAsync(Enumerable.Range(0, 300).Select(i => Note($"{i}") with { Key = $"key-{i}" }));
        foreach (var delivery in await store.ClaimAsync("bob", max: 100))
            await store.AckAsync("bob", delivery);
        var before = (await store.EntriesAsync()).Select(entry => (entry.Seq, entry.Kind, Convert.ToHexString(entry.Json))).ToList();

        await store.ReopenAsync();

        Assert.Equal(before, (await store.EntriesAsync()).Select(entry => (entry.Seq, entry.Kind, Convert.ToHexString(entry.Json))));
        Assert.Equal(Enumerable.Range(100, 200).Select(i => $"{i}"), ContentsOf(await store.ClaimAsync("bob", max: 1_000)));
        Assert.Equal(1, (await store.CountsAsync("bob")).Dead);
        Assert.Equal((SendResult.Duplicate, sent[7].Seq), (await store.SendAsync(Note("7") with { Key = "key-7" })) is var again ? (again.Result, again.Seq) : default);
        Assert.Equal(before[^1].Seq + 1, (await store.StoreAsync(Note())).Seq);
    }
}
