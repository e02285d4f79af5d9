using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Messages that storms hold.</summary>
public abstract partial class MessageStoreConformance
{
    private const long Storm = 7;

    private static DateTimeOffset UntilReleased => DateTimeOffset.FromUnixTimeMilliseconds(StormEnd.Of(Storm));

    [Fact]
    public async Task A_held_message_is_kept_however_long_and_nobody_gets_it()
    {
        await using var store = await OpenAsync();
        var held = await store.StoreAsync(Note("held") with { DeliverAt = UntilReleased, TimeToLive = TimeSpan.FromSeconds(10) });
        Assert.Equal(RecipientResult.Held, Assert.Single(held.Recipients).Result);

        store.Clock.Advance(TimeSpan.FromDays(400));
        await store.Deliveries.RescueAsync(Cancel);
        await store.ReopenAsync();
        await store.Deliveries.ExpireAsync(Cancel);

        Assert.Empty(await store.ClaimAsync("bob"));
        var delivery = (await store.DeliveryAsync(held.Seq, "bob")).ToWire(store.Project, held.MessageId);
        Assert.Equal((DeliveryState.Held, null), (delivery.State, delivery.QueuedAt));
        Assert.Null(MessageJsonReader.Message((await store.Log.FindAsync(store.Project.Number, held.Seq, Cancel))!).ExpiresAt);
        Assert.Equal(0, (await store.CountsAsync("bob")).Queued);
    }

    [Fact]
    public async Task What_a_storm_holds_is_counted_listed_and_released_oldest_first_once_for_each_message()
    {
        await using var store = await OpenAsync();
        var held = store.Service<IHeldMessages>();
        var first = await store.StoreAsync(new Letter("ada", "bob", "cyd") { Content = "to two", DeliverAt = UntilReleased, TimeToLive = TimeSpan.FromMinutes(1) });
        var other = await store.StoreAsync(Note("of another storm") with { DeliverAt = UntilReleased.AddMilliseconds(1) });
        var second = await store.StoreAsync(Note("later") with { DeliverAt = UntilReleased });
        await store.StoreAsync(Note("scheduled") with { DeliverAt = store.Clock.GetUtcNow().AddDays(10) });

        Assert.Equal([(Storm, 2), (Storm + 1, 1)], (await held.HeldCountsAsync(Cancel)).Select(count => (count.Storm, count.Messages)));
        Assert.Equal(2, await held.HeldCountAsync(store.Project.Number, Storm, Cancel));
        Assert.Equal([first.Seq, second.Seq], (await held.HeldAsync(store.Project.Number, Storm, 10, Cancel)).Select(message => message.Seq));
        store.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, await held.ReleaseHeldAsync(store.Project.Number, Storm, Cancel));
        Assert.Equal(0, await held.ReleaseHeldAsync(store.Project.Number, Storm, Cancel));

        Assert.Equal(["to two", "later"], ContentsOf(await store.ClaimAsync("bob")));
        var got = Assert.Single(await store.ClaimAsync("cyd"));
        Assert.Equal(store.Clock.GetUtcNow().AddMinutes(1), MessageJsonReader.Message((await store.Log.FindAsync(store.Project.Number, got.Seq, Cancel))!).ExpiresAt);
        var log = (await store.Log.ReadAsync(store.Project.Number, other.Seq, 100, long.MaxValue, LogQuery.All, Cancel)).Entries;
        Assert.Equal([first.Seq, second.Seq], log.Where(entry => entry.Kind == EntryKind.Release).Select(entry => entry.Subject));
        Assert.Equal(1, await held.HeldCountAsync(store.Project.Number, Storm + 1, Cancel));

        // Its time to live goes on from there.
        await store.Deliveries.ReturnAsync(store.Project.Number, [got], Cancel);
        store.Clock.Advance(TimeSpan.FromMinutes(2));
        await store.Deliveries.ExpireAsync(Cancel);
        Assert.Equal(DeliveryState.Expired, (await store.DeliveryAsync(first.Seq, "cyd")).State);
    }

    [Fact]
    public async Task What_is_withdrawn_from_a_storm_is_gone_up_to_a_message_and_what_was_deleted_before_stays_so()
    {
        await using var store = await OpenAsync();
        var held = store.Service<IHeldMessages>();
        var (first, second) = (await store.StoreAsync(Note("1") with { DeliverAt = UntilReleased }), await store.StoreAsync(Note("2") with { DeliverAt = UntilReleased }));
        var deleted = await store.StoreAsync(Note("3") with { DeliverAt = UntilReleased });
        await store.Messages.DeleteAsync(store.Project.Number, deleted.Seq, Cancel);

        Assert.Equal(1, await held.WithdrawHeldAsync(store.Project.Number, Storm, first.Seq, Cancel));

        var gone = await store.DeliveryAsync(first.Seq, "bob");
        Assert.Equal((DeliveryState.Withdrawn, DeliveryReasons.StormCancelled), (gone.State, gone.LastError));
        Assert.Equal(1, await held.ReleaseHeldAsync(store.Project.Number, Storm, Cancel));
        Assert.Equal(second.Seq, Assert.Single(await store.ClaimAsync("bob")).Seq);
        Assert.Equal((DeliveryState.Withdrawn, DeliveryReasons.Deleted), ((await store.DeliveryAsync(deleted.Seq, "bob")).State, (await store.DeliveryAsync(deleted.Seq, "bob")).LastError));
    }

    [Fact]
    public async Task A_held_message_stays_with_the_agent_that_was_chosen_for_it()
    {
        await using var store = await OpenAsync();
        var held = await store.StoreAsync(Note() with { DeliverAt = UntilReleased, Capability = "review" });
        var delivery = (await store.DeliveryAsync(held.Seq, "bob")).Delivery;

        Assert.False(await store.Deliveries.MoveAsync(delivery, store.Agent("bob").Number, store.Agent("cyd").Number, Cancel));
    }
}
