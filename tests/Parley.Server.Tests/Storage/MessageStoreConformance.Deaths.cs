using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>What senders are told of messages that died or expired.</summary>
public abstract partial class MessageStoreConformance
{
    [Fact]
    public async Task A_senders_notice_of_a_death_is_due_until_it_is_sent()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());
        await store.KillAsync("bob", "it breaks");

        var death = Assert.Single(await store.Messages.UntoldAsync(10, Cancel));
        Assert.Equal(
            (sent.Seq, store.Agent("ada").Number, store.Agent("bob").Number, DeliveryState.Dead, 4, "it breaks"),
            (death.Seq, death.Sender, death.Agent, death.State, death.Attempt, death.LastError));
        await store.Messages.ToldAsync([death], Cancel);

        Assert.Empty(await store.Messages.UntoldAsync(10, Cancel));
    }

    [Fact]
    public async Task The_notice_of_an_expiry_is_due_as_that_of_a_death_is()
    {
        await using var store = await OpenAsync();
        var waits = await store.StoreAsync(Note() with { TimeToLive = TimeSpan.FromSeconds(10) });
        var later = await store.StoreAsync(Note() with { TimeToLive = TimeSpan.FromSeconds(10), DeliverAt = store.Clock.GetUtcNow().AddSeconds(5) });

        store.Clock.Advance(TimeSpan.FromSeconds(20));
        await store.RescueAsync();
        await store.ExpireAsync();

        var expired = (await store.Messages.UntoldAsync(10, Cancel)).OrderBy(one => one.Seq).ToList();
        Assert.Equal(
            [(waits.Seq, DeliveryState.Expired, 1), (later.Seq, DeliveryState.Expired, 1)], expired.Select(one => (one.Seq, one.State, one.Attempt)));
        await store.Messages.ToldAsync(expired, Cancel);

        Assert.Empty(await store.Messages.UntoldAsync(10, Cancel));
    }

    [Fact]
    public async Task A_requeued_dead_letter_that_dies_again_is_reported_again_even_if_the_first_notice_is_recorded_late()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note());
        await store.KillAsync("bob", "it breaks");
        var first = Assert.Single(await store.Messages.UntoldAsync(10, Cancel));

        await store.Deliveries.RequeueAsync(new DeadLetterSelection(store.Project.Number) { Deliveries = [first.Delivery] }, Cancel);
        store.Clock.Advance(TimeSpan.FromSeconds(1));
        await store.KillAsync("bob", "it breaks again");
        await store.Messages.ToldAsync([first], Cancel);

        var second = Assert.Single(await store.Messages.UntoldAsync(10, Cancel));
        Assert.Equal((first.Delivery, "it breaks again"), (second.Delivery, second.LastError));
        Assert.NotEqual(first.EndedAt, second.EndedAt);
    }

    [Fact]
    public async Task Dead_letters_are_chosen_and_counted_by_how_they_died()
    {
        await using var store = await OpenAsync(new ProjectSettings { MaxAttempts = 1 });
        await store.SendAllAsync(Note("a"), Note("b"), Note("c"), Note("to the end of its lease"), new Letter("ada", "cyd") { Content = "d" });
        var times = new List<long>();
        foreach (var (agent, reason) in new[] { ("bob", "it breaks"), ("bob", "it breaks again"), ("bob", "it breaks"), ("cyd", "refused") })
        {
            store.Clock.Advance(TimeSpan.FromSeconds(1));
            times.Add(store.Clock.GetUtcNow().ToUnixTimeMilliseconds());
            await store.KillAsync(agent, reason);
        }

        await store.ClaimOneAsync("bob");
        store.Clock.Advance(TimeSpan.FromHours(1));
        await store.RescueAsync();

        var all = new DeadLetterSelection(store.Project.Number);
        var (bob, cyd) = (store.Agent("bob").Number, store.Agent("cyd").Number);
        var groups = await store.DeliveryHistory.DeadLetterGroupsAsync(all, 10, Cancel);
        var lapsed = Assert.Single(await store.DeliveryHistory.DeadLettersAsync(all with { Reason = DeathReason.LeaseLapsed }, long.MaxValue, 10, Cancel));
        Assert.Equal(
            [
                new DeadLetterTally(bob, DeathReason.Rejected, 3, times[0], times[2], "it breaks"),
                new DeadLetterTally(bob, DeathReason.LeaseLapsed, 1, lapsed.DiedAt, lapsed.DiedAt, lapsed.Delivery.LastError),
                new DeadLetterTally(cyd, DeathReason.Rejected, 1, times[3], times[3], "refused"),
            ],
            groups);
        Assert.Equal("to the end of its lease", MessageJsonReader.Content(lapsed.Message.Json));
        Assert.Equal(DeathReason.LeaseLapsed, DeathReasons.Of(lapsed.Delivery.LastError));
        Assert.Single(await store.DeliveryHistory.DeadLetterGroupsAsync(all, 1, Cancel));
        Assert.Equal([cyd], (await store.DeliveryHistory.DeadLetterGroupsAsync(all with { Agent = cyd }, 10, Cancel)).Select(group => group.Agent));

        Assert.Equal([lapsed.Delivery.Delivery], await store.Deliveries.RequeueAsync(all with { Reason = DeathReason.LeaseLapsed }, Cancel));
        Assert.Equal(4, (await store.DeliveryHistory.DeadLettersAsync(all with { Reason = DeathReason.Rejected }, long.MaxValue, 10, Cancel)).Count);
    }

    [Fact]
    public async Task Those_of_the_named_dead_letters_that_are_dead_are_requeued_together()
    {
        await using var store = await OpenAsync(new ProjectSettings { MaxAttempts = 1 });
        await store.SendAllAsync(Note("a"), Note("b"), Note("c"), Note("alive"));
        for (var i = 0; i < 3; i++)
            await store.KillAsync("bob");
        var all = new DeadLetterSelection(store.Project.Number);
        var dead = (await store.DeliveryHistory.DeadLettersAsync(all, long.MaxValue, 10, Cancel)).Select(one => one.Delivery.Delivery).Order().ToArray();

        var done = await store.Deliveries.RequeueAsync(all with { Deliveries = [dead[0], dead[2], dead[2] + 1, long.MaxValue] }, Cancel);

        Assert.Equal([dead[0], dead[2]], done.Order());
        Assert.Equal(["a", "alive", "c"], ContentsOf(await store.ClaimAsync("bob")).Order());
        Assert.Equal(1, (await store.CountsAsync("bob")).Dead);
        Assert.Empty(await store.Deliveries.PurgeAsync(all with { Deliveries = [] }, Cancel));
        Assert.Empty(await store.Deliveries.PurgeAsync(all with { Deliveries = [dead[0], dead[2]] }, Cancel));
        Assert.Equal([dead[1]], await store.Deliveries.PurgeAsync(all with { Deliveries = [dead[0], dead[1]] }, Cancel));
    }

    [Fact]
    public async Task A_full_mailbox_accepts_only_the_servers_own_messages()
    {
        await using var store = await OpenAsync(new ProjectSettings { MailboxLimit = 1 });
        await store.StoreAsync(Note("fills"));
        var notice = Note("notice") with { IsFromServer = true };

        // Together, so that they could share a commit.
        var outcomes = await store.SendAllAsync(Note("refused"), notice, Note("refused"), notice);

        Assert.Equal([SendResult.MailboxFull, SendResult.Stored, SendResult.MailboxFull, SendResult.Stored], outcomes.Select(outcome => outcome.Result));
        Assert.Equal(["fills", "notice", "notice"], ContentsOf(await store.ClaimAsync("bob")));
    }
}
