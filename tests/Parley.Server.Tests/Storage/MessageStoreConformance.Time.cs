using Parley.Protocol;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>What time does: leases lapse, messages expire, scheduled ones are released; and what ends a message from outside.</summary>
public abstract partial class MessageStoreConformance
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lapsed_lease_returns_the_delivery_and_refuses_the_late_ack(bool toAConnection)
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note());
        var holder = new TestHolder(1);
        var first = await store.ClaimOneAsync("bob", holder: toAConnection ? holder : null);

        await store.PassAsync(Lease - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, (await store.CountsAsync("bob")).InFlight);
        await store.PassAsync(TimeSpan.FromMilliseconds(1));
        Assert.Empty(await store.ClaimAsync("bob"));
        Assert.Equal(Settlement.LeaseLost, await store.AckAsync("bob", first));
        await store.PassAsync(store.Settings.RetryDelay);
        var second = await store.ClaimOneAsync("bob");

        Assert.Equal((first.Delivery, 2), (second.Delivery, second.Attempt));
        Assert.Equal(Settlement.LeaseLost, await store.AckAsync("bob", first));
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", second));
        Assert.Equal(toAConnection ? 1 : 0, holder.ReleasedCount);
    }

    [Fact]
    public async Task A_delivery_whose_leases_lapse_is_dead_after_its_attempts()
    {
        await using var store = await OpenAsync(new ProjectSettings { MaxAttempts = 2, RetryDelaySeconds = 0 });
        var sent = await store.StoreAsync(Note());

        for (var attempt = 1; attempt <= 2; attempt++)
        {
            Assert.Equal(attempt, (await store.ClaimOneAsync("bob")).Attempt);
            await store.PassAsync(Lease);
        }

        Assert.Equal((DeliveryState.Dead, "the lease lapsed"), (await store.DeliveryAsync(sent.Seq, "bob")) is var row ? (row.State, row.LastError) : default);
    }

    [Fact]
    public async Task The_end_of_a_delivery_is_not_older_than_what_was_sent_before_it()
    {
        await using var store = await OpenAsync(new ProjectSettings { MaxAttempts = 1 });
        await store.StoreAsync(Note());
        await store.ClaimOneAsync("bob");
        await store.StoreAsync(Note() with { TimeToLive = Lease });
        store.Clock.Advance(Lease * 3);
        await store.StoreAsync(Note());

        // The machine's clock was set back.
        store.Clock.Advance(-Lease);
        await store.RescueAsync();
        Assert.Equal(1, await store.ExpireAsync());

        var entries = await store.EntriesAsync();
        Assert.Equal([EntryKind.Message, EntryKind.Message, EntryKind.Message, EntryKind.Death, EntryKind.Expiry], entries.Select(entry => entry.Kind));
        Assert.Equal(entries.Select(entry => entry.Stamp).Order(), entries.Select(entry => entry.Stamp));
    }

    [Fact]
    public async Task An_expired_message_is_never_delivered_late_and_the_log_says_so()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note("short") with { TimeToLive = TimeSpan.FromSeconds(10) });
        await store.StoreAsync(Note("long"));

        store.Clock.Advance(TimeSpan.FromSeconds(10));

        // Before anybody has looked for what is over: the claim itself knows.
        Assert.Equal(["long"], ContentsOf(await store.ClaimAsync("bob")));
        Assert.Equal(DeliveryState.Expired, (await store.DeliveryAsync(sent.Seq, "bob")).State);
        Assert.Equal(sent.Seq, Assert.Single(await store.EntriesAsync(), entry => entry.Kind == EntryKind.Expiry).Subject);
        Assert.Equal(0, (await store.CountsAsync("bob")).Queued);
        Assert.Equal("short", MessageJsonReader.Content((await store.EntryAsync(sent.Seq)).Json));
    }

    [Fact]
    public async Task Expiry_also_covers_the_mailboxes_of_offline_agents()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(
            Note() with { TimeToLive = TimeSpan.FromSeconds(10) }, Note() with { TimeToLive = TimeSpan.FromSeconds(11) },
            new Letter("ada", "cyd") { TimeToLive = TimeSpan.FromSeconds(10) });

        store.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(2, await store.ExpireAsync());
        Assert.Equal(0, await store.ExpireAsync());
        Assert.Equal((1, 0), ((await store.CountsAsync("bob")).Queued, (await store.CountsAsync("cyd")).Queued));
        Assert.Equal(2, (await store.EntriesAsync()).Count(entry => entry.Kind == EntryKind.Expiry));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_leased_delivery_does_not_expire_and_is_not_redelivered_too_late(bool toAConnection)
    {
        await using var store = await OpenAsync(new ProjectSettings { RetryDelaySeconds = 0 });
        var kept = await store.StoreAsync(Note("kept") with { TimeToLive = TimeSpan.FromSeconds(10) });
        var dropped = await store.StoreAsync(Note("dropped") with { TimeToLive = TimeSpan.FromSeconds(10) });
        var claimed = await store.ClaimAsync("bob", holder: toAConnection ? new TestHolder(2) : null);

        store.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(0, await store.ExpireAsync());
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", claimed[0]));
        Assert.Equal(Settlement.Settled, await store.NackAsync("bob", claimed[1]));

        Assert.Empty(await store.ClaimAsync("bob"));
        Assert.Equal(DeliveryState.Acknowledged, (await store.DeliveryAsync(kept.Seq, "bob")).State);
        Assert.Equal(DeliveryState.Expired, (await store.DeliveryAsync(dropped.Seq, "bob")).State);
    }

    [Fact]
    public async Task A_delivery_that_waits_for_its_next_attempt_expires_too()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note() with { TimeToLive = TimeSpan.FromSeconds(10) });
        await store.NackAsync("bob", await store.ClaimOneAsync("bob"));

        await store.PassAsync(TimeSpan.FromSeconds(60));

        Assert.Empty(await store.ClaimAsync("bob"));
        Assert.Equal(DeliveryState.Expired, (await store.DeliveryAsync(sent.Seq, "bob")).State);
    }

    [Fact]
    public async Task A_scheduled_message_waits_for_its_time_and_is_released_by_a_second_entry()
    {
        await using var store = await OpenAsync();
        var at = store.Clock.GetUtcNow().AddMinutes(5);
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 1);

        var sent = await store.StoreAsync(Note("later") with { DeliverAt = at, TimeToLive = TimeSpan.FromMinutes(1) });

        Assert.Equal(RecipientResult.Scheduled, Assert.Single(sent.Recipients).Result);
        Assert.Empty(holder.Delivered);
        Assert.Equal(Audience.Named | Audience.Withheld, (await store.EntryAsync(sent.Seq)).Audience);
        Assert.False(await store.History.IsReleasedAsync(store.Project.Number, sent.Seq, Cancel));
        Assert.Equal(at.ToUnixTimeMilliseconds(), (await store.Deliveries.RescueAsync(Cancel)).NextDue);
        await store.PassAsync(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        Assert.Empty(await store.ClaimAsync("bob"));

        await store.PassAsync(TimeSpan.FromMilliseconds(1));

        Assert.Equal(["later"], ContentsOf(await store.ClaimAsync("bob")));
        var release = Assert.Single(await store.EntriesAsync(), entry => entry.Kind == EntryKind.Release);
        Assert.Equal((sent.Seq + 1, sent.Seq, Audience.Named), (release.Seq, release.Subject, release.Audience));
        Assert.Equal([store.Agent("bob").Number], release.Recipients);
        Assert.True(await store.History.IsReleasedAsync(store.Project.Number, sent.Seq, Cancel));
    }

    [Fact]
    public async Task A_scheduled_message_to_many_is_released_once()
    {
        await using var store = await OpenAsync();

        await store.StoreAsync(Letter.ToAll("ada") with { DeliverAt = store.Clock.GetUtcNow().AddSeconds(1) });
        await store.PassAsync(TimeSpan.FromSeconds(1));

        Assert.Single(await store.EntriesAsync(), entry => entry.Kind == EntryKind.Release);
        Assert.Equal((1, 1, 1), ((await store.CountsAsync("bob")).Queued, (await store.CountsAsync("cyd")).Queued, (await store.CountsAsync("dan")).Queued));
    }

    [Fact]
    public async Task The_time_to_live_of_a_scheduled_message_starts_when_it_is_due()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note() with { DeliverAt = store.Clock.GetUtcNow().AddHours(1), TimeToLive = TimeSpan.FromSeconds(10) });

        await store.PassAsync(TimeSpan.FromHours(1));
        store.Clock.Advance(TimeSpan.FromSeconds(9));

        Assert.Single(await store.ClaimAsync("bob"));
    }

    [Fact]
    public async Task A_superseding_message_withdraws_what_nobody_holds_of_the_old_one()
    {
        await using var store = await OpenAsync();
        var old = await store.StoreAsync(new Letter("ada", "bob", "cyd") { Content = "old" });
        var held = await store.ClaimOneAsync("cyd");

        var next = await store.StoreAsync(new Letter("ada", "bob", "cyd") { Content = "new", Supersedes = old });

        Assert.Equal(["new"], ContentsOf(await store.ClaimAsync("bob")));
        Assert.Equal((DeliveryState.Withdrawn, "superseded"), (await store.DeliveryAsync(old.Seq, "bob")) is var row ? (row.State, row.LastError) : default);
        Assert.Equal(Settlement.Settled, await store.AckAsync("cyd", held));
        Assert.Equal(next.Seq, (await store.History.TraceAsync(store.Project.Number, old.Seq, Cancel))!.SupersededBy!.Seq);
        Assert.Equal([old.Seq], (await store.History.SupersededAsync(store.Project.Number, old.Seq, long.MaxValue >> 24, Cancel)).Select(entry => entry.Seq));
    }

    [Fact]
    public async Task Deleting_leaves_a_tombstone_in_its_place_and_withdraws_what_waits()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note("secret") with { Payload = """{"key":1}""" });
        await store.StoreAsync(Note("other"));

        Assert.True(await store.Messages.DeleteAsync(store.Project.Number, sent.Seq, Cancel));
        Assert.False(await store.Messages.DeleteAsync(store.Project.Number, sent.Seq, Cancel));
        Assert.False(await store.Messages.DeleteAsync(store.Project.Number, 99, Cancel));

        Assert.Equal(["other"], ContentsOf(await store.ClaimAsync("bob")));
        var entries = await store.EntriesAsync();
        Assert.Equal([1, 2, 3], entries.Select(entry => entry.Seq));
        Assert.Equal((EntryKind.Deletion, sent.Seq), (entries[2].Kind, entries[2].Subject));
        Assert.All([entries[0], entries[2]], entry => Assert.DoesNotContain("secret", System.Text.Encoding.UTF8.GetString(entry.Json)));
        Assert.True(MessageTombstone.Is(entries[0].Json));
        Assert.Equal((sent.MessageId, sent.Thread), MessageJsonReader.Ids(entries[0].Json));
        Assert.Equal(DeliveryState.Withdrawn, (await store.DeliveryAsync(sent.Seq, "bob")).State);
    }

    [Fact]
    public async Task Deleting_a_scheduled_message_clears_both_its_entries()
    {
        await using var store = await OpenAsync();
        var at = store.Clock.GetUtcNow().AddSeconds(1);
        var waiting = await store.StoreAsync(Note("secret 1") with { DeliverAt = at.AddDays(1) });
        var released = await store.StoreAsync(Note("secret 2") with { DeliverAt = at });
        await store.PassAsync(TimeSpan.FromSeconds(1));

        await store.Messages.DeleteAsync(store.Project.Number, waiting.Seq, Cancel);
        await store.Messages.DeleteAsync(store.Project.Number, released.Seq, Cancel);
        await store.PassAsync(TimeSpan.FromDays(2));

        Assert.All(await store.EntriesAsync(), entry => Assert.DoesNotContain("secret", System.Text.Encoding.UTF8.GetString(entry.Json)));
        Assert.Empty(await store.ClaimAsync("bob"));
    }

    [Fact]
    public async Task A_reaction_is_stored_once_and_logged()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());
        var message = await store.EntryAsync(sent.Seq);

        Assert.True(await store.Messages.ReactAsync(store.Project.Number, message, "👍", "bob", remove: false, Cancel));
        Assert.False(await store.Messages.ReactAsync(store.Project.Number, message, "👍", "bob", remove: false, Cancel));
        Assert.Equal([("👍", "bob")], await store.History.ReactionsAsync(store.Project.Number, sent.Seq, Cancel));
        Assert.True(await store.Messages.ReactAsync(store.Project.Number, message, "👍", "bob", remove: true, Cancel));
        Assert.False(await store.Messages.ReactAsync(store.Project.Number, message, "👍", "bob", remove: true, Cancel));

        Assert.Equal(2, (await store.EntriesAsync()).Count(entry => entry.Kind == EntryKind.Reaction && entry.Subject == sent.Seq));
        Assert.Empty(await store.History.ReactionsAsync(store.Project.Number, sent.Seq, Cancel));
    }

    [Fact]
    public async Task The_mailbox_of_a_removed_agent_is_withdrawn_whole()
    {
        await using var store = await OpenAsync(new ProjectSettings { MaxAttempts = 1 });
        await store.StoreAsync(Note("dead"));
        await store.KillAsync("bob");
        await store.SendAllAsync(Note("durable"), Note("held"), Note("queued"), Note("later") with { DeliverAt = store.Clock.GetUtcNow().AddDays(1) });
        var holder = new TestHolder(1);
        var durable = await store.ClaimOneAsync("bob");
        var held = await store.ClaimOneAsync("bob", holder: holder);

        await store.Deliveries.WithdrawAllAsync(store.Agent("bob").Number, Cancel);

        foreach (var message in (await store.EntriesAsync()).Where(entry => entry.Kind == EntryKind.Message))
            Assert.Equal(DeliveryState.Withdrawn, (await store.DeliveryAsync(message.Seq, "bob")).State);
        Assert.Equal(Settlement.LeaseLost, await store.AckAsync("bob", durable));
        Assert.Equal(Settlement.LeaseLost, await store.AckAsync("bob", held));
        Assert.Equal(1, holder.ReleasedCount);
        Assert.Equal((0, 0, 0), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight, counts.Dead) : default);
        await store.PassAsync(TimeSpan.FromDays(2));
        Assert.Empty(await store.ClaimAsync("bob"));
    }

    [Fact]
    public async Task Retention_takes_the_oldest_entries_and_what_still_waits_of_them()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Note("old, waits") with { TimeToLive = TimeSpan.FromDays(365) }, Note("old, settled"));
        await store.SettleByMessageAsync(SettleVerb.Ack, "bob", 2);
        store.Clock.Advance(TimeSpan.FromDays(31));
        var young = await store.StoreAsync(Note("young"));

        while (await store.Messages.PruneAsync(store.Project.Number, store.Clock.GetUtcNow().AddDays(-30).ToUnixTimeMilliseconds(), Cancel))
        {
        }

        Assert.Equal([young.Seq], (await store.EntriesAsync()).Select(entry => entry.Seq));
        Assert.Equal(young.Seq, await store.Log.FirstSeqAsync(store.Project.Number, Cancel));
        Assert.Equal(["young"], ContentsOf(await store.ClaimAsync("bob")));
        Assert.Equal((young.Seq + 1, 1), ((await store.StoreAsync(Note())).Seq, (await store.CountsAsync("bob")).Queued));
    }
}
