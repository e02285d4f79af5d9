using System.Diagnostics;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

internal sealed partial class SqliteMessageStore
{
    /// <summary>A failed attempt that is not the last one.</summary>
    private static readonly string Again =
        $"""
         UPDATE deliveries SET state = ?2, handed = 0, attempt = ?3, due_at = ?4, lease_until = NULL, last_error = ?5, delivered_at = coalesce(?6, delivered_at),
             {DeliverySql.AddAttempt("", "coalesce(?6, delivered_at)", "?7")}
         WHERE delivery = ?1
         """;

    /// <summary>The last attempt.</summary>
    private static readonly string Death =
        $"""
         UPDATE deliveries SET state = 4, ended_at = ?2, lease_until = NULL, last_error = ?3, delivered_at = coalesce(?4, delivered_at),
             {DeliverySql.AddAttempt("", "coalesce(?4, delivered_at)", "?5")}
         WHERE delivery = ?1
         """;

    public Task<IReadOnlyList<Settlement>> SettleAsync(IReadOnlyList<Settle> settles, Resume resume = Resume.OnPool, bool isDeferred = false)
    {
        var operation = new SettleOperation(this, settles, resume, isDeferred);
        _writer.Enqueue(operation);
        GiveRoom(settles);
        return operation.Done;
    }

    /// <summary>A holder that is done with a delivery has room for another, so its backlog keeps flowing while the acknowledgment is still being
    /// stored.</summary>
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

    private sealed class SettleOperation(SqliteMessageStore store, IReadOnlyList<Settle> settles, Resume resume, bool isDeferred) : WriteOperation
    {
        private readonly TaskCompletionSource<IReadOnlyList<Settlement>> _done = new(resume.Options());
        private readonly Settlement[] _results = new Settlement[settles.Count];

        /// <summary>Leases that end with the commit. Memory must not change before that.</summary>
        private readonly List<EndedLease> _ended = new(settles.Count);

        /// <summary>When a deferred acknowledgment arrived: that is when the delivery was acknowledged, not when it was committed. 0: the commit's
        /// time.</summary>
        private readonly long _arrived = isDeferred ? store._log.Now() : 0;

        internal Task<IReadOnlyList<Settlement>> Done => _done.Task;

        internal override int Weight => settles.Count;

        internal override bool IsDeferred => isDeferred;

        internal override void Apply(SqliteConnection connection)
        {
            for (var i = 0; i < settles.Count; i++)
                _results[i] = store.Apply(connection, settles[i], _arrived, _ended);
        }

        internal override void Committed() => store.End(_ended);

        internal override void Complete() => _done.TrySetResult(_results);

        internal override void Fail(Exception reason) => _done.TrySetException(reason);

        internal override void Undo() => GoOn(_ended);
    }

    /// <summary>Reinstates leases that were about to end.</summary>
    private static void GoOn(List<EndedLease> ended)
    {
        foreach (var end in ended)
            end.Lease.IsEnding = false;
        ended.Clear();
    }

    /// <param name="Extended">Set if the lease is extended instead of ended.</param>
    private readonly record struct EndedLease(MailboxAccount Account, long Delivery, ConnectionLease Lease, long? Extended);

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

    private Settlement Apply(SqliteConnection connection, in Settle settle, long arrived, List<EndedLease> ended)
    {
        var account = _ledger.Of(connection, settle.Agent);
        if (settle.Verb == SettleVerb.Ack && settle.Delivery != 0 && account.Leases.TryGetValue(settle.Delivery, out var held) && !held.IsEnding &&
            DeliveryRules.Holds(DeliveryState.Leased, held.Lease, settle.Lease) && held.Seq == settle.Seq && AckHeld(connection, account, settle, held, arrived, ended))
        {
            return Settlement.Settled;
        }

        if (Find(connection, account, settle) is not { } found)
            return Settlement.NotFound;
        var ruling = DeliveryRules.Settle(settle.Verb, settle.Lease, found.Facts);
        if (!ruling.Changes)
            return ruling.Answer;

        var now = _log.Now(_log.Cursor(connection, settle.Project));
        switch (settle.Verb)
        {
            case SettleVerb.Ack:
                Acknowledge(connection, account, found, now, ended);
                break;
            case SettleVerb.Nack:
                GiveUp(connection, account, found, now, settle.Reason ?? DeliveryReasons.Refused, settle.Delay, ended);
                break;
            case SettleVerb.Extend:
                Extend(connection, account, found, DeliveryRules.Extend(found.Facts, settle.Extension, now), ended);
                break;
            case SettleVerb.Surfaced:
                connection.Prepare(DeliverySql.Surface).Bind(1, found.Delivery).Bind(2, now).Bind(3, (long)settle.Evidence).Run();
                break;
            default:
                throw new UnreachableException($"Nothing is known of the verb '{settle.Verb}'.");
        }

        return ruling.Answer;
    }

    /// <summary>The path of nearly every acknowledgment: one update by the row's key.</summary>
    /// <returns>False if the row does not match what is in memory; the general path then finds out why.</returns>
    private bool AckHeld(SqliteConnection connection, MailboxAccount account, in Settle settle, ConnectionLease held, long arrived, List<EndedLease> ended)
    {
        var cursor = _log.Cursor(connection, settle.Project);
        var now = arrived == 0 ? _log.Now(cursor) : Math.Max(arrived, held.DeliveredAt);
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

    private void Acknowledge(SqliteConnection connection, MailboxAccount account, in Found found, long now, List<EndedLease> ended)
    {
        var change = DeliveryRules.Acknowledge(found.Facts);
        connection.Prepare(
                """
                UPDATE deliveries SET state = 3, delivered_at = coalesce(?2, delivered_at), acknowledged_at = ?3, ended_at = ?3, due_at = NULL, lease_until = NULL
                WHERE delivery = ?1
                """)
            .Bind(1, found.Delivery).Bind(2, found.Held?.DeliveredAt).Bind(3, now).Run();
        _log.Cursor(connection, LogKey.Project(found.Place)).Acknowledged++;
        _latency.Record(LogKey.Project(found.Place), now - found.QueuedAt);
        LeaveQueue(account, found, ended);
        Note(found, change, now);
    }

    /// <summary>Settles the sender's delivery of the message that a reply answers.</summary>
    private void SettleAnswered(SqliteConnection connection, Send send, List<EndedLease> ended)
    {
        var account = _ledger.Of(connection, send.Sender.Number);
        var own = connection.Prepare($"SELECT {DeliverySql.Columns} {DeliverySql.OwnOfMessage}")
            .Bind(1, LogKey.Of(send.Project.Number, send.ReplyTo)).Bind(2, send.Sender.Number);
        if (Read(own, account) is { } found && DeliveryRules.IsSettledByReply(found.Facts))
            Acknowledge(connection, account, found, _log.Now(_log.Cursor(connection, send.Project.Number)), ended);
    }

    private static void Extend(SqliteConnection connection, MailboxAccount account, in Found found, in DeliveryChange change, List<EndedLease> ended)
    {
        var until = change.Delivery.LeaseUntil!.Value;
        if (found.Held is { } held)
            ended.Add(new EndedLease(account, found.Delivery, held, until));
        else
            connection.Prepare(DeliverySql.Extend).Bind(1, found.Delivery).Bind(2, until).Run();
    }

    /// <summary>Records a failed attempt.</summary>
    private void GiveUp(
        SqliteConnection connection, MailboxAccount account, in Found found, long now, string reason, TimeSpan? delay, List<EndedLease> ended)
    {
        LeaveQueue(account, found, ended);
        var isGone = IsMessageGone(connection, found, out var why);
        var change = DeliveryRules.Fail(found.Facts, isGone, SettingsOf(LogKey.Project(found.Place)), delay, now);
        switch (change.State)
        {
            case DeliveryState.Withdrawn:
                WriteWithdrawn(connection, found.Delivery, now, why);
                Note(found, change, now);
                break;
            case DeliveryState.Dead:
                Die(connection, account, found, now, reason);
                break;
            default:
                TryAgain(connection, account, found, change, now, reason);
                break;
        }
    }

    private void TryAgain(SqliteConnection connection, MailboxAccount account, in Found found, in DeliveryChange change, long now, string reason)
    {
        connection.Prepare(Again)
            .Bind(1, found.Delivery).Bind(2, (long)change.State).Bind(3, change.Attempt).Bind(4, change.Delivery.DueAt).Bind(5, reason)
            .Bind(6, found.Held?.DeliveredAt).Bind(7, DeliveryTrail.AttemptEnd(now, reason)).Run();
        if (change.State == DeliveryState.Queued)
        {
            account.Queue(found.Priority, found.Rank, found.Delivery);
            _toWake.Add(found.Mailbox);
        }

        Note(found, change, now);
    }

    private void Die(SqliteConnection connection, MailboxAccount account, in Found found, long now, string reason)
    {
        connection.Prepare(Death)
            .Bind(1, found.Delivery).Bind(2, now).Bind(3, reason).Bind(4, found.Held?.DeliveredAt).Bind(5, DeliveryTrail.AttemptEnd(now, reason)).Run();
        account.Dead++;
        var cursor = _log.Cursor(connection, LogKey.Project(found.Place));
        cursor.Dead++;
        AppendEnd(connection, cursor, EntryKind.Death, found, reason);
    }

    private void Note(in Found found, in DeliveryChange change, long now) =>
        Note(LogKey.Project(found.Place), found.Delivery, LogKey.Seq(found.Place), found.Mailbox, change.State, change.Attempt, now);

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
}
