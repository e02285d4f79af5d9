using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Sqlite;

internal sealed partial class SqliteMessageStore
{
    public async Task<IReadOnlyList<Settlement>> SettleAsync(IReadOnlyList<Settle> settles)
    {
        var operation = new SettleOperation(this, settles);
        _writer.Enqueue(operation);
        GiveRoom(settles);
        return await operation.Done;
    }

    /// <summary>Who is through with a delivery has room for another: its backlog flows on while the acknowledgement is still on its way to disk.</summary>
    private void GiveRoom(IReadOnlyList<Settle> settles)
    {
        foreach (var settle in settles)
        {
            if (settle.Verb is SettleVerb.Ack or SettleVerb.Nack && settle.Delivery != 0 && _ledger.Peek(settle.Agent) is { } account &&
                account.Leases.TryGetValue(settle.Delivery, out var lease) && lease.Lease == settle.Lease)
            {
                lease.GiveRoom();
            }
        }
    }

    private sealed class SettleOperation(SqliteMessageStore store, IReadOnlyList<Settle> settles) : WriteOperation
    {
        private readonly TaskCompletionSource<IReadOnlyList<Settlement>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Settlement[] _results = new Settlement[settles.Count];

        /// <summary>Leases that end with the commit: in memory nothing may change before it.</summary>
        private readonly List<EndedLease> _ended = new(settles.Count);

        internal Task<IReadOnlyList<Settlement>> Done => _done.Task;

        internal override int Weight => settles.Count;

        internal override void Apply(SqliteConnection connection)
        {
            for (var i = 0; i < settles.Count; i++)
                _results[i] = store.Apply(connection, settles[i], _ended);
        }

        internal override void Committed() => store.End(_ended);

        internal override void Complete() => _done.TrySetResult(_results);

        internal override void Fail(Exception reason) => _done.TrySetException(reason);

        internal override void Undo() => GoOn(_ended);
    }

    /// <summary>Leases that were about to end are in force again.</summary>
    private static void GoOn(List<EndedLease> ended)
    {
        foreach (var end in ended)
            end.Lease.IsEnding = false;
        ended.Clear();
    }

    /// <param name="Extended">Set when the lease goes on instead.</param>
    private readonly record struct EndedLease(MailboxAccount Account, long Delivery, ConnectionLease Lease, long? Extended);

    /// <summary>A delivery as the writer finds it: on disk, and in the hands of a connection where it is.</summary>
    /// <param name="IsOver">It is held, and withdrawn on disk: its message went meanwhile.</param>
    private readonly record struct Found(
        long Delivery, long Place, DeliveryState State, int Attempt, Priority Priority, long Rank, long Lease, ConnectionLease? Held, long QueuedAt, bool IsOver);

    private void End(List<EndedLease> ended)
    {
        foreach (var end in ended)
        {
            if (end.Extended is { } until)
            {
                end.Lease.Until = until;
                continue;
            }

            end.Account.Leases.TryRemove(end.Delivery, out _);
            end.Lease.GiveRoom();
        }
    }

    private Settlement Apply(SqliteConnection connection, in Settle settle, List<EndedLease> ended)
    {
        var account = _ledger.Of(connection, settle.Agent);
        if (settle.Verb == SettleVerb.Ack && settle.Delivery != 0 && account.Leases.TryGetValue(settle.Delivery, out var held) &&
            !held.IsEnding && held.Lease == settle.Lease && held.Seq == settle.Seq && AckHeld(connection, account, settle, held, ended))
        {
            return Settlement.Settled;
        }

        if (Find(connection, account, settle) is not { } found)
            return Settlement.NotFound;
        if (settle.Verb == SettleVerb.Ack && found.State == DeliveryState.Acknowledged)
            return Settlement.Settled;
        var now = _log.Now(_log.Cursor(connection, settle.Project));
        if (settle.Verb == SettleVerb.Surfaced)
            return Surface(connection, settle, found, now);
        if (found.State is not (DeliveryState.Queued or DeliveryState.Leased) || !Holds(settle, found))
            return Settlement.LeaseLost;

        switch (settle.Verb)
        {
            case SettleVerb.Ack:
                Acknowledge(connection, account, settle, found, now, ended);
                return Settlement.Settled;
            case SettleVerb.Nack:
                GiveUp(connection, account, settle.Agent, found, now, settle.Reason ?? "refused", settle.Delay, ended);
                return Settlement.Settled;
            default:
                return Extend(connection, account, settle, found, now, ended);
        }
    }

    private static bool Holds(in Settle settle, in Found found) =>
        // Without a lease the caller settles its own, leased or only queued; with one it must still be in force.
        settle.Lease == 0 || (found.State == DeliveryState.Leased && found.Lease == settle.Lease);

    /// <summary>The way of nearly every acknowledgement: one update by the row's key.</summary>
    /// <returns>False when the row is not as memory has it, so that the long way finds out.</returns>
    private bool AckHeld(SqliteConnection connection, MailboxAccount account, in Settle settle, ConnectionLease held, List<EndedLease> ended)
    {
        var cursor = _log.Cursor(connection, settle.Project);
        var now = _log.Now(cursor);
        var changed = connection.Prepare(
                "UPDATE deliveries SET state = 3, delivered_at = ?2, acknowledged_at = ?3, ended_at = ?3 WHERE delivery = ?1 AND state = 1")
            .Bind(1, settle.Delivery).Bind(2, held.DeliveredAt).Bind(3, now).Run();
        if (changed == 0)
            return false;
        cursor.Acknowledged++;
        _latency.Record(settle.Project, now - held.QueuedAt);
        held.IsEnding = true;
        ended.Add(new EndedLease(account, settle.Delivery, held, null));
        Note(settle.Project, settle.Delivery, settle.Seq, settle.Agent, DeliveryState.Acknowledged, held.Attempt, now);
        return true;
    }

    private void Acknowledge(SqliteConnection connection, MailboxAccount account, in Settle settle, in Found found, long now, List<EndedLease> ended)
    {
        connection.Prepare(
                "UPDATE deliveries SET state = 3, delivered_at = coalesce(?2, delivered_at), acknowledged_at = ?3, ended_at = ?3, lease_until = NULL WHERE delivery = ?1")
            .Bind(1, found.Delivery).Bind(2, found.Held?.DeliveredAt).Bind(3, now).Run();
        _log.Cursor(connection, settle.Project).Acknowledged++;
        _latency.Record(settle.Project, now - found.QueuedAt);
        LeaveQueue(account, found, ended);
        Note(settle.Project, found.Delivery, settle.Seq, settle.Agent, DeliveryState.Acknowledged, found.Attempt, now);
    }

    private static Settlement Surface(SqliteConnection connection, in Settle settle, in Found found, long now)
    {
        if (settle.Lease != 0 && found.Lease != settle.Lease && found.State != DeliveryState.Acknowledged)
            return Settlement.LeaseLost;
        connection.Prepare("UPDATE deliveries SET surfaced_at = coalesce(surfaced_at, ?2) WHERE delivery = ?1")
            .Bind(1, found.Delivery).Bind(2, now).Run();
        return Settlement.Settled;
    }

    private static Settlement Extend(
        SqliteConnection connection, MailboxAccount account, in Settle settle, in Found found, long now, List<EndedLease> ended)
    {
        if (found.State != DeliveryState.Leased)
            return Settlement.LeaseLost;
        var until = now + (long)settle.Extension.TotalMilliseconds;
        if (found.Held is { } held)
        {
            ended.Add(new EndedLease(account, found.Delivery, held, until));
            return Settlement.Settled;
        }

        connection.Prepare("UPDATE deliveries SET lease_until = ?2 WHERE delivery = ?1").Bind(1, found.Delivery).Bind(2, until).Run();
        return Settlement.Settled;
    }

    /// <summary>An attempt failed: the delivery waits and is queued again, or is dead when that was the last.</summary>
    private void GiveUp(
        SqliteConnection connection, MailboxAccount account, int agent, in Found found, long now, string reason, TimeSpan? delay, List<EndedLease> ended)
    {
        var project = LogKey.Project(found.Place);
        var settings = SettingsOf(project);
        LeaveQueue(account, found, ended);
        // What went while somebody had it is not given out again, nor does its sender hear of a failure.
        if (EndIfWithdrawn(connection, agent, found, now))
            return;
        if (found.Attempt >= (settings?.MaxAttempts ?? 1))
        {
            Die(connection, account, agent, found, now, reason);
            return;
        }

        var wait = (long)(delay ?? settings!.RetryDelay).TotalMilliseconds;
        var state = wait > 0 ? DeliveryState.Scheduled : DeliveryState.Queued;
        connection.Prepare(
                """
                UPDATE deliveries SET state = ?2, handed = 0, attempt = attempt + 1, due_at = ?3, lease_until = NULL, last_error = ?4, delivered_at = coalesce(?5, delivered_at)
                WHERE delivery = ?1
                """)
            .Bind(1, found.Delivery).Bind(2, (long)state).Bind(3, now + wait).Bind(4, reason).Bind(5, found.Held?.DeliveredAt).Run();
        if (state == DeliveryState.Queued)
        {
            account.Queue(found.Priority, found.Rank, found.Delivery);
            _toWake.Add(agent);
        }

        Note(project, found.Delivery, LogKey.Seq(found.Place), agent, state, found.Attempt + 1, now);
    }

    private void Die(SqliteConnection connection, MailboxAccount account, int agent, in Found found, long now, string reason)
    {
        connection.Prepare(
                "UPDATE deliveries SET state = 4, ended_at = ?2, lease_until = NULL, last_error = ?3, delivered_at = coalesce(?4, delivered_at) WHERE delivery = ?1")
            .Bind(1, found.Delivery).Bind(2, now).Bind(3, reason).Bind(4, found.Held?.DeliveredAt).Run();
        account.Dead++;
        var project = LogKey.Project(found.Place);
        var cursor = _log.Cursor(connection, project);
        cursor.Dead++;
        AppendEnd(connection, cursor, EntryKind.Death, found.Place, found.Delivery, agent, now, found.Attempt, reason);
    }

    private static void LeaveQueue(MailboxAccount account, in Found found, List<EndedLease> ended)
    {
        if (found.Held is { } held)
        {
            held.IsEnding = true;
            ended.Add(new EndedLease(account, found.Delivery, held, null));
        }
        else if (found.State == DeliveryState.Leased)
        {
            account.DurableLeases--;
        }
        else if (found.State == DeliveryState.Queued)
        {
            account.Waiting[(int)found.Priority]--;
        }
    }

    private static Found? Find(SqliteConnection connection, MailboxAccount account, in Settle settle)
    {
        var place = LogKey.Of(settle.Project, settle.Seq);
        var rows = settle.Delivery != 0
            ? connection.Prepare(
                    "SELECT delivery, place, state, attempt, priority, rank, lease, queued_at FROM deliveries WHERE delivery = ?1 AND place = ?2 AND mailbox = ?3")
                .Bind(1, settle.Delivery).Bind(2, place).Bind(3, settle.Agent)
            : !IsMessage(connection, place, settle.MessageId) ? connection.Prepare("SELECT 1 WHERE 0")
            : connection.Prepare(
                    """
                    SELECT d.delivery, d.place, d.state, d.attempt, d.priority, d.rank, d.lease, d.queued_at
                    FROM log l CROSS JOIN deliveries d ON d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries
                    WHERE l.place = ?1 AND d.mailbox = ?2
                    """)
                .Bind(1, place).Bind(2, settle.Agent);
        return Read(rows, account);
    }

    /// <summary>A seq leads to the entry; the rest of the id must be the entry's too.</summary>
    private static bool IsMessage(SqliteConnection connection, long place, Guid id)
    {
        var row = connection.Prepare("SELECT body FROM log WHERE place = ?1 AND kind = 1").Bind(1, place);
        var found = row.Step() && MessageJsonReader.Id(row.Blob(0)) == id;
        row.Reset();
        return found;
    }

    private static Found? Read(SqliteStatement rows, MailboxAccount account)
    {
        if (!rows.Step())
            return null;
        var found = At(rows, account);
        rows.Reset();
        return found;
    }

    /// <summary>The delivery of the row that a statement stands on.</summary>
    private static Found At(SqliteStatement row, MailboxAccount account)
    {
        var delivery = row.Int64(0);
        if (account.Leases.TryGetValue(delivery, out var held) && held.IsEnding)
            held = null;
        var onDisk = (DeliveryState)row.Int32(2);
        return new Found(
            delivery, row.Int64(1), held is null ? onDisk : DeliveryState.Leased, row.Int32(3), (Priority)row.Int32(4),
            row.Int64(5), held?.Lease ?? row.Int64(6), held, row.Int64(7), IsOver: held is not null && onDisk == DeliveryState.Withdrawn);
    }
}
