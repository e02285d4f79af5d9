using Parley.Protocol;
using Parley.Server.Projects;

namespace Parley.Server.Mailboxes;

/// <summary>What becomes of a delivery: the state machine of <c>docs/concepts/delivery.md</c>, for every store. A store looks a delivery up,
/// asks here, and writes what it is told.</summary>
/// <remarks>No clock, no disk, and nothing that a store would allocate for: the time comes from whoever holds the transaction. The functions of
/// PostgreSQL that do many at once say some of this in SQL; generated cases hold them to it.</remarks>
internal static class DeliveryRules
{
    /// <summary>So often a delivery comes back at once when the connection of its reader is lost: networks do break.</summary>
    private const int DisconnectsAtOnce = 3;

    /// <summary>A new delivery.</summary>
    /// <param name="deliverAt">Not before; null: at once.</param>
    internal static NewDelivery Begin(long now, long? deliverAt, Priority priority, TimeSpan timeToLive, TimeSpan aging)
    {
        var queuedAt = Math.Max(now, deliverAt ?? now);
        var waits = queuedAt > now;
        return new NewDelivery(
            waits ? DeliveryState.Scheduled : DeliveryState.Queued, queuedAt, waits ? queuedAt : null, Later(queuedAt, timeToLive), Rank(queuedAt, priority, aging));
    }

    /// <summary>A mailbox gives out the lowest first, equal ones in the order of sending.</summary>
    internal static long Rank(long queuedAt, Priority priority, TimeSpan aging) =>
        // Without ageing only the priority counts.
        aging == TimeSpan.Zero ? -(long)priority : queuedAt - ((long)priority * Milliseconds(aging));

    /// <summary>Whether its time to live has ended: then nobody is given it any more.</summary>
    internal static bool IsOver(long? expiresAt, long now) => expiresAt <= now;

    /// <summary>When a lease that is given or extended now lapses.</summary>
    internal static long LeaseUntil(TimeSpan time, long now) => Later(now, time);

    /// <summary>Whether a settling takes effect. What it makes of the delivery is asked for by its verb.</summary>
    /// <param name="lease">By which it is held; 0: the caller kept none.</param>
    /// <param name="delivery">The caller's own, of the message it names: any other one is <see cref="Settlement.NotFound"/>.</param>
    internal static SettleRuling Settle(SettleVerb verb, long lease, in DeliveryFacts delivery)
    {
        var state = delivery.State;
        if (state == DeliveryState.Acknowledged && verb == SettleVerb.Ack)
            return new SettleRuling(Settlement.Settled, Changes: false);

        var applies = verb switch
        {
            // Only told: it is worth knowing also when it comes late.
            SettleVerb.Surfaced => lease == 0 || lease == delivery.Lease || state == DeliveryState.Acknowledged,
            SettleVerb.Extend => state == DeliveryState.Leased && Holds(state, delivery.Lease, lease),
            _ => state is DeliveryState.Queued or DeliveryState.Leased && Holds(state, delivery.Lease, lease),
        };
        return new SettleRuling(applies ? Settlement.Settled : Settlement.LeaseLost, applies);
    }

    /// <summary>Without a lease a caller settles its own, leased or only queued; a lease that it names must be in force.</summary>
    internal static bool Holds(DeliveryState state, long current, long named) => named == 0 || (state == DeliveryState.Leased && current == named);

    /// <summary>Whether its agent's reply settles it: if it waits or is leased, to whichever of the agent's takers, and also while it waits to be
    /// tried again. Who had it has answered, though the lease may have lapsed over that.</summary>
    internal static bool IsSettledByReply(in DeliveryFacts delivery) =>
        delivery.State is DeliveryState.Queued or DeliveryState.Leased ||
        (delivery.State == DeliveryState.Scheduled && (delivery.Attempt > 1 || delivery.Disconnects > 0));

    internal static DeliveryChange Acknowledge(in DeliveryFacts delivery) =>
        DeliveryChange.To(delivery with { State = DeliveryState.Acknowledged, DueAt = null, LeaseUntil = null });

    internal static DeliveryChange Extend(in DeliveryFacts delivery, TimeSpan time, long now) =>
        DeliveryChange.To(delivery with { LeaseUntil = LeaseUntil(time, now) });

    /// <summary>An attempt failed: it waits and is queued again, or is dead when that was the last.</summary>
    /// <param name="isGone">Its message was deleted, superseded or is too old: it is not given out again, nor does its sender hear of a failure.</param>
    /// <param name="settings">Null: its project is gone, and nothing is tried again.</param>
    /// <param name="delay">Null: the project's.</param>
    internal static DeliveryChange Fail(in DeliveryFacts delivery, bool isGone, EffectiveSettings? settings, TimeSpan? delay, long now)
    {
        if (isGone)
            return Withdraw(delivery);
        if (settings is null || delivery.Attempt >= settings.MaxAttempts)
            return DeliveryChange.To(delivery with { State = DeliveryState.Dead, LeaseUntil = null });

        var wait = Milliseconds(delay ?? settings.RetryDelay);
        return DeliveryChange.To(delivery with
        {
            State = wait > 0 ? DeliveryState.Scheduled : DeliveryState.Queued,
            Attempt = delivery.Attempt + 1,
            DueAt = wait > 0 ? now + wait : null,
            LeaseUntil = null,
        });
    }

    /// <summary>Whether nobody has settled or extended it in time: then its attempt has <see cref="Fail">failed</see>.</summary>
    internal static bool HasLapsed(in DeliveryFacts delivery, long now) => delivery.State == DeliveryState.Leased && delivery.LeaseUntil <= now;

    /// <summary>Its taker is gone through no fault of its own: queued again at once, with its rank, and no attempt is counted.</summary>
    internal static DeliveryChange GiveBack(in DeliveryFacts delivery, bool isGone)
    {
        if (delivery.State != DeliveryState.Leased)
            return DeliveryChange.None;
        return isGone ? Withdraw(delivery) : DeliveryChange.To(delivery with { State = DeliveryState.Queued, LeaseUntil = null });
    }

    /// <summary>The connection of its reader was lost, and of what that had not settled this came first: it may be what the reader dies of.
    /// So it comes back at once a few times, then later and later, and in the end it is dead. What came after it is only
    /// <see cref="GiveBack">given back</see>: it would die along with it.</summary>
    /// <param name="settings">Null: its project is gone, and nothing is counted.</param>
    internal static DeliveryChange LoseReader(in DeliveryFacts delivery, bool isGone, EffectiveSettings? settings, long now)
    {
        var back = GiveBack(delivery, isGone);
        if (back.State != DeliveryState.Queued || settings is null)
            return back;

        var disconnects = delivery.Disconnects + 1;
        var counted = back.Delivery with { Disconnects = disconnects };
        if (settings.MaxDisconnects > 0 && disconnects >= settings.MaxDisconnects)
            return DeliveryChange.To(counted with { State = DeliveryState.Dead });
        if (disconnects <= DisconnectsAtOnce)
            return DeliveryChange.To(counted);
        // A second, two, four: up to a minute.
        var wait = Math.Min(1_000L << Math.Min(disconnects - DisconnectsAtOnce - 1, 6), 60_000);
        return DeliveryChange.To(counted with { State = DeliveryState.Scheduled, DueAt = now + wait });
    }

    /// <summary>Its time has come: it is queued, or is over already.</summary>
    internal static DeliveryChange ComeDue(in DeliveryFacts delivery, long now)
    {
        if (delivery.State != DeliveryState.Scheduled || delivery.DueAt > now)
            return DeliveryChange.None;
        return IsOver(delivery.ExpiresAt, now) ? Expire(delivery, now) : DeliveryChange.To(delivery with { State = DeliveryState.Queued, DueAt = null });
    }

    /// <summary>Ends what nobody took in time. What somebody has does not expire.</summary>
    internal static DeliveryChange Expire(in DeliveryFacts delivery, long now) =>
        IsWaiting(delivery.State) && IsOver(delivery.ExpiresAt, now)
            ? DeliveryChange.To(delivery with { State = DeliveryState.Expired, DueAt = null })
            : DeliveryChange.None;

    /// <summary>Its message was deleted or superseded: nobody gets what waits, and who has it may still acknowledge it.</summary>
    internal static DeliveryChange TakeBack(in DeliveryFacts delivery) => IsWaiting(delivery.State) ? Withdraw(delivery) : DeliveryChange.None;

    /// <summary>Retention takes its message: also from whoever has it. A dead letter goes without a word.</summary>
    internal static DeliveryChange Prune(in DeliveryFacts delivery) =>
        IsWaiting(delivery.State) || delivery.State == DeliveryState.Leased ? Withdraw(delivery) : DeliveryChange.None;

    /// <summary>Its agent was deleted: nothing is left to be done.</summary>
    internal static DeliveryChange EndWithAgent(in DeliveryFacts delivery) =>
        IsWaiting(delivery.State) || delivery.State is DeliveryState.Leased or DeliveryState.Dead ? Withdraw(delivery) : DeliveryChange.None;

    /// <summary>The states out of which <see cref="EndWithAgent"/> leads: a store that ends a whole mailbox has no row to ask about.</summary>
    internal static IReadOnlyList<DeliveryState> EndedWithAgent { get; } =
        [.. Enum.GetValues<DeliveryState>().Where(state => EndWithAgent(new DeliveryFacts(state, 1, 0, null, null, null)).Happens)];

    /// <summary>A dead letter starts anew: queued now, no failures, and as long to live as a new message. Its rank is that of one, too.</summary>
    internal static DeliveryChange Requeue(in DeliveryFacts delivery, bool isGone, EffectiveSettings settings, long now)
    {
        if (delivery.State != DeliveryState.Dead)
            return DeliveryChange.None;
        return isGone
            ? Withdraw(delivery)
            : DeliveryChange.To(delivery with { State = DeliveryState.Queued, Attempt = 1, Disconnects = 0, ExpiresAt = Later(now, settings.MessageTtl) });
    }

    /// <summary>Nobody wants a dead letter any more.</summary>
    internal static DeliveryChange Purge(in DeliveryFacts delivery) => delivery.State == DeliveryState.Dead ? Withdraw(delivery) : DeliveryChange.None;

    /// <summary>To another agent that can do the same: what waits, and at once.</summary>
    internal static DeliveryChange Move(in DeliveryFacts delivery) =>
        IsWaiting(delivery.State) ? DeliveryChange.To(delivery with { State = DeliveryState.Queued, DueAt = null }) : DeliveryChange.None;

    private static bool IsWaiting(DeliveryState state) => state is DeliveryState.Scheduled or DeliveryState.Queued;

    private static DeliveryChange Withdraw(in DeliveryFacts delivery) =>
        DeliveryChange.To(delivery with { State = DeliveryState.Withdrawn, DueAt = null, LeaseUntil = null });

    private static long Later(long now, TimeSpan by) => now + Milliseconds(by);

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
