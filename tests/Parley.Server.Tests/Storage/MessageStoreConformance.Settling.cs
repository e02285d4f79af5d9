using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Settling: acknowledging, giving back, extending, dead letters.</summary>
public abstract partial class MessageStoreConformance
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_acknowledged_delivery_does_not_come_again_and_acknowledging_again_is_settled(bool byAConnection)
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());
        var holder = new TestHolder(1);
        var claimed = await store.ClaimOneAsync("bob", holder: byAConnection ? holder : null);

        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", claimed));
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", claimed));
        Assert.Equal(Settlement.Settled, await store.SettleByMessageAsync(SettleVerb.Ack, "bob", sent.Seq));

        await store.PassAsync(Lease * 2);
        Assert.Empty(await store.ClaimAsync("bob"));
        Assert.Equal((0, 0), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight) : default);
        var row = await store.DeliveryAsync(sent.Seq, "bob");
        Assert.Equal(DeliveryState.Acknowledged, row.State);
        Assert.NotNull(row.AcknowledgedAt);
        Assert.NotNull(row.DeliveredAt);
        Assert.Equal(byAConnection ? 1 : 0, holder.ReleasedCount);
    }

    [Fact]
    public async Task A_caller_without_a_lease_settles_its_own_delivery_queued_or_leased()
    {
        await using var store = await OpenAsync();
        var queued = await store.StoreAsync(Note("queued"));
        Assert.Equal(Settlement.Settled, await store.SettleByMessageAsync(SettleVerb.Ack, "bob", queued.Seq));
        var leased = await store.StoreAsync(Note("leased"));
        await store.ClaimOneAsync("bob");
        Assert.Equal(Settlement.Settled, await store.SettleByMessageAsync(SettleVerb.Ack, "bob", leased.Seq));

        Assert.Empty(await store.ClaimAsync("bob"));
        Assert.Equal(0, (await store.CountsAsync("bob")).Queued);
    }

    [Fact]
    public async Task An_id_that_only_leads_to_the_same_place_settles_nothing()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());
        var foreign = EntryId.Create(milliseconds: 1, sent.Seq, random: 1);

        Assert.Equal(Settlement.NotFound, await store.SettleByMessageAsync(SettleVerb.Ack, "bob", sent.Seq, foreign));
        Assert.Single(await store.ClaimAsync("bob"));
    }

    [Fact]
    public async Task Nobody_settles_anothers_delivery()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());
        var claimed = await store.ClaimOneAsync("bob");

        Assert.Equal(Settlement.NotFound, await store.AckAsync("cyd", claimed));
        Assert.Equal(Settlement.NotFound, await store.SettleByMessageAsync(SettleVerb.Ack, "ada", sent.Seq));
        Assert.Equal(Settlement.NotFound, await store.SettleByMessageAsync(SettleVerb.Ack, "bob", sent.Seq + 1));
        Assert.Equal(Settlement.NotFound, await store.SettleByMessageAsync(SettleVerb.Ack, "bob", sent.Seq, Guid.CreateVersion7()));
        Assert.Equal(Settlement.NotFound, await store.AckAsync("bob", claimed with { Seq = sent.Seq + 1 }));
        Assert.Equal(DeliveryState.Leased, (await store.DeliveryAsync(sent.Seq, "bob")).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_invalid_lease_settles_nothing(bool byAConnection)
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note());
        var claimed = await store.ClaimOneAsync("bob", holder: byAConnection ? new TestHolder(1) : null);
        var wrong = claimed with { Lease = claimed.Lease + 1 };

        Assert.Equal(Settlement.LeaseLost, await store.AckAsync("bob", wrong));
        Assert.Equal(Settlement.LeaseLost, await store.NackAsync("bob", wrong));
        Assert.Equal(Settlement.LeaseLost, await store.ExtendAsync("bob", wrong, Lease));

        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", claimed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_nack_requeues_after_the_projects_delay_and_counts_an_attempt(bool byAConnection)
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());
        var holder = new TestHolder(1);

        await store.NackAsync("bob", await store.ClaimOneAsync("bob", holder: byAConnection ? holder : null), reason: "not now");

        await store.PassAsync(TimeSpan.FromSeconds(59.999));
        Assert.Empty(await store.ClaimAsync("bob"));
        Assert.Equal((DeliveryState.Scheduled, "not now"), (await store.DeliveryAsync(sent.Seq, "bob")) is var row ? (row.State, row.LastError) : default);
        store.Handover.TakeWoken();
        await store.PassAsync(TimeSpan.FromMilliseconds(1));
        Assert.Equal([store.Agent("bob").Number], store.Handover.TakeWoken());
        Assert.Equal(2, (await store.ClaimOneAsync("bob")).Attempt);
        Assert.Equal(byAConnection ? 1 : 0, holder.ReleasedCount);
    }

    [Fact]
    public async Task A_nack_may_have_its_own_delay()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Note("at once"), Note("in 5 s"));
        var claimed = await store.ClaimAsync("bob");

        await store.NackAsync("bob", claimed[0], TimeSpan.Zero);
        await store.NackAsync("bob", claimed[1], TimeSpan.FromSeconds(5));

        Assert.Equal(["at once"], ContentsOf(await store.ClaimAsync("bob")));
        await store.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(["in 5 s"], ContentsOf(await store.ClaimAsync("bob")));
    }

    [Fact]
    public async Task A_delivery_that_was_given_back_cannot_be_settled_by_the_old_lease()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note());
        var first = await store.ClaimOneAsync("bob");
        await store.NackAsync("bob", first, TimeSpan.Zero);
        Assert.Equal(Settlement.LeaseLost, await store.AckAsync("bob", first));

        var second = await store.ClaimOneAsync("bob", holder: new TestHolder(1));

        Assert.Equal(Settlement.LeaseLost, await store.AckAsync("bob", first));
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", second));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_extension_counts_from_now(bool byAConnection)
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note());
        var claimed = await store.ClaimOneAsync("bob", holder: byAConnection ? new TestHolder(1) : null);
        store.Clock.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(Settlement.Settled, await store.ExtendAsync("bob", claimed, TimeSpan.FromSeconds(60)));

        await store.PassAsync(TimeSpan.FromSeconds(59));
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", claimed));
    }

    [Fact]
    public async Task After_its_attempts_a_delivery_is_dead_and_the_log_says_so()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());

        await store.KillAsync("bob", "it breaks");

        Assert.Empty(await store.ClaimAsync("bob"));
        await store.PassAsync(TimeSpan.FromHours(1));
        Assert.Empty(await store.ClaimAsync("bob"));
        Assert.Equal((DeliveryState.Dead, 4, "it breaks"), (await store.DeliveryAsync(sent.Seq, "bob")) is var row ? (row.State, row.Attempt, row.LastError) : default);
        Assert.Equal(1, (await store.CountsAsync("bob")).Dead);
        var death = Assert.Single(await store.EntriesAsync(), entry => entry.Kind == EntryKind.Death);
        Assert.Equal((2, sent.Seq), (death.Seq, death.Subject));
    }

    [Fact]
    public async Task A_requeued_dead_letter_starts_over()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note() with { TimeToLive = TimeSpan.FromMinutes(1) });
        await store.KillAsync("bob");
        store.Clock.Advance(TimeSpan.FromHours(2));
        await store.StoreAsync(Note("younger"));
        store.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Single(await store.Deliveries.RequeueAsync(AllDead(store), Cancel));

        var claimed = await store.ClaimAsync("bob");
        Assert.Equal(["younger", "hello"], ContentsOf(claimed));
        Assert.Equal(1, claimed[1].Attempt);
        Assert.Equal(0, (await store.CountsAsync("bob")).Dead);
        Assert.Empty(await DeadAsync(store, AllDead(store)));
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", claimed[1]));
    }

    [Fact]
    public async Task Dead_letters_are_chosen_by_agent_type_and_delivery()
    {
        await using var store = await OpenAsync(new ProjectSettings { MaxAttempts = 1 });
        await store.SendAllAsync(Note("a"), Note("b") with { Type = "question" }, new Letter("ada", "cyd") { Content = "c" });
        foreach (var (agent, count) in new[] { ("bob", 2), ("cyd", 1) })
        {
            for (var i = 0; i < count; i++)
                await store.KillAsync(agent);
        }

        Assert.Equal(["c", "b", "a"], await DeadAsync(store, AllDead(store)));
        Assert.Equal(["b", "a"], await DeadAsync(store, AllDead(store) with { Agent = store.Agent("bob").Number }));
        Assert.Equal(["b"], await DeadAsync(store, AllDead(store) with { Type = "question" }));
        Assert.Single(await store.Deliveries.PurgeAsync(AllDead(store) with { Type = "question" }, Cancel));
        Assert.Empty(await store.Deliveries.PurgeAsync(AllDead(store) with { Type = "question" }, Cancel));
        Assert.Single(await store.Deliveries.RequeueAsync(AllDead(store) with { Agent = store.Agent("cyd").Number }, Cancel));
        Assert.Equal(["a"], await DeadAsync(store, AllDead(store)));
        Assert.Equal((1, 0), ((await store.CountsAsync("bob")).Dead, (await store.CountsAsync("cyd")).Dead));
        Assert.Equal(["c"], ContentsOf(await store.ClaimAsync("cyd")));
        Assert.Empty(await store.ClaimAsync("bob"));
    }

    [Fact]
    public async Task Surfacing_is_recorded_once_and_settles_nothing()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());
        var claimed = await store.ClaimOneAsync("bob");
        var first = store.Clock.GetUtcNow().ToUnixTimeMilliseconds();

        Assert.Equal(Settlement.Settled, await store.SettleAsync(store.Settle(SettleVerb.Surfaced, "bob", claimed) with { Evidence = SurfaceEvidence.Tool }));
        store.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Settlement.Settled, await store.SettleAsync(store.Settle(SettleVerb.Surfaced, "bob", claimed) with { Evidence = SurfaceEvidence.NextEvent }));

        Assert.Equal((first, DeliveryState.Leased), (await store.DeliveryAsync(sent.Seq, "bob")) is var row ? (row.SurfacedAt!.Value, row.State) : default);
        Assert.Equal(SurfaceEvidence.Tool, (await store.DeliveryAsync(sent.Seq, "bob")).Evidence);
    }

    [Fact]
    public async Task Several_settlements_each_have_their_own_result()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Note("1"), Note("2"), Note("3"));
        var claimed = await store.ClaimAsync("bob");

        var results = await store.Deliveries.SettleAsync(
        [
            store.Ack("bob", claimed[0]), store.Ack("bob", claimed[1] with { Lease = claimed[1].Lease + 1 }), store.Ack("cyd", claimed[2]), store.Ack("bob", claimed[2]),
        ]);

        Assert.Equal([Settlement.Settled, Settlement.LeaseLost, Settlement.NotFound, Settlement.Settled], results);
    }

    private static DeadLetterSelection AllDead(StoreScope store) => new(store.Project.Number);

    private static async Task<string[]> DeadAsync(StoreScope store, DeadLetterSelection which) =>
        [.. (await store.DeliveryHistory.DeadLettersAsync(which, long.MaxValue, 100, Cancel)).Select(dead => MessageJsonReader.Content(dead.Message.Json)!)];
}
