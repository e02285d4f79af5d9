using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>A reply settles its sender's own delivery of the message that it answers, in the same commit.</summary>
public abstract partial class MessageStoreConformance
{
    private static Letter Reply(SendOutcome to) => new("bob", "ada") { Content = "done", ReplyTo = to, Settles = true };

    [Theory]
    [InlineData("queued")]
    [InlineData("claimed")]
    [InlineData("connected")]
    public async Task A_reply_settles_its_senders_delivery_of_the_message(string how)
    {
        await using var store = await OpenAsync();
        var holder = new TestHolder(1);
        var sent = await store.StoreAsync(Note());
        if (how != "queued")
            await store.ClaimOneAsync("bob", holder: how == "connected" ? holder : null);

        var reply = await store.StoreAsync(Reply(sent));

        var row = await store.DeliveryAsync(sent.Seq, "bob");
        Assert.Equal(DeliveryState.Acknowledged, row.State);
        Assert.NotNull(row.AcknowledgedAt);
        Assert.NotNull(row.RepliedAt);
        Assert.Equal((0, 0), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight) : default);
        Assert.Equal(how == "connected" ? 1 : 0, holder.ReleasedCount);
        Assert.Equal(DeliveryState.Queued, (await store.DeliveryAsync(reply.Seq, "ada")).State);
        await store.PassAsync(Lease * 20);
        Assert.Empty(await store.ClaimAsync("bob"));
    }

    [Fact]
    public async Task A_reply_that_keeps_the_message_settles_nothing()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());
        var claimed = await store.ClaimOneAsync("bob");

        await store.StoreAsync(Reply(sent) with { Settles = false });

        var row = await store.DeliveryAsync(sent.Seq, "bob");
        Assert.Equal(DeliveryState.Leased, row.State);
        Assert.NotNull(row.RepliedAt);
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", claimed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Acknowledging_after_the_reply_is_settled_and_giving_back_is_too_late(bool byAConnection)
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());
        var claimed = await store.ClaimOneAsync("bob", holder: byAConnection ? new TestHolder(1) : null);
        await store.StoreAsync(Reply(sent));

        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", claimed));
        Assert.Equal(Settlement.Settled, await store.SettleByMessageAsync(SettleVerb.Ack, "bob", sent.Seq));
        Assert.Equal(Settlement.LeaseLost, await store.NackAsync("bob", claimed));
        Assert.Equal(Settlement.LeaseLost, await store.ExtendAsync("bob", claimed, Lease));
        Assert.Equal(DeliveryState.Acknowledged, (await store.DeliveryAsync(sent.Seq, "bob")).State);
    }

    [Fact]
    public async Task A_reply_settles_a_message_whose_lease_has_lapsed_in_the_meantime()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());
        await store.ClaimOneAsync("bob");
        await store.PassAsync(Lease * 1.5);
        Assert.Equal(DeliveryState.Scheduled, (await store.DeliveryAsync(sent.Seq, "bob")).State);

        await store.StoreAsync(Reply(sent));

        Assert.Equal(DeliveryState.Acknowledged, (await store.DeliveryAsync(sent.Seq, "bob")).State);
        await store.PassAsync(TimeSpan.FromHours(1));
        Assert.Empty(await store.ClaimAsync("bob"));
        Assert.Equal((0, 0), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight) : default);
    }

    [Fact]
    public async Task A_reply_settles_the_message_no_matter_which_of_the_agents_connections_has_it()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());
        await store.ClaimOneAsync("bob");
        await store.PassAsync(Lease * 1.5);
        await store.PassAsync(TimeSpan.FromSeconds(60));
        var again = await store.ClaimOneAsync("bob");

        await store.StoreAsync(Reply(sent));

        Assert.Equal(DeliveryState.Acknowledged, (await store.DeliveryAsync(sent.Seq, "bob")).State);
        Assert.Equal(Settlement.LeaseLost, await store.NackAsync("bob", again));
    }

    [Fact]
    public async Task A_reply_does_not_change_other_agents_deliveries()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Letter.ToAll("ada"));
        await store.ClaimOneAsync("cyd");

        await store.StoreAsync(Reply(sent));
        // Nobody's own: the sender of what is answered has no delivery of it.
        await store.StoreAsync(Reply(sent) with { From = "ada", To = ["bob"] });

        Assert.Equal(DeliveryState.Acknowledged, (await store.DeliveryAsync(sent.Seq, "bob")).State);
        Assert.Equal(DeliveryState.Leased, (await store.DeliveryAsync(sent.Seq, "cyd")).State);
        Assert.Equal(DeliveryState.Queued, (await store.DeliveryAsync(sent.Seq, "dan")).State);
    }

    [Fact]
    public async Task A_dead_letter_and_an_expired_one_stay_what_they_are()
    {
        await using var store = await OpenAsync();
        var dead = await store.StoreAsync(Note());
        await store.KillAsync("bob");
        var expired = await store.StoreAsync(Note() with { TimeToLive = TimeSpan.FromSeconds(1) });
        store.Clock.Advance(TimeSpan.FromSeconds(2));
        await store.ExpireAsync();

        await store.SendAllAsync(Reply(dead), Reply(expired));

        Assert.Equal(DeliveryState.Dead, (await store.DeliveryAsync(dead.Seq, "bob")).State);
        Assert.Equal(DeliveryState.Expired, (await store.DeliveryAsync(expired.Seq, "bob")).State);
        Assert.Equal(1, (await store.CountsAsync("bob")).Dead);
    }

    [Fact]
    public async Task A_message_to_oneself_that_is_not_due_yet_stays_scheduled()
    {
        await using var store = await OpenAsync();
        var later = await store.StoreAsync(new Letter("bob", "bob") { DeliverAt = store.Clock.GetUtcNow() + TimeSpan.FromHours(1) });

        await store.StoreAsync(Reply(later));

        Assert.Equal(DeliveryState.Scheduled, (await store.DeliveryAsync(later.Seq, "bob")).State);
    }

    [Fact]
    public async Task A_reply_that_is_refused_settles_nothing()
    {
        await using var store = await OpenAsync(new ProjectSettings { MailboxLimit = 1 });
        var sent = await store.StoreAsync(Note());
        await store.ClaimOneAsync("bob");
        await store.StoreAsync(new Letter("cyd", "ada"));

        Assert.Equal(SendResult.MailboxFull, (await store.SendAsync(Reply(sent))).Result);

        Assert.Equal(DeliveryState.Leased, (await store.DeliveryAsync(sent.Seq, "bob")).State);
    }

    [Fact]
    public async Task Each_of_many_replies_in_one_commit_settles_what_it_answers_and_refused_ones_settle_nothing()
    {
        await using var store = await OpenAsync(new ProjectSettings { MailboxLimit = 5 });
        var asked = await store.SendAllAsync(Enumerable.Range(0, 4).Select(number => Note($"{number}")));
        await store.ClaimAsync("bob", max: 2);
        await store.SendAllAsync(Enumerable.Range(0, 5).Select(_ => new Letter("ada", "dan")));

        var replies = await store.SendAllAsync(
            Reply(asked[0]), Reply(asked[1]) with { To = ["dan"] }, Note("between"), Reply(asked[3]) with { Key = "k" }, Reply(asked[3]) with { Settles = false });

        Assert.Equal([SendResult.Stored, SendResult.MailboxFull, SendResult.Stored, SendResult.Stored, SendResult.Stored], replies.Select(reply => reply.Result));
        var states = new List<DeliveryState>();
        foreach (var one in asked)
            states.Add((await store.DeliveryAsync(one.Seq, "bob")).State);
        Assert.Equal([DeliveryState.Acknowledged, DeliveryState.Leased, DeliveryState.Queued, DeliveryState.Acknowledged], states);
        Assert.Equal((2, 1), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight) : default);
    }

    [Fact]
    public async Task A_repeated_reply_settles_a_message_that_was_delivered_again()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());
        await store.ClaimOneAsync("bob");
        var reply = Reply(sent) with { Key = "answer" };
        await store.StoreAsync(reply with { Settles = false });
        var holder = new TestHolder(1);
        await store.PassAsync(Lease * 1.5);
        await store.PassAsync(TimeSpan.FromSeconds(60));
        await store.ClaimOneAsync("bob", holder: holder);

        Assert.Equal(SendResult.Duplicate, (await store.SendAsync(reply)).Result);

        Assert.Equal(DeliveryState.Acknowledged, (await store.DeliveryAsync(sent.Seq, "bob")).State);
        Assert.Equal((0, 0), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight) : default);
        Assert.Equal(1, holder.ReleasedCount);
    }
}
