using Parley.Protocol;
using Parley.Server.Projects;

namespace Parley.Server.Mailboxes;

/// <summary>How deliveries change: the state machine of <c>docs/concepts/delivery.md</c>, for every store. A store reads a delivery, calls a rule,
/// and writes the result.</summary>
/// <remarks>The rules use no clock and no disk, and allocate nothing: the caller that holds the transaction passes the time. PostgreSQL's batch
/// functions implement some of the rules in SQL; generated test cases check that they agree.</remarks>
internal static class DeliveryRules
{
    /// <summary>How many times a delivery is requeued at once when its reader's connection is lost: networks do break.</summary>
    private const int DisconnectsAtOnce = 3;

    /// <summary>A new delivery.</summary>
    /// <param name="deliverAt">The earliest time of delivery; null for at once.</param>
    internal static NewDelivery Begin(long now, long? deliverAt, Priority priority, TimeSpan timeToLive, TimeSpan aging)
    {
        var queuedAt = Math.Max(now, deliverAt ?? now);
        var waits = queuedAt > now;
        return new NewDelivery(
            waits ? DeliveryState.Scheduled : DeliveryState.Queued, queuedAt, waits ? queuedAt : null, Later(queuedAt, timeToLive), Rank(queuedAt, priority, aging));
    }

    /// <summary>A mailbox delivers the lowest rank first, and equal ranks in send order.</summary>
    internal static long Rank(long queuedAt, Priority priority, TimeSpan aging) =>
        // Without aging, only the priority counts.
        aging == TimeSpan.Zero ? -(long)priority : queuedAt - ((long)priority * Milliseconds(aging));

    /// <summary>Whether its time to live has ended, so that it is no longer delivered.</summary>
    internal static bool IsOver(long? expiresAt, long now) => expiresAt <= now;

    /// <summary>When a lease that is taken or extended now lapses.</summary>
    internal static long LeaseUntil(TimeSpan time, long now) => Later(now, time);

    /// <summary>Whether a settlement takes effect. Each verb has its own method for the resulting delivery.</summary>
    /// <param name="lease">The lease that the caller names; 0 if it names none.</param>
    /// <param name="delivery">The caller's own delivery of the message that it names. Any other delivery is
    /// <see cref="Settlement.NotFound"/>.</param>
    internal static SettleRuling Settle(SettleVerb verb, long lease, in DeliveryFacts delivery)
    {
        var state = delivery.State;
        if (state == DeliveryState.Acknowledged && verb == SettleVerb.Ack)
            return new SettleRuling(Settlement.Settled, Changes: false);

        var applies = verb switch
        {
            // It is only recorded, and worth knowing even if it comes late.
            SettleVerb.Surfaced => lease == 0 || lease == delivery.Lease || state == DeliveryState.Acknowledged,
            SettleVerb.Extend => state == DeliveryState.Leased && Holds(state, delivery.Lease, lease),
            _ => state is DeliveryState.Queued or DeliveryState.Leased && Holds(state, delivery.Lease, lease),
        };
        return new SettleRuling(applies ? Settlement.Settled : Settlement.LeaseLost, applies);
    }

    /// <summary>Without a lease, callers can settle their own deliveries, whether leased or queued. A lease that they name must be valid.</summary>
    internal static bool Holds(DeliveryState state, long current, long named) => named == 0 || (state == DeliveryState.Leased && current == named);

    /// <summary>Whether its agent's reply settles it: if it waits, is leased (to any of the agent's connections or claims), or waits for a retry. The
    /// agent has answered it, even if the lease lapsed in the meantime.</summary>
    internal static bool IsSettledByReply(in DeliveryFacts delivery) =>
        delivery.State is DeliveryState.Queued or DeliveryState.Leased ||
        (delivery.State == DeliveryState.Scheduled && (delivery.Attempt > 1 || delivery.Disconnects > 0));

    internal static DeliveryChange Acknowledge(in DeliveryFacts delivery) =>
        DeliveryChange.To(delivery with { State = DeliveryState.Acknowledged, DueAt = null, LeaseUntil = null });

    internal static DeliveryChange Extend(in DeliveryFacts delivery, TimeSpan time, long now) =>
        DeliveryChange.To(delivery with { LeaseUntil = LeaseUntil(time, now) });

    /// <summary>Records a failed attempt: the delivery waits for a retry, or is dead if this was the last attempt.</summary>
    /// <param name="isGone">Its message was deleted, superseded, or is too old: it is not delivered again, and its sender is not told of a
    /// failure.</param>
    /// <param name="settings">Null: its project no longer exists, and nothing is retried.</param>
    /// <param name="delay">Null: the project's delay.</param>
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

    /// <summary>Whether nobody has settled or extended it in time. Its attempt has then <see cref="Fail">failed</see>.</summary>
    internal static bool HasLapsed(in DeliveryFacts delivery, long now) => delivery.State == DeliveryState.Leased && delivery.LeaseUntil <= now;

    /// <summary>Its holder is gone through no fault of the delivery: it is requeued at once at its rank, and no attempt is counted.</summary>
    internal static DeliveryChange GiveBack(in DeliveryFacts delivery, bool isGone)
    {
        if (delivery.State != DeliveryState.Leased)
            return DeliveryChange.None;
        return isGone ? Withdraw(delivery) : DeliveryChange.To(delivery with { State = DeliveryState.Queued, LeaseUntil = null });
    }

    /// <summary>Its reader's connection was lost, and this was the oldest delivery that the reader had not settled, so it may be what makes the
    /// reader crash. It is requeued at once a few times, then after longer and longer delays, and in the end it is dead. The deliveries behind it are
    /// only <see cref="GiveBack">given back</see>: otherwise, they would die with it.</summary>
    /// <param name="settings">Null: its project no longer exists, and nothing is counted.</param>
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
        // One second, two, four, up to a minute.
        var wait = Math.Min(1_000L << Math.Min(disconnects - DisconnectsAtOnce - 1, 6), 60_000);
        return DeliveryChange.To(counted with { State = DeliveryState.Scheduled, DueAt = now + wait });
    }

    /// <summary>Its time has come: it is queued, or has already expired.</summary>
    internal static DeliveryChange ComeDue(in DeliveryFacts delivery, long now)
    {
        if (delivery.State != DeliveryState.Scheduled || delivery.DueAt > now)
            return DeliveryChange.None;
        return IsOver(delivery.ExpiresAt, now) ? Expire(delivery, now) : DeliveryChange.To(delivery with { State = DeliveryState.Queued, DueAt = null });
    }

    /// <summary>Its storm is released: it is queued now. Its time to live stood still while it was held.</summary>
    internal static DeliveryChange Release(in DeliveryFacts delivery, long now) =>
        IsHeld(delivery)
            ? DeliveryChange.To(delivery with { State = DeliveryState.Queued, DueAt = null, ExpiresAt = delivery.ExpiresAt - delivery.DueAt + now })
            : DeliveryChange.None;

    /// <summary>Its storm is cancelled: nobody gets it.</summary>
    internal static DeliveryChange Cancel(in DeliveryFacts delivery) => IsHeld(delivery) ? Withdraw(delivery) : DeliveryChange.None;

    /// <summary>Ends a delivery that nobody took in time. A leased delivery does not expire.</summary>
    internal static DeliveryChange Expire(in DeliveryFacts delivery, long now) =>
        IsWaiting(delivery.State) && IsOver(delivery.ExpiresAt, now)
            ? DeliveryChange.To(delivery with { State = DeliveryState.Expired, DueAt = null })
            : DeliveryChange.None;

    /// <summary>Its message was deleted or superseded: it is no longer delivered, but an agent that has leased it may still acknowledge it.</summary>
    internal static DeliveryChange TakeBack(in DeliveryFacts delivery) => IsWaiting(delivery.State) ? Withdraw(delivery) : DeliveryChange.None;

    /// <summary>Retention removes its message, even if somebody has leased it. A dead letter is removed without notice.</summary>
    internal static DeliveryChange Prune(in DeliveryFacts delivery) =>
        IsWaiting(delivery.State) || delivery.State == DeliveryState.Leased ? Withdraw(delivery) : DeliveryChange.None;

    /// <summary>Its agent was deleted, so it ends.</summary>
    internal static DeliveryChange EndWithAgent(in DeliveryFacts delivery) =>
        IsWaiting(delivery.State) || delivery.State is DeliveryState.Leased or DeliveryState.Dead ? Withdraw(delivery) : DeliveryChange.None;

    /// <summary>The states that <see cref="EndWithAgent"/> ends, for stores that end a whole mailbox without reading the rows.</summary>
    internal static IReadOnlyList<DeliveryState> EndedWithAgent { get; } =
        [.. Enum.GetValues<DeliveryState>().Where(state => EndWithAgent(new DeliveryFacts(state, 1, 0, null, null, null)).Happens)];

    /// <summary>Requeues a dead letter: it is queued now, without failures, and with the time to live and rank of a new message.</summary>
    internal static DeliveryChange Requeue(in DeliveryFacts delivery, bool isGone, EffectiveSettings settings, long now)
    {
        if (delivery.State != DeliveryState.Dead)
            return DeliveryChange.None;
        return isGone
            ? Withdraw(delivery)
            : DeliveryChange.To(delivery with { State = DeliveryState.Queued, Attempt = 1, Disconnects = 0, ExpiresAt = Later(now, settings.MessageTtl) });
    }

    /// <summary>Discards a dead letter.</summary>
    internal static DeliveryChange Purge(in DeliveryFacts delivery) => delivery.State == DeliveryState.Dead ? Withdraw(delivery) : DeliveryChange.None;

    /// <summary>Moves a delivery to another agent with the same capability; it must be waiting, and is queued at once. A held one stays where it
    /// is.</summary>
    internal static DeliveryChange Move(in DeliveryFacts delivery) =>
        IsWaiting(delivery.State) && !IsHeld(delivery)
            ? DeliveryChange.To(delivery with { State = DeliveryState.Queued, DueAt = null })
            : DeliveryChange.None;

    /// <summary>The state that clients see.</summary>
    /// <param name="queuedAt">When it was or will be queued.</param>
    internal static DeliveryState Shown(DeliveryState state, long? queuedAt) =>
        state == DeliveryState.Scheduled && StormEnd.Is(queuedAt) ? DeliveryState.Held : state;

    private static bool IsHeld(in DeliveryFacts delivery) => delivery.State == DeliveryState.Scheduled && StormEnd.Is(delivery.DueAt);

    private static bool IsWaiting(DeliveryState state) => state is DeliveryState.Scheduled or DeliveryState.Queued;

    private static DeliveryChange Withdraw(in DeliveryFacts delivery) =>
        DeliveryChange.To(delivery with { State = DeliveryState.Withdrawn, DueAt = null, LeaseUntil = null });

    private static long Later(long now, TimeSpan by) => now + Milliseconds(by);

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
