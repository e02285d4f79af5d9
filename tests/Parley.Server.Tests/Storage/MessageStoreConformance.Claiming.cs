using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Claiming: rank, leases, filters, looking without taking.</summary>
public abstract partial class MessageStoreConformance
{
    [Fact]
    public async Task A_higher_priority_goes_first_and_equals_go_in_the_order_of_sending()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(
            Note("low", Priority.Low), Note("normal 1"), Note("critical", Priority.Critical), Note("normal 2"), Note("high", Priority.High));

        Assert.Equal(["critical", "high", "normal 1", "normal 2", "low"], ContentsOf(await store.ClaimAsync("bob")));
    }

    [Fact]
    public async Task A_claim_ends_at_its_byte_limit_but_returns_at_least_one_message()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Enumerable.Range(0, 10).Select(number => Note($"{number}{new string('x', 10_000)}")));
        var order = new ClaimOrder(store.Project.Number, store.Agent("bob").Number, 10, StoreScope.Lease, DeliveryFilter.Everything, null);
        var some = order with { Bytes = 25_000 };

        Assert.Equal(3, (await store.Deliveries.PeekAsync(some, Cancel)).Count);
        Assert.Equal("012", First(await store.Deliveries.ClaimAsync(some)));
        Assert.Equal("345", First(await store.Deliveries.ClaimAsync(some with { Filter = DeliveryFilter.Everything with { Priorities = new HashSet<Priority> { Priority.Normal } } })));
        Assert.Equal("6", First(await store.Deliveries.ClaimAsync(order with { Bytes = 1 })));
        Assert.Equal("789", First(await store.Deliveries.ClaimAsync(order)));

        static string First(IReadOnlyList<ClaimedDelivery> claimed) => string.Concat(ContentsOf(claimed).Select(content => content[0]));
    }

    [Fact]
    public async Task A_low_message_that_has_waited_300_seconds_longer_goes_before_a_normal_one()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note("low", Priority.Low));
        store.Clock.Advance(TimeSpan.FromSeconds(299.999));
        await store.StoreAsync(Note("normal, 1 ms too early"));
        store.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await store.StoreAsync(Note("normal, a tie by time"));
        store.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await store.StoreAsync(Note("normal, later"));

        Assert.Equal(
            ["normal, 1 ms too early", "low", "normal, a tie by time", "normal, later"], ContentsOf(await store.ClaimAsync("bob")));
    }

    [Fact]
    public async Task Without_aging_only_the_priority_decides_and_then_the_seq()
    {
        await using var store = await OpenAsync(new ProjectSettings { PriorityAgingSeconds = 0 });
        await store.StoreAsync(Note("low", Priority.Low));
        await store.StoreAsync(Note("normal 1"));
        store.Clock.Advance(TimeSpan.FromHours(12));
        await store.StoreAsync(Note("normal 2"));
        await store.StoreAsync(Note("high", Priority.High));

        Assert.Equal(["high", "normal 1", "normal 2", "low"], ContentsOf(await store.ClaimAsync("bob")));
    }

    [Fact]
    public async Task A_delivery_that_was_given_back_keeps_its_rank()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Note("1"), Note("2"), Note("3"));
        var first = await store.ClaimOneAsync("bob");

        store.Clock.Advance(TimeSpan.FromSeconds(10));
        await store.NackAsync("bob", first, TimeSpan.Zero);

        Assert.Equal(["1", "2", "3"], ContentsOf(await store.ClaimAsync("bob")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_leased_delivery_is_given_to_nobody_else(bool toAConnection)
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Note("1"), Note("2"), Note("3"));

        var first = await store.ClaimAsync("bob", max: 2, holder: toAConnection ? new TestHolder(2) : null);
        var rest = await store.ClaimAsync("bob", holder: new TestHolder(10));

        Assert.Equal(["1", "2"], ContentsOf(first));
        Assert.Equal(["3"], ContentsOf(rest));
        Assert.Empty(await store.ClaimAsync("bob"));
        Assert.Equal((0, 3), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight) : default);
    }

    [Fact]
    public async Task A_claim_says_attempt_lease_and_until_when()
    {
        await using var store = await OpenAsync();
        var sent = await store.StoreAsync(Note());

        var claimed = await store.ClaimOneAsync("bob", TimeSpan.FromSeconds(90));

        Assert.Equal((sent.Seq, 1), (claimed.Seq, claimed.Attempt));
        Assert.NotEqual(0, claimed.Lease);
        Assert.Equal(store.Clock.GetUtcNow().AddSeconds(90).ToUnixTimeMilliseconds(), claimed.LeaseUntil);
        Assert.Equal((await store.EntryAsync(sent.Seq)).Json, claimed.Json);
        Assert.Equal(DeliveryState.Leased, (await store.DeliveryAsync(sent.Seq, "bob")).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_filtered_claim_takes_what_matches_and_leaves_the_rest_queued(bool toAConnection)
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(
            Note("1"),
            Note("2") with { Type = "task_assignment" },
            new Letter("cyd", "bob") { Content = "3", Type = "task_assignment" },
            Note("4", Priority.Low) with { Type = "task_assignment" });
        TestHolder? holder = toAConnection ? new TestHolder(10) : null;
        var everything = DeliveryFilter.Everything;

        var ofAda = everything with { Types = new HashSet<string> { "task_assignment" }, Senders = new HashSet<int> { store.Agent("ada").Number } };
        var low = ofAda with { Priorities = new HashSet<Priority> { Priority.Low } };

        Assert.Equal(["4"], ContentsOf(await store.ClaimAsync("bob", filter: low, holder: holder)));
        Assert.Equal(["2"], ContentsOf(await store.ClaimAsync("bob", filter: ofAda, holder: holder)));
        Assert.Equal(["1", "3"], ContentsOf(await store.ClaimAsync("bob", holder: holder)));
    }

    [Fact]
    public async Task Peeking_changes_nothing()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Note("1"), Note("2", Priority.High), Note("3") with { TimeToLive = TimeSpan.FromSeconds(1) });
        store.Clock.Advance(TimeSpan.FromSeconds(2));

        for (var i = 0; i < 2; i++)
        {
            var looked = await store.PeekAsync("bob");
            Assert.Equal(["2", "1"], ContentsOf(looked));
            Assert.All(looked, delivery => Assert.Equal((0, 0, 1), (delivery.Lease, delivery.LeaseUntil, delivery.Attempt)));
        }

        Assert.Equal(3, (await store.CountsAsync("bob")).Queued);
    }

    [Fact]
    public async Task A_mailbox_that_filled_while_its_agent_was_away_drains_in_order()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Enumerable.Range(0, 100).Select(i => Note($"{i}")));
        var holder = new TestHolder(100);

        var drained = new List<string>();
        while (await store.ClaimAsync("bob", max: 7, holder: holder) is { Count: > 0 } part)
            drained.AddRange(ContentsOf(part));

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), drained);
    }

    [Fact]
    public async Task Several_connections_of_one_agent_share_its_mailbox_and_each_delivery_goes_to_one()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Enumerable.Range(0, 60).Select(i => Note($"{i}")));

        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.ClaimAsync("bob", max: 5, holder: i % 2 == 0 ? new TestHolder(5) : null)));

        Assert.Equal(60, claims.Sum(claim => claim.Count));
        Assert.Equal(60, claims.SelectMany(claim => claim).Select(delivery => delivery.Delivery).Distinct().Count());
    }

    [Fact]
    public async Task Leases_of_one_delivery_never_have_the_same_number()
    {
        await using var store = await OpenAsync(new ProjectSettings { MaxAttempts = 100, RetryDelaySeconds = 0 });
        await store.StoreAsync(Note());
        var leases = new HashSet<long>();

        for (var i = 0; i < 5; i++)
        {
            TestHolder? holder = i % 2 == 0 ? new TestHolder(1) : null;
            var claimed = await store.ClaimOneAsync("bob", holder: holder);
            Assert.True(leases.Add(claimed.Lease));
            await store.NackAsync("bob", claimed);
        }
    }
}
