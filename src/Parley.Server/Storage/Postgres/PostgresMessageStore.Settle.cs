using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Postgres;

/// <summary>Settling where an acknowledgement by a lease in force does not do.</summary>
internal sealed partial class PostgresMessageStore
{
    /// <summary>A delivery as a transaction finds it, its project locked.</summary>
    internal readonly record struct Found(
        long Delivery, long Place, int Mailbox, DeliveryState State, int Attempt, Priority Priority, long Rank, long Lease, long QueuedAt);

    private const string FoundColumns = "d.delivery, d.place, d.mailbox, d.state, d.attempt, d.priority, d.rank, d.lease, d.queued_at";

    /// <param name="ended">Gets what connections of this node hold no longer, once it is committed.</param>
    internal async ValueTask<Settlement> SettleAsync(PostgresTransaction transaction, Settle settle, List<(int Agent, long Delivery)> ended)
    {
        if (!transaction.HasLocked(settle.Project) || await FindAsync(transaction, settle) is not { } found)
            return Settlement.NotFound;
        // Settled, or given to another, by way of another node.
        if (Held.Find(settle.Agent, found.Delivery) is { } held && (found.State != DeliveryState.Leased || found.Lease != held.Lease))
            ended.Add((settle.Agent, found.Delivery));
        if (settle.Verb == SettleVerb.Ack && found.State == DeliveryState.Acknowledged)
            return Settlement.Settled;
        var now = await transaction.NowAsync();
        if (settle.Verb == SettleVerb.Surfaced)
            return await SurfaceAsync(transaction, settle, found, now);
        if (found.State is not (DeliveryState.Queued or DeliveryState.Leased) || !Holds(settle, found))
            return Settlement.LeaseLost;

        switch (settle.Verb)
        {
            case SettleVerb.Ack:
                ended.Add((settle.Agent, found.Delivery));
                await AcknowledgeAsync(transaction, settle, found, now);
                return Settlement.Settled;
            case SettleVerb.Nack:
                ended.Add((settle.Agent, found.Delivery));
                await GiveUpAsync(transaction, [found], settle.Reason ?? "refused", settle.Delay, now);
                return Settlement.Settled;
            default:
                return await ExtendAsync(transaction, settle, found, now);
        }
    }

    private static bool Holds(in Settle settle, in Found found) =>
        // Without a lease the caller settles its own, leased or only queued; with one it must still be in force.
        settle.Lease == 0 || (found.State == DeliveryState.Leased && found.Lease == settle.Lease);

    private async ValueTask AcknowledgeAsync(PostgresTransaction transaction, Settle settle, Found found, long now)
    {
        await transaction.RunAsync(
            "UPDATE deliveries SET state = 3, acknowledged_at = $2, lease_until = NULL, holder_node = NULL WHERE delivery = $1", found.Delivery, now);
        transaction.Cursor(settle.Project).Acknowledged++;
        Latency.Record(settle.Project, now - found.QueuedAt);
        LeaveQueue(transaction, found);
        Note(transaction.News, settle.Project, found.Delivery, settle.Seq, settle.Agent, DeliveryState.Acknowledged, found.Attempt, now);
    }

    private static async ValueTask<Settlement> SurfaceAsync(PostgresTransaction transaction, Settle settle, Found found, long now)
    {
        if (settle.Lease != 0 && found.Lease != settle.Lease && found.State != DeliveryState.Acknowledged)
            return Settlement.LeaseLost;
        await transaction.RunAsync("UPDATE deliveries SET surfaced_at = coalesce(surfaced_at, $2) WHERE delivery = $1", found.Delivery, now);
        return Settlement.Settled;
    }

    private async ValueTask<Settlement> ExtendAsync(PostgresTransaction transaction, Settle settle, Found found, long now)
    {
        if (found.State != DeliveryState.Leased)
            return Settlement.LeaseLost;
        var until = now + (long)settle.Extension.TotalMilliseconds;
        await transaction.RunAsync("UPDATE deliveries SET lease_until = $2 WHERE delivery = $1", found.Delivery, until);
        // Of a lease in memory the end is only a time to look again, so that it may be kept before the commit.
        if (Held.Find(found.Mailbox, found.Delivery) is { } held)
            Held.Add(found.Mailbox, found.Delivery, held with { Until = until });
        return Settlement.Settled;
    }

    /// <summary>An attempt at each failed: they wait and are queued again, or are dead when that was the last. All of one project.</summary>
    private async ValueTask GiveUpAsync(PostgresTransaction transaction, IReadOnlyList<Found> all, string reason, TimeSpan? delay, long now)
    {
        var project = LogKey.Project(all[0].Place);
        var settings = SettingsOf(project);
        foreach (var found in all)
            LeaveQueue(transaction, found);
        var present = await WithdrawGoneAsync(transaction, all, now);
        var dead = present.Where(found => found.Attempt >= (settings?.MaxAttempts ?? 1)).ToList();
        if (dead.Count > 0)
            await DieAsync(transaction, dead, reason, now);
        var again = present.Except(dead).ToList();
        if (again.Count == 0)
            return;

        var wait = (long)(delay ?? settings!.RetryDelay).TotalMilliseconds;
        var state = wait > 0 ? DeliveryState.Scheduled : DeliveryState.Queued;
        await transaction.RunAsync(
            """
            UPDATE deliveries SET state = $2, attempt = attempt + 1, due_at = $3, lease_until = NULL, holder_node = NULL, last_error = $4
            WHERE delivery = ANY ($1)
            """,
            Numbered(again), (short)state, now + wait, reason);
        foreach (var found in again)
        {
            if (state == DeliveryState.Queued)
            {
                transaction.Mailbox(found.Mailbox).Wait(found.Priority);
                transaction.News.Woken.Add(found.Mailbox);
            }

            Note(transaction.News, project, found.Delivery, LogKey.Seq(found.Place), found.Mailbox, state, found.Attempt + 1, now);
        }
    }

    private static async ValueTask DieAsync(PostgresTransaction transaction, List<Found> dead, string reason, long now)
    {
        await transaction.RunAsync(
            "UPDATE deliveries SET state = 4, ended_at = $2, lease_until = NULL, holder_node = NULL, last_error = $3 WHERE delivery = ANY ($1)",
            Numbered(dead), now, reason);
        foreach (var found in dead)
            transaction.Mailbox(found.Mailbox).Dead++;
        transaction.Cursor(LogKey.Project(dead[0].Place)).Dead += dead.Count;
        await AppendEndsAsync(transaction, EntryKind.Death, Numbered(dead), reason);
    }

    private static void LeaveQueue(PostgresTransaction transaction, in Found found)
    {
        if (found.State == DeliveryState.Leased)
            transaction.Mailbox(found.Mailbox).InFlight--;
        else if (found.State == DeliveryState.Queued)
            transaction.Mailbox(found.Mailbox).Wait(found.Priority, -1);
    }

    private static async ValueTask<Found?> FindAsync(PostgresTransaction transaction, Settle settle)
    {
        var place = LogKey.Of(settle.Project, settle.Seq);
        if (settle.Delivery != 0)
        {
            return (await FindAllAsync(
                transaction, "FROM deliveries d WHERE d.delivery = $1 AND d.place = $2 AND d.mailbox = $3", settle.Delivery, place, settle.Agent))
                .Select(found => (Found?)found).FirstOrDefault();
        }

        if (!await IsMessageAsync(transaction, place, settle.MessageId))
            return null;
        return (await FindAllAsync(
            transaction,
            "FROM log l JOIN deliveries d ON d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries WHERE l.place = $1 AND d.mailbox = $2",
            place, settle.Agent))
            .Select(found => (Found?)found).FirstOrDefault();
    }

    /// <summary>A seq leads to the entry; the rest of the id must be the entry's too.</summary>
    private static async ValueTask<bool> IsMessageAsync(PostgresTransaction transaction, long place, Guid id)
    {
        await using var row = await transaction.ReadAsync("SELECT stamp, id_bits FROM log WHERE place = $1 AND kind = 1", place);
        return await row.ReadAsync() && EntryId.Create(row.GetInt64(0), LogKey.Seq(place), (ulong)row.GetInt64(1)) == id;
    }

    private static async ValueTask<List<Found>> FindAllAsync(PostgresTransaction transaction, string from, params object?[] values)
    {
        var all = new List<Found>();
        await using var row = await transaction.ReadAsync($"SELECT {FoundColumns} {from}", values);
        while (await row.ReadAsync())
        {
            all.Add(new Found(
                row.GetInt64(0), row.GetInt64(1), row.GetInt32(2), (DeliveryState)row.GetInt16(3), row.GetInt16(4), (Priority)row.GetInt16(5), row.GetInt64(6),
                row.GetInt64(7), row.GetInt64(8)));
        }

        return all;
    }

    private static long[] Numbered(IEnumerable<Found> deliveries) => [.. deliveries.Select(found => found.Delivery)];
}
