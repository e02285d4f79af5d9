using Parley.Protocol;
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

        await store.Deliveries.RequeueAsync(new DeadLetterSelection(store.Project.Number, first.Delivery, null, null), Cancel);
        store.Clock.Advance(TimeSpan.FromSeconds(1));
        await store.KillAsync("bob", "it breaks again");
        await store.Messages.ToldAsync([first], Cancel);

        var second = Assert.Single(await store.Messages.UntoldAsync(10, Cancel));
        Assert.Equal((first.Delivery, "it breaks again"), (second.Delivery, second.LastError));
        Assert.NotEqual(first.EndedAt, second.EndedAt);
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
