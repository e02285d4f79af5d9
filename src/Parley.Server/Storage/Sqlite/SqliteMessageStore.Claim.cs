using Parley.Protocol;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Sqlite;

internal sealed partial class SqliteMessageStore
{
    private const string Queue =
        """
        SELECT d.delivery, d.place, d.attempt, d.priority, d.queued_at, d.expires_at, d.rank, l.body
        FROM deliveries d INDEXED BY deliveries_queued JOIN log l ON l.place = d.place
        WHERE d.state = 1 AND d.handed = 0 AND d.mailbox = ?1 AND (d.rank, d.delivery) > (?2, ?3)
        ORDER BY d.rank, d.delivery
        """;

    public Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(ClaimOrder order)
    {
        if (order.Chosen is null && !order.Filter.IsEverything)
            return ClaimFilteredAsync(order);
        var operation = new ClaimOperation(this, order, candidates: order.Chosen);
        _writer.Enqueue(operation);
        return operation.Done;
    }

    public ValueTask<IReadOnlyList<ClaimedDelivery>> PeekAsync(ClaimOrder order, CancellationToken cancellationToken) =>
        PeekFilteredAsync(order, cancellationToken);

    /// <summary>A claim by a connection is only a note in memory, so nothing is written and there is no commit to wait for. A claim over REST is on
    /// disk.</summary>
    /// <param name="candidates">What a reader found to match the filter; null if there is no filter.</param>
    private sealed class ClaimOperation(SqliteMessageStore store, ClaimOrder order, IReadOnlyList<long>? candidates) : WriteOperation
    {
        private readonly TaskCompletionSource<IReadOnlyList<ClaimedDelivery>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<ClaimedDelivery> _claimed = [];

        internal Task<IReadOnlyList<ClaimedDelivery>> Done => _done.Task;

        internal override int Weight => order.Max;

        internal override bool IsRead => order.Holder is not null;

        internal override void Apply(SqliteConnection connection) => store.Claim(connection, order, candidates, _claimed);

        internal override void Committed()
        {
            if (order.Holder is not { } holder || _claimed.Count == 0)
                return;
            // On this thread, like deliveries that bypass the queue, so that they arrive in order.
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

    private void Claim(SqliteConnection connection, ClaimOrder order, IReadOnlyList<long>? candidates, List<ClaimedDelivery> into)
    {
        var account = _ledger.Of(connection, order.Agent);
        if (account.WaitingTotal == 0)
            return;
        var cursor = _log.Cursor(connection, order.Project);
        var now = _log.Now(cursor);
        var expired = new List<long>();
        var found = candidates is null ? FindQueued(connection, order, account, now, expired) : Choose(connection, order, account, candidates, now);
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

    /// <summary>Stores the counters of a claim, together with the next write or on their own.</summary>
    private void WriteCounters() => _writer.Enqueue(new WriteOperation<bool>(static _ => true));

    private readonly record struct QueuedDelivery(long Delivery, long Seq, int Attempt, Priority Priority, long QueuedAt, byte[] Json);

    private List<QueuedDelivery> FindQueued(SqliteConnection connection, ClaimOrder order, MailboxAccount account, long now, List<long> expired)
    {
        var found = new List<QueuedDelivery>(Math.Min(order.Max, account.WaitingTotal));
        // Connections hold everything before this place, so there is no need to look at it again.
        var from = account.GivenOutTo ?? (long.MinValue, 0);
        var rows = connection.Prepare(Queue).Bind(1, order.Agent).Bind(2, from.Item1).Bind(3, from.Item2);
        var givesOut = order.Holder is not null;
        var bytes = 0L;
        while (found.Count < order.Max && bytes < order.Bytes && rows.Step())
        {
            var delivery = rows.Int64(0);
            var held = account.Leases.GetValueOrDefault(delivery);
            // A delivery that this commit gives back is free afterward, so the next claim starts there.
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

            found.Add(new QueuedDelivery(delivery, LogKey.Seq(rows.Int64(1)), rows.Int32(2), (Priority)rows.Int32(3), rows.Int64(4), rows.Blob(7).ToArray()));
            bytes += found[^1].Json.Length;
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

    public async ValueTask ReturnAsync(int project, IReadOnlyList<ClaimedDelivery> claimed, CancellationToken cancellationToken) => await WriteAsync(
        connection =>
        {
            var now = Now;
            foreach (var delivery in claimed)
            {
                if (Find(connection, delivery.Delivery) is { Held: null } found && DeliveryRules.Holds(found.State, found.Facts.Lease, delivery.Lease))
                    Return(connection, found, now);
            }

            return true;
        },
        cancellationToken,
        weight: claimed.Count);

    private void Return(SqliteConnection connection, in Found found, long now)
    {
        var account = _ledger.Of(connection, found.Mailbox);
        LeaveQueue(account, found, []);
        var change = DeliveryRules.GiveBack(found.Facts, IsMessageGone(connection, found, out var reason));
        if (change.State == DeliveryState.Withdrawn)
        {
            WriteWithdrawn(connection, found.Delivery, now, reason);
        }
        else
        {
            connection.Prepare("UPDATE deliveries SET state = 1, handed = 0, lease_until = NULL WHERE delivery = ?1").Bind(1, found.Delivery).Run();
            account.Queue(found.Priority, found.Rank, found.Delivery);
            _toWake.Add(found.Mailbox);
        }

        Note(found, change, now);
    }
}
