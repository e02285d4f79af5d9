using FsCheck;
using FsCheck.Fluent;
using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Mailboxes;

/// <summary>What holds of the rules whatever is done to a delivery, in whichever state and at whatever time.</summary>
public sealed class DeliveryRulesTests
{
    private const long Start = 1_000_000;

    private static readonly EffectiveSettings Settings = DeliveryTurn.Settings;
    private static readonly DeliveryState[] Waiting = [DeliveryState.Scheduled, DeliveryState.Queued];
    private static readonly DeliveryState[] Unsettled = [.. Waiting, DeliveryState.Leased];
    private static readonly DeliveryState[] Ends = [DeliveryState.Acknowledged, DeliveryState.Expired, DeliveryState.Withdrawn];

    // Times around the present, that very moment among them.
    private static readonly Gen<long> AnyTime = from seconds in Gen.Choose(-3, 5) select Start + (seconds * 1_000L);

    private static readonly Gen<DeliveryFacts> AnyDelivery =
        from state in Gen.Elements(Enum.GetValues<DeliveryState>())
        from attempt in Gen.Choose(1, Settings.MaxAttempts)
        from disconnects in Gen.Choose(0, Settings.MaxDisconnects - 1)
        from lease in Gen.Choose(0, 3)
        from until in AnyTime
        from due in AnyTime
        from expires in AnyTime
        from lives in Gen.Elements(false, true)
        select new DeliveryFacts(
            state, attempt, state == DeliveryState.Leased ? Math.Max(lease, 1) : lease, state == DeliveryState.Leased ? until : null,
            state == DeliveryState.Scheduled ? due : null, lives ? null : expires, disconnects);

    private static readonly Arbitrary<(DeliveryFacts, DeliveryTurn[])> Lives = Arb.From(
        from delivery in AnyDelivery from turns in DeliveryTurn.Any.ArrayOf() select (delivery, turns),
        life => GeneratedCases.Shorter(life.turns).Select(turns => (life.delivery, turns)));

    [Fact]
    public void A_failure_counts_an_attempt_and_only_requeuing_starts_over() => Always((before, after, turn) =>
    {
        var goesOn = after.State is DeliveryState.Scheduled or DeliveryState.Queued && before != after;
        if (turn.IsFailure && goesOn)
            Assert.Equal(before.Attempt + 1, after.Attempt);
        else if (turn.Deed == Deed.Requeue && goesOn)
            Assert.Equal((DeliveryState.Dead, 1, 0), (before.State, after.Attempt, after.Disconnects));
        else
            Assert.Equal(before.Attempt, after.Attempt);
    });

    [Fact]
    public void Nothing_is_tried_more_often_than_its_project_says_and_only_attempts_and_lost_readers_kill() => Always((before, after, turn) =>
    {
        Assert.InRange(after.Attempt, 1, Settings.MaxAttempts);
        Assert.InRange(after.Disconnects, 0, Settings.MaxDisconnects);
        if (after.State != DeliveryState.Dead || before.State == DeliveryState.Dead)
            return;
        Assert.True(turn.Deed == Deed.LoseReader ? after.Disconnects == Settings.MaxDisconnects : turn.IsFailure && before.Attempt == Settings.MaxAttempts);
        Assert.False(turn.IsGone);
    });

    [Fact]
    public void A_settled_delivery_never_changes_again() => Always((before, after, turn) =>
    {
        if (Ends.Contains(before.State))
            Assert.Equal(before, after);
        if (before.State == DeliveryState.Acknowledged)
            Assert.Equal(new SettleRuling(Settlement.Settled, Changes: false), DeliveryRules.Settle(SettleVerb.Ack, turn.Lease, before));
    });

    [Fact]
    public void An_invalid_lease_settles_nothing() => Always((before, _, turn) =>
    {
        if (turn.Lease == 0 || (before.State == DeliveryState.Leased && turn.Lease == before.Lease))
            return;
        var lost = new SettleRuling(Settlement.LeaseLost, Changes: false);
        Assert.Equal(lost, DeliveryRules.Settle(SettleVerb.Nack, turn.Lease, before));
        Assert.Equal(lost, DeliveryRules.Settle(SettleVerb.Extend, turn.Lease, before));
        if (before.State == DeliveryState.Acknowledged)
            return;
        Assert.Equal(lost, DeliveryRules.Settle(SettleVerb.Ack, turn.Lease, before));
        if (turn.Lease != before.Lease)
            Assert.Equal(lost, DeliveryRules.Settle(SettleVerb.Surfaced, turn.Lease, before));
    });

    [Fact]
    public void A_valid_lease_settles_and_so_does_the_agent_without_one() => Always((before, _, _) =>
    {
        foreach (var lease in new[] { 0, before.Lease })
        {
            foreach (var verb in Enum.GetValues<SettleVerb>())
            {
                var answers = verb == SettleVerb.Surfaced || before.State == DeliveryState.Leased ||
                    (before.State == DeliveryState.Queued && lease == 0 && verb != SettleVerb.Extend) || (before.State == DeliveryState.Acknowledged && verb == SettleVerb.Ack);
                Assert.Equal(answers ? Settlement.Settled : Settlement.LeaseLost, DeliveryRules.Settle(verb, lease, before).Answer);
            }
        }
    });

    [Fact]
    public void A_held_delivery_ends_only_by_its_agent_or_with_its_message_or_agent() => Always((before, after, turn) =>
    {
        if (before.State != DeliveryState.Leased)
            return;
        Assert.NotEqual(DeliveryState.Expired, after.State);
        if (after.State == DeliveryState.Withdrawn)
            Assert.True(turn.IsGone || turn.Deed is Deed.Prune or Deed.EndWithAgent);
    });

    [Fact]
    public void A_delivery_that_comes_back_after_its_message_is_gone_is_withdrawn() => Always((before, after, turn) =>
    {
        if (turn.IsGone && (turn.IsFailure || turn.Deed is Deed.GiveBack or Deed.LoseReader or Deed.Requeue) && before != after)
            Assert.Equal(DeliveryState.Withdrawn, after.State);
    });

    [Theory]
    [InlineData(Deed.TakeBack)]
    [InlineData(Deed.Prune)]
    [InlineData(Deed.EndWithAgent)]
    [InlineData(Deed.Purge)]
    public void Removing_a_message_or_agent_ends_its_remaining_deliveries(object deed) => Always((before, after, turn) =>
    {
        if (turn.Deed != (Deed)deed)
            return;
        DeliveryState[] taken = turn.Deed switch
        {
            Deed.TakeBack => Waiting,
            Deed.Prune => Unsettled,
            Deed.Purge => [DeliveryState.Dead],
            _ => [.. Unsettled, DeliveryState.Dead],
        };
        Assert.Equal(taken.Contains(before.State) ? before with { State = DeliveryState.Withdrawn, DueAt = null, LeaseUntil = null } : before, after);
    });

    [Fact]
    public void A_delivery_that_is_given_back_or_moved_waits_at_once() => Always((before, after, turn) =>
    {
        if ((turn.Deed == Deed.GiveBack && before.State == DeliveryState.Leased && !turn.IsGone) || (turn.Deed == Deed.Move && Waiting.Contains(before.State)))
            Assert.Equal(before with { State = DeliveryState.Queued, DueAt = null, LeaseUntil = null }, after);
    });

    [Fact]
    public void A_delivery_is_due_at_exactly_its_time_and_not_before() => Always((before, after, turn) =>
    {
        switch (turn.Deed)
        {
            case Deed.Lapse when before.State == DeliveryState.Leased:
                Assert.Equal(before.LeaseUntil <= turn.Now, before != after);
                break;
            case Deed.ComeDue when before.State == DeliveryState.Scheduled:
                Assert.Equal(before.DueAt <= turn.Now, before != after);
                break;
            case Deed.Expire when Waiting.Contains(before.State):
                Assert.Equal(before.ExpiresAt <= turn.Now, after.State == DeliveryState.Expired);
                break;
        }
    });

    [Fact]
    public void An_expired_delivery_is_neither_queued_nor_given_out_when_it_is_due() => Always((before, after, turn) =>
    {
        if (turn.Deed is Deed.ComeDue or Deed.Claim && before != after)
            Assert.Equal(before.ExpiresAt <= turn.Now, after.State == DeliveryState.Expired);
    });

    [Fact]
    public void A_time_belongs_to_its_state() => Always((_, after, _) =>
    {
        Assert.Equal(after.State == DeliveryState.Scheduled, after.DueAt is not null);
        Assert.Equal(after.State == DeliveryState.Leased, after.LeaseUntil is not null);
    });

    [Fact]
    public void Times_count_from_now() => Always((before, after, turn) =>
    {
        if (before == after)
            return;
        if (turn.IsFailure && after.Attempt > before.Attempt)
        {
            var wait = (long)((turn.Deed == Deed.Nack ? turn.Delay : null) ?? Settings.RetryDelay).TotalMilliseconds;
            Assert.Equal(wait > 0 ? (DeliveryState.Scheduled, turn.Now + wait) : (DeliveryState.Queued, (long?)null), (after.State, after.DueAt));
        }

        if (turn.Deed is Deed.Extend or Deed.Claim)
            Assert.Equal(turn.Now + (long)DeliveryTurn.LeaseTime.TotalMilliseconds, after.LeaseUntil);
        Assert.Equal(
            turn.Deed == Deed.Requeue && after.State == DeliveryState.Queued ? turn.Now + (long)Settings.MessageTtl.TotalMilliseconds : before.ExpiresAt, after.ExpiresAt);
    });

    [Fact]
    public void Only_the_loss_of_its_reader_counts_as_one() => Always((before, after, turn) => Assert.Equal(
        turn switch
        {
            { Deed: Deed.LoseReader, IsGone: false } when before.State == DeliveryState.Leased => before.Disconnects + 1,
            { Deed: Deed.Requeue, IsGone: false } when before.State == DeliveryState.Dead => 0,
            _ => before.Disconnects,
        },
        after.Disconnects));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(9, 32)]
    [InlineData(10, -1)]
    [InlineData(10, 60, 0)]
    [InlineData(1_000, 60, 0)]
    [InlineData(1, -1, 1)]
    public void A_delivery_whose_reader_is_lost_waits_after_the_third_time_and_longer_each_time(int time, int seconds, int most = 10)
    {
        var settings = Settings with { MaxDisconnects = most };
        var held = new DeliveryFacts(DeliveryState.Leased, 2, 7, Start, null, null, time - 1);

        var after = DeliveryRules.LoseReader(held, isGone: false, settings, Start);

        var (state, due) = seconds switch
        {
            -1 => (DeliveryState.Dead, (long?)null),
            0 => (DeliveryState.Queued, null),
            _ => (DeliveryState.Scheduled, Start + (seconds * 1_000)),
        };
        Assert.Equal(held with { State = state, LeaseUntil = null, DueAt = due, Disconnects = time }, after.Delivery);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public void A_higher_priority_goes_first_and_nothing_starves(int agingSeconds)
    {
        var aging = TimeSpan.FromSeconds(agingSeconds);
        long RankOf(long waitsSince, Priority priority) => DeliveryRules.Rank(Start + waitsSince, priority, aging);

        Assert.True(RankOf(0, Priority.Critical) < RankOf(0, Priority.High));
        Assert.Equal(agingSeconds == 0, RankOf(0, Priority.Normal) > RankOf((agingSeconds * 1_000L) + 1, Priority.High));
        Assert.Equal(agingSeconds == 0, RankOf(0, Priority.Normal) == RankOf(1, Priority.Normal));
    }

    [Theory]
    [InlineData(null, DeliveryState.Queued, Start)]
    [InlineData(Start - 5, DeliveryState.Queued, Start)]
    [InlineData(Start, DeliveryState.Queued, Start)]
    [InlineData(Start + 5, DeliveryState.Scheduled, Start + 5)]
    public void A_delivery_waits_from_when_it_is_to_be_delivered(long? deliverAt, DeliveryState state, long queuedAt)
    {
        var begun = DeliveryRules.Begin(Start, deliverAt, Priority.High, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(1));

        Assert.Equal(
            new NewDelivery(state, queuedAt, state == DeliveryState.Scheduled ? queuedAt : null, queuedAt + 7_000, queuedAt - ((long)Priority.High * 1_000)), begun);
    }

    [Fact]
    public void In_a_deleted_project_nothing_is_retried() => Assert.Equal(
        DeliveryState.Dead, DeliveryRules.Fail(new DeliveryFacts(DeliveryState.Leased, 1, 1, Start, null, null), isGone: false, settings: null, delay: null, Start).State);

    /// <summary>Whatever is done to a delivery, turn after turn.</summary>
    private static void Always(Action<DeliveryFacts, DeliveryFacts, DeliveryTurn> holds) => GeneratedCases.Hold(2_000, 20, Lives, life =>
    {
        var (delivery, turns) = life;
        var now = Start;
        foreach (var turn in turns)
        {
            now += turn.Passed;
            var done = turn with { Now = now };
            var after = done.Apply(delivery);
            holds(delivery, after, done);
            delivery = after;
        }
    });
}
