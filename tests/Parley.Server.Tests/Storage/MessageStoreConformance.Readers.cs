using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Readers whose connections are lost.</summary>
public abstract partial class MessageStoreConformance
{
    [Fact]
    public async Task A_delivery_whose_readers_crash_waits_longer_each_time_and_ends_as_a_dead_letter_that_says_so()
    {
        await using var store = await OpenAsync(new ProjectSettings { MaxDisconnects = 6 });
        var sent = await store.StoreAsync(Note("poison"));
        int[] waits = [0, 0, 0, 1, 2];

        for (var time = 1; time <= waits.Length; time++)
        {
            var holder = new TestHolder(1);
            Assert.Equal(1, (await store.ClaimOneAsync("bob", holder: holder)).Attempt);
            await store.ReleaseAsync("bob", holder, isLost: true);

            var row = await store.DeliveryAsync(sent.Seq, "bob");
            Assert.Equal((waits[time - 1] == 0 ? DeliveryState.Queued : DeliveryState.Scheduled, 1, time), (row.State, row.Attempt, row.Disconnects));
            if (waits[time - 1] == 0)
                continue;
            await store.PassAsync(TimeSpan.FromSeconds(waits[time - 1]) - TimeSpan.FromMilliseconds(1));
            Assert.Empty(await store.PeekAsync("bob"));
            await store.PassAsync(TimeSpan.FromMilliseconds(1));
        }

        var last = new TestHolder(1);
        await store.ClaimOneAsync("bob", holder: last);
        await store.ReleaseAsync("bob", last, isLost: true);

        Assert.Equal(
            (DeliveryState.Dead, 1, 6, "the connection of its reader was lost 6 times"),
            await store.DeliveryAsync(sent.Seq, "bob") is var dead ? (dead.State, dead.Attempt, dead.Disconnects, dead.LastError) : default);
        Assert.Equal((0, 0, 1), await store.CountsAsync("bob") is var counts ? (counts.Queued, counts.InFlight, counts.Dead) : default);
        Assert.Equal(sent.Seq, Assert.Single(await store.Messages.UntoldAsync(10, Cancel)).Seq);

        await store.Deliveries.RequeueAsync(new DeadLetterSelection(store.Project.Number), Cancel);
        Assert.Equal((DeliveryState.Queued, 0), await store.DeliveryAsync(sent.Seq, "bob") is var again ? (again.State, again.Disconnects) : default);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lost_connection_counts_only_for_the_delivery_that_it_got_first(bool isHandedOver)
    {
        await using var store = await OpenAsync(new ProjectSettings { MaxDisconnects = 1 });
        var holder = isHandedOver ? store.Handover.Connect(store.Agent("bob").Number, room: 9) : new TestHolder(9);
        // Later ones go first in the mailbox, but it has had the others before.
        foreach (var (content, priority) in new[] { ("done", Priority.Low), ("at work", Priority.Normal), ("behind", Priority.High) })
        {
            await store.StoreAsync(Note(content) with { Priority = priority });
            if (!isHandedOver)
                await store.ClaimOneAsync("bob", holder: holder);
            store.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        store.Handover.DisconnectAll();
        var held = isHandedOver ? holder.Delivered : null;
        if (held is not null)
            await store.AckAsync("bob", held[0]);
        else
            await store.SettleByMessageAsync(SettleVerb.Ack, "bob", (await store.EntriesAsync()).First(entry => entry.Kind == Parley.Server.Log.EntryKind.Message).Seq);
        store.Handover.TakeWoken();

        await store.ReleaseAsync("bob", holder, isLost: true);

        Assert.Contains(store.Agent("bob").Number, store.Handover.TakeWoken());
        Assert.Equal((1, 0, 1), await store.CountsAsync("bob") is var counts ? (counts.Queued, counts.InFlight, counts.Dead) : default);
        Assert.Equal(["behind"], ContentsOf(await store.ClaimAsync("bob")));
    }

    [Fact]
    public async Task Deliveries_behind_one_whose_readers_crash_are_delivered_in_the_meantime()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Note("poison"), Note("fine"));
        for (var time = 1; time <= 4; time++)
        {
            var dies = new TestHolder(2);
            Assert.Equal(["poison", "fine"], ContentsOf(await store.ClaimAsync("bob", holder: dies)));
            await store.ReleaseAsync("bob", dies, isLost: true);
        }

        Assert.Equal(["fine"], ContentsOf(await store.ClaimAsync("bob")));
        await store.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["poison"], ContentsOf(await store.ClaimAsync("bob")));
    }

    [Fact]
    public async Task A_lost_connections_delivery_of_a_deleted_message_is_withdrawn()
    {
        await using var store = await OpenAsync(new ProjectSettings { MaxDisconnects = 1 });
        var sent = await store.StoreAsync(Note());
        var holder = new TestHolder(1);
        await store.ClaimOneAsync("bob", holder: holder);
        await store.Messages.DeleteAsync(store.Project.Number, sent.Seq, Cancel);

        await store.ReleaseAsync("bob", holder, isLost: true);

        Assert.Equal((DeliveryState.Withdrawn, 0), await store.DeliveryAsync(sent.Seq, "bob") is var row ? (row.State, row.Disconnects) : default);
        Assert.Equal((0, 0, 0), await store.CountsAsync("bob") is var counts ? (counts.Queued, counts.InFlight, counts.Dead) : default);
    }
}
