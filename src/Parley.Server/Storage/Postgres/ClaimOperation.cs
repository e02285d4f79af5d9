using Npgsql;
using Parley.Protocol;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Postgres;

/// <summary>One claim.</summary>
/// <param name="candidates">What a reader found to match the filter; null if there is no filter.</param>
internal sealed class ClaimOperation(PostgresMessageStore store, ClaimOrder order, long[]? candidates) : PostgresBatchOperation
{
    private readonly TaskCompletionSource<IReadOnlyList<ClaimedDelivery>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(long Rank, ClaimedDelivery Delivery)> _claimed = [];
    private readonly List<long> _over = [];

    internal ClaimOrder Order => order;

    internal long[]? Candidates => candidates;

    internal Task<IReadOnlyList<ClaimedDelivery>> Done => _done.Task;

    internal override int Weight => order.Max;

    internal override bool IsUnfinished => _over.Count > 0;

    internal override ValueTask<bool> AddToAsync(PostgresBatch batch, bool onlyOne)
    {
        batch.Add(this);
        return new(true);
    }

    internal override void Rewind()
    {
        _claimed.Clear();
        _over.Clear();
    }

    /// <summary>Reads a row of <c>parley_claim_2</c>.</summary>
    internal void Take(NpgsqlDataReader row)
    {
        var delivery = row.GetInt64(1);
        if (row.GetBoolean(0))
        {
            _over.Add(delivery);
            return;
        }

        var seq = LogKey.Seq(row.GetInt64(2));
        var json = row.GetBoolean(10) ? row.GetFieldValue<byte[]>(14) : PostgresLogRows.Json(row, firstColumn: 11, seq, row.GetInt64(9));
        _claimed.Add((row.GetInt64(7), new ClaimedDelivery(delivery, seq, row.GetInt16(3), row.GetInt64(4), row.GetInt64(5), json)));
    }

    internal void Committed(CommitEffects news)
    {
        _claimed.Sort(static (one, other) => (one.Rank, one.Delivery.Seq).CompareTo((other.Rank, other.Delivery.Seq)));
        foreach (var (_, claimed) in _claimed)
        {
            if (order.Holder is { } holder)
            {
                store.Held.Add(order.Agent, claimed.Delivery, new HeldLease(holder, order.Agent, order.Project, claimed.Seq, claimed.Lease, claimed.Attempt, claimed.LeaseUntil));
                // On the lane, like deliveries that bypass the queue, so that they arrive in order.
                holder.Deliver(claimed);
            }

            store.Note(news, order.Project, claimed.Delivery, claimed.Seq, order.Agent, DeliveryState.Leased, claimed.Attempt, claimed.LeaseUntil - (long)order.Lease.TotalMilliseconds);
        }

        if (_claimed.Count < order.Max && candidates is null && _claimed.Sum(claimed => (long)claimed.Delivery.Json.Length) < order.Bytes)
            store.Backlogs.Forget(order.Agent);
        else
            store.Backlogs.Add(order.Agent, -_claimed.Count);
    }

    /// <summary>Removes expired deliveries, found while claiming, from the queue.</summary>
    internal override Task ApplyAsync(PostgresTransaction transaction) => store.ExpireAsync(transaction, [.. _over]);

    internal override void Complete() => _done.TrySetResult(_claimed.ConvertAll(claimed => claimed.Delivery));

    internal override void Fail(Exception reason) => _done.TrySetException(reason);
}
