using Parley.Protocol;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Sqlite;

internal sealed partial class SqliteMessageStore
{
    private const string Queue =
        """
        SELECT d.delivery, d.place, d.attempt, d.priority, d.queued_at, d.expires_at, d.rank, l.type, l.sender, l.body
        FROM deliveries d INDEXED BY deliveries_queued JOIN log l ON l.place = d.place
        WHERE d.state = 1 AND d.handed = 0 AND d.mailbox = ?1 AND (d.rank, d.delivery) > (?2, ?3)
        ORDER BY d.rank, d.delivery
        """;

    public async Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(ClaimOrder order)
    {
        var operation = new ClaimOperation(this, order);
        _writer.Enqueue(operation);
        return await operation.Done;
    }

    public ValueTask<IReadOnlyList<ClaimedDelivery>> PeekAsync(ClaimOrder order, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<ClaimedDelivery>>(connection => Peek(connection, order), cancellationToken);

    /// <summary>A claim by a connection is a note in memory, so nothing is written and no commit is waited for; one over REST is on disk.</summary>
    private sealed class ClaimOperation(SqliteMessageStore store, ClaimOrder order) : WriteOperation
    {
        private readonly TaskCompletionSource<IReadOnlyList<ClaimedDelivery>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<ClaimedDelivery> _claimed = [];

        internal Task<IReadOnlyList<ClaimedDelivery>> Done => _done.Task;

        internal override int Weight => order.Max;

        internal override bool IsRead => order.Holder is not null;

        internal override void Apply(SqliteConnection connection) => store.Claim(connection, order, _claimed);

        internal override void Committed()
        {
            if (order.Holder is not { } holder || _claimed.Count == 0)
                return;
            // On this thread, as what is sent past the queue is: so each comes in its turn.
            foreach (var claimed in _claimed)
                holder.Deliver(claimed);
            store.WriteCounters();
        }

        internal override void Complete() => _done.TrySetResult(_claimed);

        internal override void Fail(Exception reason) => _done.TrySetException(reason);

        internal override void Undo()
        {
            if (order.Holder is not null && store._ledger.Peek(order.Agent) is { } account)
            {
                foreach (var claimed in _claimed)
                {
                    if (account.Leases.TryGetValue(claimed.Delivery, out var lease))
                        account.GiveBack(claimed.Delivery, lease);
                }
            }

            _claimed.Clear();
        }
    }

    private void Claim(SqliteConnection connection, ClaimOrder order, List<ClaimedDelivery> into)
    {
        var account = _ledger.Of(connection, order.Agent);
        if (account.WaitingTotal == 0)
            return;
        var cursor = _log.Cursor(connection, order.Project);
        var now = _log.Now(cursor);
        var found = FindQueued(connection, order, account, now, out var expired);
        foreach (var queued in found)
        {
            into.Add(order.Holder is { } holder ? Hold(account, holder, order.Project, queued, now) : LeaseDurably(connection, account, order, queued, now));
            Note(order.Project, queued.Delivery, queued.Seq, order.Agent, DeliveryState.Leased, queued.Attempt, now);
        }

        cursor.Delivered += found.Count;
        if (expired.Count == 0)
            return;
        if (order.Holder is null)
            ExpireAll(connection, expired, now);
        else
            _writer.Enqueue(new WriteOperation<int>(writing => ExpireAll(writing, expired, now), weight: expired.Count));
    }

    private int ExpireAll(SqliteConnection connection, List<long> deliveries, long now) =>
        deliveries.Count(delivery => Find(connection, delivery) is { } found && Expire(connection, found, now));

    /// <summary>What a claim has counted goes to disk with whatever is written next, or by itself.</summary>
    private void WriteCounters() => _writer.Enqueue(new WriteOperation<bool>(static _ => true));

    private readonly record struct QueuedDelivery(long Delivery, long Seq, int Attempt, Priority Priority, long QueuedAt, byte[] Json);

    private List<QueuedDelivery> FindQueued(SqliteConnection connection, ClaimOrder order, MailboxAccount account, long now, out List<long> expired)
    {
        var found = new List<QueuedDelivery>(Math.Min(order.Max, account.WaitingTotal));
        expired = [];
        // Everything before this place is held by connections, so it need not be looked at again; a filter passes rows over that stay.
        var from = order.Filter.IsEverything ? account.GivenOutTo ?? (long.MinValue, 0) : (long.MinValue, 0);
        var rows = connection.Prepare(Queue).Bind(1, order.Agent).Bind(2, from.Item1).Bind(3, from.Item2);
        var givesOut = order.Filter.IsEverything && order.Holder is not null;
        while (found.Count < order.Max && rows.Step())
        {
            var delivery = rows.Int64(0);
            var held = account.Leases.GetValueOrDefault(delivery);
            // What comes back with this very commit is free after it: the next claim starts there.
            givesOut &= held is not { IsEnding: true };
            if (givesOut)
                account.GivenOutTo = (rows.Int64(6), delivery);
            if (held is not null)
                continue;
            if (DeliveryRules.IsOver(rows.NullableInt64(5), now))
            {
                expired.Add(delivery);
                continue;
            }

            var priority = (Priority)rows.Int32(3);
            if (order.Filter.IsEverything || order.Filter.Takes(rows.Text(7)!, priority, rows.Int32(8)))
                found.Add(new QueuedDelivery(delivery, LogKey.Seq(rows.Int64(1)), rows.Int32(2), priority, rows.Int64(4), rows.Blob(9).ToArray()));
        }

        rows.Reset();
        return found;
    }

    private ClaimedDelivery Hold(MailboxAccount account, IDeliveryHolder holder, int project, in QueuedDelivery queued, long now)
    {
        account.Waiting[(int)queued.Priority]--;
        return Lease(account, holder, project, queued.Priority, queued.Delivery, queued.Seq, queued.Attempt, queued.QueuedAt, queued.Json, now);
    }

    private ClaimedDelivery LeaseDurably(SqliteConnection connection, MailboxAccount account, ClaimOrder order, in QueuedDelivery queued, long now)
    {
        var lease = ++_nextLease;
        var until = DeliveryRules.LeaseUntil(order.Lease, now);
        connection.Prepare("UPDATE deliveries SET state = 2, lease = ?2, lease_until = ?3, delivered_at = ?4 WHERE delivery = ?1")
            .Bind(1, queued.Delivery).Bind(2, lease).Bind(3, until).Bind(4, now).Run();
        account.Waiting[(int)queued.Priority]--;
        account.DurableLeases++;
        return new ClaimedDelivery(queued.Delivery, queued.Seq, queued.Attempt, lease, until, queued.Json);
    }

    private List<ClaimedDelivery> Peek(SqliteConnection connection, ClaimOrder order)
    {
        var found = new List<ClaimedDelivery>();
        var now = Now;
        var rows = connection.Prepare(Queue).Bind(1, order.Agent).Bind(2, long.MinValue).Bind(3, 0);
        while (found.Count < order.Max && rows.Step())
        {
            // What a connection holds is queued in the file.
            if (DeliveryRules.IsOver(rows.NullableInt64(5), now) || _ledger.HeldDeliveredAt(order.Agent, rows.Int64(0)) is not null)
                continue;
            if (order.Filter.Takes(rows.Text(7)!, (Priority)rows.Int32(3), rows.Int32(8)))
                found.Add(new ClaimedDelivery(rows.Int64(0), LogKey.Seq(rows.Int64(1)), rows.Int32(2), 0, 0, rows.Blob(9).ToArray()));
        }

        rows.Reset();
        return found;
    }
}
