using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Sqlite;

/// <summary>What time does to deliveries: due ones are queued, lapsed leases end, expired ones leave.</summary>
internal sealed partial class SqliteMessageStore
{
    /// <summary>In one transaction: a few milliseconds of the writer's time.</summary>
    private const int MaxRescued = 500;

    /// <summary>Milliseconds.</summary>
    private const long BacklogInterval = 5_000;

    private long _backlogsWokenAt;

    /// <summary>Where the round through the queues goes on.</summary>
    private (int Mailbox, long Rank, long Delivery) _expiryPlace = (0, long.MinValue, 0);

    public async ValueTask<RescueResult> RescueAsync(CancellationToken cancellationToken)
    {
        var ended = new List<EndedLease>();
        return await _writer.WriteAsync(
            connection =>
            {
                var now = Now;
                _toWake.UnionWith(_handed.Pay(connection));
                _handed.Advance(connection, _nextDelivery);
                WakeBacklogs(now);
                var more = QueueDue(connection, now) | LapseDurable(connection, now, ended);
                LapseHeld(connection, now, ended);
                var next = connection.Prepare("SELECT min(due_at) FROM deliveries INDEXED BY deliveries_scheduled WHERE state = 0").Scalar();
                return new RescueResult(more, next);
            },
            cancellationToken,
            committed: _ =>
            {
                End(ended);
                _handed.Paid();
            },
            undone: () => GoOn(ended),
            weight: MaxRescued);
    }

    public async ValueTask ReleaseAsync(int agent, IDeliveryHolder holder, CancellationToken cancellationToken)
    {
        var handed = new List<long>();
        _ = await _writer.WriteAsync(
            connection =>
            {
                var account = _ledger.Of(connection, agent);
                var back = GiveBack(account, holder);
                handed.AddRange(back.Where(pair => pair.Value.IsHanded).Select(pair => pair.Key));
                foreach (var delivery in handed)
                    InFlightRows.Queue(connection, delivery);
                foreach (var (delivery, lease) in back)
                {
                    var isOver = IsWithdrawn(connection, delivery);
                    if (isOver)
                        account.Waiting[(int)lease.Priority]--;
                    Note(lease.Project, delivery, lease.Seq, agent, isOver ? DeliveryState.Withdrawn : DeliveryState.Queued, lease.Attempt, Now);
                }

                _toWake.Add(agent);
                return true;
            },
            cancellationToken,
            undone: () =>
            {
                // The holder is gone also where the commit failed: then what was being settled comes back too.
                if (_ledger.Peek(agent) is { } account)
                    handed.AddRange(GiveBack(account, holder).Where(pair => pair.Value.IsHanded).Select(pair => pair.Key));
                foreach (var delivery in handed)
                    _handed.Owe(agent, delivery);
            });
    }

    /// <summary>Queues what a holder has and is not just being settled.</summary>
    private static List<KeyValuePair<long, ConnectionLease>> GiveBack(MailboxAccount account, IDeliveryHolder holder)
    {
        var held = account.Leases.Where(pair => ReferenceEquals(pair.Value.Holder, holder) && !pair.Value.IsEnding).ToList();
        foreach (var (delivery, lease) in held)
            account.GiveBack(delivery, lease);
        return held;
    }

    /// <summary>Looks through the queues on a reader's connection, a bounded part at a time; the writer only takes what is over.</summary>
    public async ValueTask<int> ExpireAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        var (over, place) = await _readers.ReadAsync(connection => FindExpired(connection, now), cancellationToken);
        _expiryPlace = place;
        if (over.Count == 0)
            return 0;
        return await WriteAsync(
            connection =>
            {
                var expired = 0;
                foreach (var delivery in over)
                {
                    var project = LogKey.Project(connection.Prepare("SELECT place FROM deliveries WHERE delivery = ?1").Bind(1, delivery).Scalar() ?? 0);
                    if (project != 0 && Expire(connection, _log.Cursor(connection, project), delivery, now))
                        expired++;
                }

                return expired;
            },
            cancellationToken,
            weight: over.Count);
    }

    private (List<long> Over, (int, long, long) Place) FindExpired(SqliteConnection connection, long now)
    {
        const int most = 5_000;
        var over = new List<long>();
        var place = _expiryPlace;
        var rows = connection.Prepare(
                """
                SELECT mailbox, rank, delivery, expires_at FROM deliveries INDEXED BY deliveries_queued
                WHERE state = 1 AND handed = 0 AND (mailbox, rank, delivery) > (?1, ?2, ?3) ORDER BY mailbox, rank, delivery LIMIT ?4
                """)
            .Bind(1, place.Mailbox).Bind(2, place.Rank).Bind(3, place.Delivery).Bind(4, most);
        var looked = 0;
        while (rows.Step())
        {
            looked++;
            place = (rows.Int32(0), rows.Int64(1), rows.Int64(2));
            if (!rows.IsNull(3) && rows.Int64(3) <= now && over.Count < MaxRescued)
                over.Add(place.Delivery);
        }

        // The round is over, or much was found: then this part is looked through again first.
        return (over, looked < most ? (0, long.MinValue, 0) : over.Count == MaxRescued ? _expiryPlace : place);
    }

    /// <returns>False when it is held by somebody, or settled already.</returns>
    private bool Expire(SqliteConnection connection, ProjectCursor cursor, long delivery, long now)
    {
        var row = connection.Prepare("SELECT place, mailbox, state, attempt, priority, expires_at FROM deliveries WHERE delivery = ?1").Bind(1, delivery);
        if (!row.Step())
            return false;
        var (place, mailbox, state, attempt, priority) = (row.Int64(0), row.Int32(1), (DeliveryState)row.Int32(2), row.Int32(3), row.Int32(4));
        var over = !row.IsNull(5) && row.Int64(5) <= now;
        row.Reset();
        var account = _ledger.Of(connection, mailbox);
        if (!over || state is not (DeliveryState.Queued or DeliveryState.Scheduled) || account.Leases.ContainsKey(delivery))
            return false;
        connection.Prepare("UPDATE deliveries SET state = 5, ended_at = ?2 WHERE delivery = ?1").Bind(1, delivery).Bind(2, now).Run();
        if (state == DeliveryState.Queued)
            account.Waiting[priority]--;
        cursor.Expired++;
        AppendEnd(connection, cursor, EntryKind.Expiry, place, delivery, mailbox, now, attempt, null);
        return true;
    }

    /// <summary>A wake-up is a hint and may be lost: whoever has a backlog is woken again every few seconds.</summary>
    private void WakeBacklogs(long now)
    {
        if (now - _backlogsWokenAt < BacklogInterval)
            return;
        _backlogsWokenAt = now;
        foreach (var (mailbox, account) in _ledger.Accounts)
        {
            if (account.WaitingTotal > 0)
                _toWake.Add(mailbox);
        }
    }

    private bool QueueDue(SqliteConnection connection, long now)
    {
        var due = new List<(long Delivery, long Place, int Mailbox, Priority Priority, long Rank, long? Expires, int Attempt)>();
        var rows = connection.Prepare(
                """
                SELECT delivery, place, mailbox, priority, rank, expires_at, attempt FROM deliveries INDEXED BY deliveries_scheduled
                WHERE state = 0 AND due_at <= ?1 ORDER BY due_at LIMIT ?2
                """)
            .Bind(1, now).Bind(2, MaxRescued);
        while (rows.Step())
            due.Add((rows.Int64(0), rows.Int64(1), rows.Int32(2), (Priority)rows.Int32(3), rows.Int64(4), rows.NullableInt64(5), rows.Int32(6)));

        foreach (var (delivery, place, mailbox, priority, rank, expires, attempt) in due)
        {
            var cursor = _log.Cursor(connection, LogKey.Project(place));
            if (expires <= now)
            {
                Expire(connection, cursor, delivery, now);
                continue;
            }

            connection.Prepare("UPDATE deliveries SET state = 1, due_at = NULL WHERE delivery = ?1").Bind(1, delivery).Run();
            _ledger.Of(connection, mailbox).Queue(priority, rank, delivery);
            _toWake.Add(mailbox);
            ReleaseWithheld(connection, cursor, place, now);
            Note(cursor.Project, delivery, LogKey.Seq(place), mailbox, DeliveryState.Queued, attempt, now);
        }

        return due.Count == MaxRescued;
    }

    /// <summary>The second entry of a scheduled message: the one that its recipients see.</summary>
    private void ReleaseWithheld(SqliteConnection connection, ProjectCursor cursor, long place, long now)
    {
        var withheld = connection.Prepare("SELECT 1 FROM log WHERE place = ?1 AND audience >= 16 AND released_by IS NULL").Bind(1, place);
        if (withheld.Scalar() is null)
            return;
        var message = SqliteLogRows.Find(connection, place)!;
        var seq = cursor.NextSeq;
        _log.Append(connection, cursor, new LogEntry
        {
            Project = cursor.Project,
            Seq = seq,
            Kind = EntryKind.Release,
            Stamp = _log.Now(cursor),
            Audience = message.Audience & ~Audience.Withheld,
            Sender = message.Sender,
            Recipients = message.Recipients,
            Type = message.Type,
            Thread = message.Thread,
            Execution = message.Execution,
            ReplyTo = message.ReplyTo,
            Hops = message.Hops,
            Subject = message.Seq,
            Json = message.Json,
        }, DeliveriesOf(connection, place));
        connection.Prepare("UPDATE log SET released_by = ?2 WHERE place = ?1").Bind(1, place).Bind(2, LogKey.Of(cursor.Project, seq)).Run();
    }

    /// <summary>An entry about a message names the same deliveries, so that it reads for the same agents.</summary>
    private static MessageColumns DeliveriesOf(SqliteConnection connection, long place)
    {
        var row = connection.Prepare("SELECT first_delivery, deliveries FROM log WHERE place = ?1").Bind(1, place);
        if (!row.Step())
            return default;
        var columns = new MessageColumns(row.Int64(0), row.Int32(1), null, null, null);
        row.Reset();
        return columns;
    }

    private bool LapseDurable(SqliteConnection connection, long now, List<EndedLease> ended)
    {
        var lapsed = new List<(long Delivery, int Mailbox)>();
        var rows = connection.Prepare(
                "SELECT delivery, mailbox FROM deliveries INDEXED BY deliveries_leased WHERE state = 2 AND lease_until <= ?1 ORDER BY lease_until LIMIT ?2")
            .Bind(1, now).Bind(2, MaxRescued);
        while (rows.Step())
            lapsed.Add((rows.Int64(0), rows.Int32(1)));
        foreach (var (delivery, mailbox) in lapsed)
            Lapse(connection, mailbox, delivery, now, ended);
        return lapsed.Count == MaxRescued;
    }

    private void LapseHeld(SqliteConnection connection, long now, List<EndedLease> ended)
    {
        foreach (var (mailbox, account) in _ledger.Accounts)
        {
            if (account.Leases.IsEmpty)
                continue;
            foreach (var delivery in account.Leases.Where(pair => pair.Value.Until <= now).Select(pair => pair.Key).Take(MaxRescued).ToList())
                Lapse(connection, mailbox, delivery, now, ended);
        }
    }

    private void Lapse(SqliteConnection connection, int mailbox, long delivery, long now, List<EndedLease> ended)
    {
        var account = _ledger.Of(connection, mailbox);
        var row = connection.Prepare("SELECT delivery, place, state, attempt, priority, rank, lease, queued_at FROM deliveries WHERE delivery = ?1").Bind(1, delivery);
        if (Read(row, account) is { State: DeliveryState.Leased } found)
            GiveUp(connection, account, mailbox, found, now, "the lease lapsed", null, ended);
    }
}
