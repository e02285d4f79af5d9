using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Messages that go while somebody has them, and what retention takes along.</summary>
public abstract partial class MessageStoreConformance
{
    public enum Going
    {
        Deleted,
        Superseded,
    }

    public enum Return
    {
        Nack,
        NackAtOnce,
        LastNack,
        Lapse,
        LostConnection,
        Restart,
    }

    public static TheoryData<Going, bool, Return> Returns()
    {
        var returns = new TheoryData<Going, bool, Return>();
        foreach (var going in Enum.GetValues<Going>())
        {
            foreach (var way in Enum.GetValues<Return>())
            {
                returns.Add(going, true, way);
                // A lease of its own outlives connections and restarts.
                if (way is not (Return.LostConnection or Return.Restart))
                    returns.Add(going, false, way);
            }
        }

        return returns;
    }

    [Theory]
    [MemberData(nameof(Returns))]
    public async Task A_delivery_that_comes_back_after_its_message_is_gone_is_withdrawn(Going going, bool toAConnection, Return way)
    {
        await using var store = await OpenAsync(new ProjectSettings { MaxAttempts = way == Return.LastNack ? 1 : 4 });
        var sent = await store.StoreAsync(Note("gone"));
        var holder = new TestHolder(1);
        var claimed = await store.ClaimOneAsync("bob", holder: toAConnection ? holder : null);
        await GoAsync(store, sent, going);
        Assert.Equal(DeliveryState.Leased, (await store.DeliveryAsync(sent.Seq, "bob")).State);
        var waiting = (await store.CountsAsync("bob")).Queued;

        await ReturnAsync(store, claimed, holder, way);

        Assert.Equal(
            (DeliveryState.Withdrawn, going == Going.Deleted ? "deleted" : "superseded"),
            (await store.DeliveryAsync(sent.Seq, "bob")) is var row ? (row.State, row.LastError) : default);
        Assert.Equal((waiting, 0, 0), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight, counts.Dead) : default);
        await store.PassAsync(store.Settings.RetryDelay);
        Assert.DoesNotContain(sent.Seq, (await store.ClaimAsync("bob")).Select(delivery => delivery.Seq));
        Assert.DoesNotContain(await store.EntriesAsync(), entry => entry.Kind == EntryKind.Death);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_held_delivery_of_a_deleted_message_can_be_acknowledged(bool toAConnection)
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());
        var holder = new TestHolder(1);
        var claimed = await store.ClaimOneAsync("bob", holder: toAConnection ? holder : null);
        await GoAsync(store, sent, Going.Deleted);

        Assert.Equal(Settlement.Settled, await store.ExtendAsync("bob", claimed, TimeSpan.FromMinutes(2)));
        await store.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", claimed));

        Assert.Equal(DeliveryState.Acknowledged, (await store.DeliveryAsync(sent.Seq, "bob")).State);
        Assert.Equal((0, 0), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight) : default);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_waits_for_a_withdrawn_message_does_not_get_it_and_whoever_holds_it_keeps_it(bool toAConnection)
    {
        await using var store = await OpenAsync();
        var (waiting, held) = (await store.StoreAsync(Note("waiting")), await store.StoreAsync(Note("held") with { Priority = Priority.Critical }));
        var holder = new TestHolder(1);
        var claimed = await store.ClaimOneAsync("bob", holder: toAConnection ? holder : null);
        Assert.Equal(held.Seq, claimed.Seq);

        foreach (var sent in new[] { waiting, held, waiting })
            await store.Messages.WithdrawAsync(store.Project.Number, sent.Seq, "over", Cancel);

        Assert.Equal((DeliveryState.Withdrawn, "over"), (await store.DeliveryAsync(waiting.Seq, "bob")) is var row ? (row.State, row.LastError) : default);
        Assert.Equal((0, 1, 0), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight, counts.Dead) : default);
        Assert.Empty(await store.ClaimAsync("bob"));
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", claimed));
        Assert.Equal(DeliveryState.Acknowledged, (await store.DeliveryAsync(held.Seq, "bob")).State);
        Assert.Single(store.Handover.Receipts, receipt => (receipt.Seq, receipt.State) == (waiting.Seq, DeliveryState.Withdrawn));
        Assert.DoesNotContain(await store.EntriesAsync(), entry => entry.Kind is EntryKind.Death or EntryKind.Deletion);
    }

    [Fact]
    public async Task A_dead_letter_of_a_deleted_message_is_withdrawn_instead_of_queued()
    {
        await using var store = await OpenAsync(new ProjectSettings { MaxAttempts = 1 });
        var sent = await store.StoreAsync(Note());
        await store.KillAsync("bob");
        await GoAsync(store, sent, Going.Deleted);

        Assert.Empty(await store.Deliveries.RequeueAsync(new DeadLetterSelection(store.Project.Number), Cancel));

        Assert.Equal(DeliveryState.Withdrawn, (await store.DeliveryAsync(sent.Seq, "bob")).State);
        Assert.Equal((0, 0), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.Dead) : default);
        Assert.Empty(await store.ClaimAsync("bob"));
        Assert.Contains(store.Handover.Receipts, receipt => (receipt.Seq, receipt.State) == (sent.Seq, DeliveryState.Withdrawn));
    }

    [Fact]
    public async Task Retention_removes_a_deleted_message_even_from_the_connection_that_holds_it()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note("old") with { TimeToLive = TimeSpan.FromDays(365) });
        var holder = new TestHolder(1);
        var claimed = await store.ClaimOneAsync("bob", holder: holder);
        Assert.Equal(Settlement.Settled, await store.ExtendAsync("bob", claimed, TimeSpan.FromDays(100)));
        await GoAsync(store, sent, Going.Deleted);

        await PruneAsync(store, TimeSpan.FromDays(31));

        Assert.Equal((0, 0), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight) : default);
        Assert.Equal(1, holder.ReleasedCount);
        await store.ReleaseAsync("bob", holder);
        Assert.Equal(0, (await store.CountsAsync("bob")).Queued);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_held_delivery_is_withdrawn_when_retention_removes_its_message(bool toAConnection)
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note("old") with { TimeToLive = TimeSpan.FromDays(365) });
        var holder = new TestHolder(1);
        var claimed = await store.ClaimOneAsync("bob", TimeSpan.FromDays(100), toAConnection ? holder : null);

        await PruneAsync(store, TimeSpan.FromDays(31));

        Assert.Equal((0, 0), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight) : default);
        Assert.Equal(toAConnection ? 1 : 0, holder.ReleasedCount);
        Assert.NotEqual(Settlement.Settled, await store.NackAsync("bob", claimed));
        Assert.Contains(store.Handover.Receipts, receipt => (receipt.Seq, receipt.State) == (claimed.Seq, DeliveryState.Withdrawn));
        await store.PassAsync(TimeSpan.FromDays(100));
        Assert.Empty(await store.ClaimAsync("bob"));
    }

    [Fact]
    public async Task A_dead_letter_that_retention_removes_is_no_longer_counted()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note("old"));
        await store.KillAsync("bob");
        store.Clock.Advance(TimeSpan.FromDays(2));
        await store.StoreAsync(Note("young"));
        await store.KillAsync("bob");

        await PruneAsync(store, TimeSpan.FromDays(29));

        Assert.Equal(1, (await store.CountsAsync("bob")).Dead);
    }

    [Fact]
    public async Task An_execution_is_removed_with_its_end_and_its_lines_with_their_entries()
    {
        await using var store = await OpenAsync();
        var executions = new TestExecutions(store);
        var ended = await BeginAsync(executions, "ended");
        await executions.EndAsync(ended);
        var goesOn = await BeginAsync(executions, "goes on");
        var endsLate = await BeginAsync(executions, "ends late");
        store.Clock.Advance(TimeSpan.FromDays(31));
        await executions.LineAsync(goesOn, "young");
        await executions.EndAsync(endsLate);

        await PruneAsync(store, TimeSpan.Zero);

        Assert.Null(await executions.FindAsync(ended));
        Assert.Empty(await executions.LinesAsync(ended));
        Assert.NotNull(await executions.FindAsync(goesOn));
        Assert.Equal(["young"], (await executions.LinesAsync(goesOn)).Select(line => line.Message));
        Assert.NotNull(await executions.FindAsync(endsLate));

        await PruneAsync(store, TimeSpan.FromDays(31));

        Assert.Null(await executions.FindAsync(endsLate));
        Assert.NotNull(await executions.FindAsync(goesOn));
        Assert.Empty(await executions.LinesAsync(goesOn));
    }

    private static async Task<Entity<Execution>> BeginAsync(TestExecutions executions, string title)
    {
        var begun = await executions.BeginAsync(title);
        Assert.Null(await executions.LineAsync(begun, "old"));
        return begun;
    }

    private static async Task PruneAsync(StoreScope store, TimeSpan after)
    {
        store.Clock.Advance(after);
        while (await store.Messages.PruneAsync(store.Project.Number, store.Clock.GetUtcNow().AddDays(-30).ToUnixTimeMilliseconds(), Cancel))
        {
        }
    }

    private static async Task GoAsync(StoreScope store, SendOutcome sent, Going going)
    {
        if (going == Going.Deleted)
            Assert.True(await store.Messages.DeleteAsync(store.Project.Number, sent.Seq, Cancel));
        else
            await store.StoreAsync(Note("new") with { Supersedes = sent });
    }

    private static async Task ReturnAsync(StoreScope store, ClaimedDelivery claimed, TestHolder holder, Return way)
    {
        switch (way)
        {
            case Return.Lapse:
                await store.PassAsync(Lease);
                break;
            case Return.LostConnection:
                await store.ReleaseAsync("bob", holder);
                break;
            case Return.Restart:
                await store.ReopenAsync();
                break;
            default:
                Assert.Equal(Settlement.Settled, await store.NackAsync("bob", claimed, way == Return.NackAtOnce ? TimeSpan.Zero : null));
                break;
        }
    }
}
