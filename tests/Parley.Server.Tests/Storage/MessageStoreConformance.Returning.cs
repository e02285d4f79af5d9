using Parley.Server.Mailboxes;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>What was claimed for somebody who has gone.</summary>
public abstract partial class MessageStoreConformance
{
    [Fact]
    public async Task A_claim_that_did_not_reach_its_caller_is_requeued_at_its_rank_without_counting_an_attempt()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Note("first"), Note("second"), Note("third"));
        var claimed = await store.ClaimAsync("bob", max: 2);

        await store.Deliveries.ReturnAsync(store.Project.Number, claimed, Cancel);

        Assert.Equal((3, 0), await store.CountsAsync("bob") is var counts ? (counts.Queued, counts.InFlight) : default);
        Assert.Equal([("first", 1), ("second", 1), ("third", 1)], (await store.ClaimAsync("bob")).Select(delivery => (ContentOf(delivery), delivery.Attempt)));
        Assert.Equal(Settlement.LeaseLost, await store.AckAsync("bob", claimed[0]));
    }

    [Fact]
    public async Task Deliveries_settled_or_leased_again_in_the_meantime_are_not_given_back()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Note("settled"), Note("anew"), Note("held"));
        var claimed = await store.ClaimAsync("bob", max: 2);
        await store.AckAsync("bob", claimed[0]);
        await store.PassAsync(Lease);
        await store.PassAsync(store.Settings.RetryDelay);
        var anew = await store.ClaimOneAsync("bob");
        Assert.Equal(claimed[1].Delivery, anew.Delivery);

        await store.Deliveries.ReturnAsync(store.Project.Number, claimed, Cancel);

        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", anew));
        Assert.Equal(["held"], ContentsOf(await store.ClaimAsync("bob")));
    }

    [Fact]
    public async Task A_delivery_that_comes_back_after_its_message_was_deleted_is_withdrawn()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());
        var claimed = await store.ClaimAsync("bob");
        await store.Messages.DeleteAsync(store.Project.Number, sent.Seq, Cancel);

        await store.Deliveries.ReturnAsync(store.Project.Number, claimed, Cancel);

        Assert.Empty(await store.ClaimAsync("bob"));
        Assert.Equal(Parley.Protocol.DeliveryState.Withdrawn, (await store.DeliveryAsync(sent.Seq, "bob")).State);
    }
}
