using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>What happens to deliveries over time: due ones are queued, lapsed leases end, and expired ones are removed from the queue.</summary>
internal sealed partial class SqliteMessageStore
{
    /// <summary>The most in one transaction: a few milliseconds of the writer's time.</summary>
    private const int MaxRescued = 500;

    /// <summary>Milliseconds.</summary>
    private const long BacklogInterval = 5_000;

    private long _backlogsWokenAt;

    /// <summary>Where the scan of the queues continues.</summary>
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

    public async ValueTask ReleaseAsync(int agent, IDeliveryHolder holder, bool isLost, CancellationToken cancellationToken)
    {
        var handed = new List<long>();
        var ended = new List<EndedLease>();
        _ = await _writer.WriteAsync(
            connection =>
            {
                var account = _ledger.Of(connection, agent);
                if (isLost)
                    LoseReader(connection, account, holder, ended);
                var back = GiveBack(account, holder);
                handed.AddRange(back.Where(pair => pair.Value.IsHanded).Select(pair => pair.Key));
                foreach (var delivery in handed)
                    InFlightRows.Queue(connection, delivery);
                foreach (var (delivery, lease) in back)
                {
                    var held = new DeliveryFacts(DeliveryState.Leased, lease.Attempt, lease.Lease, lease.Until, null, null);
                    var change = DeliveryRules.GiveBack(held, IsWithdrawn(connection, delivery));
                    // It is already withdrawn in the file.
                    if (change.State == DeliveryState.Withdrawn)
                        account.Waiting[(int)lease.Priority]--;
                    Note(lease.Project, delivery, lease.Seq, agent, change.State, change.Attempt, Now);
                }

                _toWake.Add(agent);
                return true;
            },
            cancellationToken,
            committed: _ => End(ended),
            undone: () =>
            {
                GoOn(ended);
                // The holder is gone even if the commit failed. In that case, what was being settled is given back too.
                if (_ledger.Peek(agent) is { } account)
                    handed.AddRange(GiveBack(account, holder).Where(pair => pair.Value.IsHanded).Select(pair => pair.Key));
                foreach (var delivery in handed)
                    _handed.Owe(agent, delivery);
            });
    }

    /// <summary>Counts the lost connection for the delivery that the holder got first. The lease stays with the holder if the delivery is only to be
    /// given back.</summary>
    private void LoseReader(SqliteConnection connection, MailboxAccount account, IDeliveryHolder holder, List<EndedLease> ended)
    {
        var (delivery, lease) = account.Leases.Where(pair => ReferenceEquals(pair.Value.Holder, holder) && !pair.Value.IsEnding)
            .OrderBy(pair => pair.Value.Lease).FirstOrDefault();
        // Usually the holder has nothing, and the file may already have withdrawn the delivery.
        if (lease is null || Find(connection, delivery) is not { IsOver: false } found)
            return;
        var now = Now;
        var change = DeliveryRules.LoseReader(found.Facts, isGone: false, SettingsOf(lease.Project), now);
        var disconnects = change.Delivery.Disconnects;
        connection.Prepare(DeliverySql.CountDisconnects).Bind(1, delivery).Bind(2, disconnects).Run();
        if (change.State == DeliveryState.Queued)
            return;
        LeaveQueue(account, found, ended);
        if (change.State == DeliveryState.Dead)
            Die(connection, account, found, now, DeliveryReasons.ReaderLost(disconnects));
        else
            TryAgain(connection, account, found, change, now, DeliveryReasons.ReaderLost(disconnects));
    }

    /// <summary>Requeues what a holder has and is not currently settling.</summary>
    private static List<KeyValuePair<long, ConnectionLease>> GiveBack(MailboxAccount account, IDeliveryHolder holder)
    {
        var held = account.Leases.Where(pair => ReferenceEquals(pair.Value.Holder, holder) && !pair.Value.IsEnding).ToList();
        foreach (var (delivery, lease) in held)
            account.GiveBack(delivery, lease);
        return held;
    }

    /// <summary>Scans the queues on a reader's connection, one limited part at a time. The writer only removes what has expired.</summary>
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
                    if (Find(connection, delivery) is { } found && Expire(connection, found, now))
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
            if (DeliveryRules.IsOver(rows.NullableInt64(3), now) && over.Count < MaxRescued)
                over.Add(place.Delivery);
        }

        // If the scan is complete, start over. If it found the most it may return, scan this part again first.
        return (over, looked < most ? (0, long.MinValue, 0) : over.Count == MaxRescued ? _expiryPlace : place);
    }

    /// <returns>False if somebody holds it, or it is already settled.</returns>
    private bool Expire(SqliteConnection connection, in Found found, long now)
    {
        var account = _ledger.Of(connection, found.Mailbox);
        // If a connection settles it with this commit, it still belongs to that connection.
        if (!DeliveryRules.Expire(found.Facts, now).Happens || account.Leases.ContainsKey(found.Delivery))
            return false;
        connection.Prepare("UPDATE deliveries SET state = 5, ended_at = ?2 WHERE delivery = ?1").Bind(1, found.Delivery).Bind(2, now).Run();
        LeaveQueue(account, found, []);
        var cursor = _log.Cursor(connection, LogKey.Project(found.Place));
        cursor.Expired++;
        AppendEnd(connection, cursor, EntryKind.Expiry, found, null);
        return true;
    }

    /// <summary>A wake-up is a hint and may be lost, so mailboxes with a backlog are woken again every few seconds.</summary>
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
        var due = new List<Found>();
        var rows = connection.Prepare(
                $"""
                SELECT {DeliverySql.Columns} FROM deliveries d INDEXED BY deliveries_scheduled
                WHERE d.state = 0 AND d.due_at <= ?1 ORDER BY d.due_at LIMIT ?2
                """)
            .Bind(1, now).Bind(2, MaxRescued);
        while (rows.Step())
            due.Add(At(rows, _ledger.Of(connection, rows.Int32(2))));

        foreach (var found in due)
        {
            var change = DeliveryRules.ComeDue(found.Facts, now);
            if (change.State == DeliveryState.Expired)
                Expire(connection, found, now);
            else if (change.Happens)
                QueueNow(connection, found, change, now);
        }

        return due.Count == MaxRescued;
    }

    private void QueueNow(SqliteConnection connection, in Found found, in DeliveryChange change, long now)
    {
        connection.Prepare("UPDATE deliveries SET state = 1, due_at = NULL WHERE delivery = ?1").Bind(1, found.Delivery).Run();
        _ledger.Of(connection, found.Mailbox).Queue(found.Priority, found.Rank, found.Delivery);
        _toWake.Add(found.Mailbox);
        ReleaseWithheld(connection, _log.Cursor(connection, LogKey.Project(found.Place)), found.Place, now);
        Note(found, change, now);
    }

    /// <summary>Appends the second entry of a scheduled message, which its recipients can see.</summary>
    private void ReleaseWithheld(SqliteConnection connection, ProjectCursor cursor, long place, long now)
    {
        var withheld = connection.Prepare("SELECT 1 FROM log WHERE place = ?1 AND audience >= 16 AND released_by IS NULL").Bind(1, place);
        if (withheld.Scalar() is null)
            return;
        var message = SqliteLogRows.Find(connection, place)!;
        var seq = cursor.NextSeq;
        var release = new LogEntry
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
        };
        _log.Append(connection, cursor, release, DeliveriesOf(connection, place));
        _released.Add(release);
        connection.Prepare("UPDATE log SET released_by = ?2 WHERE place = ?1").Bind(1, place).Bind(2, LogKey.Of(cursor.Project, seq)).Run();
    }

    /// <summary>An entry about a message names the same deliveries, so the same agents can read it.</summary>
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
        var lapsed = new List<long>();
        var rows = connection.Prepare(
                "SELECT delivery FROM deliveries INDEXED BY deliveries_leased WHERE state = 2 AND lease_until <= ?1 ORDER BY lease_until LIMIT ?2")
            .Bind(1, now).Bind(2, MaxRescued);
        while (rows.Step())
            lapsed.Add(rows.Int64(0));
        foreach (var delivery in lapsed)
            Lapse(connection, delivery, now, ended);
        return lapsed.Count == MaxRescued;
    }

    private void LapseHeld(SqliteConnection connection, long now, List<EndedLease> ended)
    {
        foreach (var (_, account) in _ledger.Accounts)
        {
            if (account.Leases.IsEmpty)
                continue;
            foreach (var delivery in account.Leases.Where(pair => pair.Value.Until <= now).Select(pair => pair.Key).Take(MaxRescued).ToList())
                Lapse(connection, delivery, now, ended);
        }
    }

    private void Lapse(SqliteConnection connection, long delivery, long now, List<EndedLease> ended)
    {
        if (Find(connection, delivery) is { } found && DeliveryRules.HasLapsed(found.Facts, now))
            GiveUp(connection, _ledger.Of(connection, found.Mailbox), found, now, DeliveryReasons.LeaseLapsed, null, ended);
    }
}
