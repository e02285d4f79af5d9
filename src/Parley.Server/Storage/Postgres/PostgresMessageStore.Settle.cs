using System.Diagnostics;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Settling that needs more than an acknowledgment with a valid lease.</summary>
internal sealed partial class PostgresMessageStore
{
    /// <param name="ended">Receives what connections of this node no longer hold once this is committed.</param>
    internal async ValueTask<Settlement> SettleAsync(PostgresTransaction transaction, Settle settle, List<(int Agent, long Delivery)> ended)
    {
        if (!transaction.HasLocked(settle.Project) || await FindAsync(transaction, settle) is not { } found)
            return Settlement.NotFound;
        // Another node has settled it or given it to somebody else.
        if (Held.Find(settle.Agent, found.Delivery) is { } held && !DeliveryRules.Holds(found.State, found.Facts.Lease, held.Lease))
            ended.Add((settle.Agent, found.Delivery));
        var ruling = DeliveryRules.Settle(settle.Verb, settle.Lease, found.Facts);
        if (!ruling.Changes)
            return ruling.Answer;

        var now = transaction.Now;
        switch (settle.Verb)
        {
            case SettleVerb.Ack:
                ended.Add((settle.Agent, found.Delivery));
                await AcknowledgeAsync(transaction, found, now);
                break;
            case SettleVerb.Nack:
                ended.Add((settle.Agent, found.Delivery));
                await GiveUpAsync(transaction, [found], settle.Reason ?? DeliveryReasons.Refused, settle.Delay, now);
                break;
            case SettleVerb.Extend:
                await ExtendAsync(transaction, found, DeliveryRules.Extend(found.Facts, settle.Extension, now));
                break;
            case SettleVerb.Surfaced:
                await transaction.RunAsync(DeliverySql.Surface, found.Delivery, now, (short)settle.Evidence);
                break;
            default:
                throw new UnreachableException($"Nothing is known of the verb '{settle.Verb}'.");
        }

        return ruling.Answer;
    }

    /// <summary>Settles the sender's delivery of the message that a reply answers.</summary>
    internal async ValueTask SettleAnsweredAsync(PostgresTransaction transaction, Send send, List<(int Agent, long Delivery)> ended)
    {
        if (!transaction.HasLocked(send.Project.Number))
            return;
        var place = LogKey.Of(send.Project.Number, send.ReplyTo);
        foreach (var own in await FindAllAsync(transaction, DeliverySql.OwnOfMessage, place, send.Sender.Number))
        {
            if (!DeliveryRules.IsSettledByReply(own.Facts))
                continue;
            ended.Add((own.Mailbox, own.Delivery));
            await AcknowledgeAsync(transaction, own, transaction.Now);
        }
    }

    private async ValueTask AcknowledgeAsync(PostgresTransaction transaction, Found found, long now)
    {
        await transaction.RunAsync(
            "UPDATE deliveries SET state = 3, acknowledged_at = $2, due_at = NULL, lease_until = NULL, holder_node = NULL WHERE delivery = $1", found.Delivery, now);
        transaction.Cursor(LogKey.Project(found.Place)).Acknowledged++;
        Latency.Record(LogKey.Project(found.Place), now - found.QueuedAt);
        LeaveQueue(transaction, found);
        Note(transaction, found, DeliveryRules.Acknowledge(found.Facts), now);
    }

    private async ValueTask ExtendAsync(PostgresTransaction transaction, Found found, DeliveryChange change)
    {
        var until = change.Delivery.LeaseUntil!.Value;
        await transaction.RunAsync(DeliverySql.Extend, found.Delivery, until);
        // The end of a lease in memory is only a time to check again, so it may change before the commit.
        if (Held.Find(found.Mailbox, found.Delivery) is { } held)
            Held.Add(found.Mailbox, found.Delivery, held with { Until = until });
    }

    /// <summary>Records a failed attempt at each delivery. All belong to one project.</summary>
    private async ValueTask GiveUpAsync(PostgresTransaction transaction, IReadOnlyList<Found> all, string reason, TimeSpan? delay, long now)
    {
        var settings = SettingsOf(LogKey.Project(all[0].Place));
        foreach (var found in all)
            LeaveQueue(transaction, found);
        var gone = await GoneAsync(transaction, all);
        var changes = all.Select(found => (Found: found, Change: DeliveryRules.Fail(found.Facts, gone.ContainsKey(found.Delivery), settings, delay, now)))
            .ToLookup(pair => pair.Change.State);
        await WriteWithdrawnAsync(transaction, [.. changes[DeliveryState.Withdrawn]], gone, now);
        await DieAsync(transaction, [.. changes[DeliveryState.Dead].Select(pair => pair.Found)], reason, now);
        await TryAgainAsync(transaction, [.. changes[DeliveryState.Scheduled], .. changes[DeliveryState.Queued]], reason, now);
    }

    private async ValueTask TryAgainAsync(PostgresTransaction transaction, (Found Found, DeliveryChange Change)[] again, string reason, long now)
    {
        if (again.Length == 0)
            return;
        await transaction.RunAsync(
            $"""
             UPDATE deliveries d SET state = c.state, attempt = c.attempt, due_at = c.due_at, lease_until = NULL, holder_node = NULL, last_error = $5,
                 {DeliverySql.AddAttempt("d.", "d.delivered_at", "$6")}
             FROM unnest($1, $2, $3, $4) AS c (delivery, state, attempt, due_at) WHERE d.delivery = ANY ($1) AND d.delivery = c.delivery
             """,
            Numbered(again.Select(pair => pair.Found)), again.Select(pair => (short)pair.Change.State).ToArray(),
            again.Select(pair => (short)pair.Change.Attempt).ToArray(), again.Select(pair => pair.Change.Delivery.DueAt).ToArray(), reason,
            DeliveryTrail.AttemptEnd(now, reason));
        foreach (var (found, change) in again)
        {
            if (change.State == DeliveryState.Queued)
            {
                transaction.Mailbox(found.Mailbox).Wait(found.Priority);
                transaction.News.Woken.Add(found.Mailbox);
            }

            Note(transaction, found, change, now);
        }
    }

    private static async ValueTask DieAsync(PostgresTransaction transaction, Found[] dead, string reason, long now)
    {
        if (dead.Length == 0)
            return;
        await transaction.RunAsync(
            $"""
             UPDATE deliveries SET state = 4, ended_at = $2, lease_until = NULL, holder_node = NULL, last_error = $3, {DeliverySql.AddAttempt("", "delivered_at", "$4")}
             WHERE delivery = ANY ($1)
             """,
            Numbered(dead), now, reason, DeliveryTrail.AttemptEnd(now, reason));
        foreach (var found in dead)
            transaction.Mailbox(found.Mailbox).Dead++;
        transaction.Cursor(LogKey.Project(dead[0].Place)).Dead += dead.Length;
        await AppendEndsAsync(transaction, EntryKind.Death, Numbered(dead), reason);
    }

    private static void LeaveQueue(PostgresTransaction transaction, in Found found)
    {
        if (found.State == DeliveryState.Leased)
            transaction.Mailbox(found.Mailbox).InFlight--;
        else if (found.State == DeliveryState.Queued)
            transaction.Mailbox(found.Mailbox).Wait(found.Priority, -1);
    }
}
