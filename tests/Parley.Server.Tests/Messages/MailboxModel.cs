using Parley.Protocol;

namespace Parley.Server.Tests.Messages;

/// <summary>A mailbox as the guarantees describe it, in plain lists: what a store must agree with after every step.</summary>
internal sealed class MailboxModel(long agingMilliseconds, long retryMilliseconds, int maxAttempts, int limit)
{
    /// <summary>Every delivery there ever was, by the seq of its message.</summary>
    internal SortedDictionary<long, ModelDelivery> Deliveries { get; } = [];

    /// <summary>Keys and the seqs that they stand for.</summary>
    internal Dictionary<string, long> Keys { get; } = [];

    internal IEnumerable<ModelDelivery> Queue(long now) => Deliveries.Values
        .Where(delivery => delivery.State == DeliveryState.Queued && delivery.ExpiresAt > now)
        .OrderBy(RankOf).ThenBy(delivery => delivery.Seq);

    internal int Count(DeliveryState state) => Deliveries.Values.Count(delivery => delivery.State == state);

    /// <summary>Queued on the books, whether its time is over or not: it counts for the bound until somebody looks.</summary>
    internal bool IsFull => Count(DeliveryState.Queued) >= limit;

    internal void Fail(ModelDelivery delivery, long now, long? delay)
    {
        var wait = delay ?? retryMilliseconds;
        delivery.Holder = null;
        if (delivery.IsDeleted)
        {
            delivery.State = DeliveryState.Withdrawn;
            return;
        }

        if (delivery.Attempt >= maxAttempts)
        {
            delivery.State = DeliveryState.Dead;
            return;
        }

        delivery.Attempt++;
        delivery.State = wait > 0 ? DeliveryState.Scheduled : DeliveryState.Queued;
        delivery.DueAt = now + wait;
    }

    /// <summary>What is due is queued, what lapsed has failed.</summary>
    internal void Rescue(long now)
    {
        foreach (var delivery in Deliveries.Values.Where(delivery => delivery.State == DeliveryState.Scheduled && delivery.DueAt <= now))
            delivery.State = delivery.ExpiresAt <= now ? DeliveryState.Expired : DeliveryState.Queued;
        foreach (var delivery in Deliveries.Values.Where(delivery => delivery.State == DeliveryState.Leased && delivery.LeaseUntil <= now))
            Fail(delivery, now, null);
    }

    internal void Expire(long now) => ExpireUpTo(null, now);

    /// <summary>Ends what is over and goes before another delivery; null: wherever it stands.</summary>
    internal void ExpireUpTo(ModelDelivery? last, long now)
    {
        foreach (var delivery in Deliveries.Values.Where(delivery => delivery.State == DeliveryState.Queued && delivery.ExpiresAt <= now))
        {
            if (last is null || (RankOf(delivery), delivery.Seq).CompareTo((RankOf(last), last.Seq)) < 0)
                delivery.State = DeliveryState.Expired;
        }
    }

    /// <summary>The end of a connection, or of the server: what it held is queued, uncounted.</summary>
    internal void Release(object? holder)
    {
        foreach (var delivery in Deliveries.Values.Where(delivery => delivery.Holder is { } held && (holder is null || held == holder)))
        {
            delivery.State = delivery.IsDeleted ? DeliveryState.Withdrawn : DeliveryState.Queued;
            delivery.Holder = null;
        }
    }

    private long RankOf(ModelDelivery delivery) =>
        agingMilliseconds == 0 ? -(long)delivery.Priority : delivery.QueuedAt - ((long)delivery.Priority * agingMilliseconds);
}

internal sealed class ModelDelivery
{
    internal required long Seq { get; init; }
    internal required Priority Priority { get; init; }
    internal required long QueuedAt { get; init; }
    internal required long ExpiresAt { get; init; }
    internal DeliveryState State { get; set; }

    /// <summary>Its message was deleted: it is withdrawn as soon as nobody holds it.</summary>
    internal bool IsDeleted { get; set; }

    internal int Attempt { get; set; } = 1;
    internal long DueAt { get; set; }
    internal long LeaseUntil { get; set; }

    /// <summary>The connection that has it; null for a lease of its own.</summary>
    internal object? Holder { get; set; }
}
