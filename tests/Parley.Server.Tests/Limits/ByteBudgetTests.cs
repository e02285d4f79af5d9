using Parley.Server.Limits;
using Parley.Server.Tests.Security;
using Xunit;

namespace Parley.Server.Tests.Limits;

/// <summary>The memory that connections share: what each may hold, who waits, and who makes room.</summary>
public sealed class ByteBudgetTests
{
    private const int Step = ByteBudget.Free;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TestClock _clock = new();
    private readonly ByteBudget _budget;

    public ByteBudgetTests() => _budget = new ByteBudget(most: 16 * Step, mostOfOne: 8 * Step, Patience, _clock);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void A_small_amount_is_free_even_if_nothing_is_left()
    {
        using var first = Open("ada");
        using var second = Open("bob");
        first.Hold(32 * Step);

        Assert.Equal(ByteRoom.Given, second.TryHold(Step));
        Assert.True(second.HasRoom);
        Assert.Equal(32 * Step, _budget.Held);
    }

    [Fact]
    public void Anything_above_that_is_counted_per_owner_and_in_total_and_given_back()
    {
        using (var first = Open("ada"))
        using (var second = Open("ada"))
        using (var third = Open("bob"))
        {
            Assert.Equal(ByteRoom.Given, first.TryHold(6 * Step));
            Assert.Equal(ByteRoom.OwnerFull, second.TryHold(3 * Step));
            Assert.Equal(ByteRoom.Given, third.TryHold(10 * Step));
            Assert.Equal(ByteRoom.Full, second.TryHold(2 * Step));
            first.Hold(Step);
            Assert.Equal(ByteRoom.Given, second.TryHold(6 * Step));
            Assert.Equal(16 * Step, _budget.Held);
        }

        Assert.Equal(0, _budget.Held);
    }

    [Fact]
    public void A_single_share_may_exceed_its_limit_if_it_is_alone()
    {
        using var body = Open("ada");

        Assert.Equal(ByteRoom.Given, body.TryHold(30 * Step));
    }

    [Fact]
    public async Task The_share_without_progress_for_longest_makes_room_and_none_that_progresses()
    {
        var ended = new List<string>();
        var told = new SemaphoreSlim(0);
        using var still = Open("ada", () => Tell("ada"));
        using var moves = Open("bob", () => Tell("bob"));
        using var comes = Open("eve");
        still.Hold(6 * Step);
        moves.Hold(8 * Step);
        _clock.Advance(Patience / 2);
        moves.Hold(6 * Step);
        Assert.Equal(ByteRoom.Full, comes.TryHold(6 * Step));

        _clock.Advance(Patience / 2);

        Assert.Equal(ByteRoom.Given, comes.TryHold(6 * Step));
        Assert.True(await told.WaitAsync(Limit, Cancel));
        Assert.Equal(["ada"], ended);
        // It is over for it: what it still adds is not counted, and it gets no room.
        still.Hold(9 * Step);
        Assert.Equal(12 * Step, _budget.Held);
        Assert.Equal(ByteRoom.Full, comes.TryHold(11 * Step));

        void Tell(string who)
        {
            lock (ended)
                ended.Add(who);
            told.Release();
        }
    }

    [Fact]
    public void A_complete_body_waits_for_the_server_and_is_not_ended()
    {
        using var stored = Open("ada", () => Assert.Fail("It was ended."));
        using var comes = Open("bob");
        stored.TryHold(12 * Step);
        stored.IsKept = true;
        _clock.Advance(2 * Patience);

        Assert.Equal(ByteRoom.Full, comes.TryHold(6 * Step));
    }

    [Fact]
    public async Task A_waiter_is_woken_when_there_is_room_or_another_share_makes_no_progress()
    {
        using var first = Open("ada");
        using var second = Open("bob");
        first.Hold(16 * Step);
        second.Hold(2 * Step);
        Assert.False(second.HasRoom);

        var freed = second.FreedAsync(Cancel);
        Assert.False(freed.IsCompleted);
        first.Hold(2 * Step);
        await freed.WaitAsync(Limit, Cancel);
        Assert.True(second.HasRoom);

        var later = second.FreedAsync(Cancel);
        _clock.Advance(Patience);
        await later.WaitAsync(Limit, Cancel);
    }

    private ByteShare Open(string owner, Action? end = null) => _budget.Open(owner, end ?? (() => { }));
}
