using Npgsql;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>What happens to deliveries over time: due ones are queued, and lapsed leases end. Also what is given back.</summary>
internal sealed partial class PostgresMessageStore
{
    /// <summary>The most in one transaction: some milliseconds, during which senders in its projects wait.</summary>
    private const int MaxRescued = 500;

    /// <summary>Milliseconds.</summary>
    private const long BacklogInterval = 5_000;

    // In the statements below, if rows are found by their key, "state + 0" keeps the planner from using an index of one state; 0002_batches.sql
    // explains why.

    private long _backlogsWokenAt;

    public async ValueTask<RescueResult> RescueAsync(CancellationToken cancellationToken)
    {
        var backlogs = await BacklogsAsync(cancellationToken);
        var ended = new List<(int Agent, long Delivery)>();
        return await Writer.WriteAsync(
            async transaction =>
            {
                ended.Clear();
                transaction.News.Woken.UnionWith(backlogs);
                var now = transaction.Now;
                // Found without a lock, then checked again with it, because a delivery may have been settled in the meantime.
                var due = await PlacesAsync(transaction, "state = 0 AND due_at <= $1 ORDER BY due_at", now);
                var lapsed = await PlacesAsync(transaction, "state = 2 AND lease_until <= $1 ORDER BY lease_until", now);
                await transaction.LockAsync([.. due.Concat(lapsed).Select(found => LogKey.Project(found.Place)).Distinct()]);
                // Left over from a deleted project.
                var orphans = due.Concat(lapsed).Where(found => !transaction.HasLocked(LogKey.Project(found.Place))).Select(found => found.Delivery).ToArray();
                if (orphans.Length > 0)
                    transaction.Defer("DELETE FROM deliveries WHERE delivery = ANY ($1)", orphans);
                if (due.Count > 0)
                    await QueueDueAsync(transaction, [.. due.Select(found => found.Delivery)], now);
                if (lapsed.Count > 0)
                    await LapseAsync(transaction, [.. lapsed.Select(found => found.Delivery)], now, ended);
                await SweepHeldAsync(transaction, now, ended);
                var next = await transaction.ScalarAsync("SELECT due_at FROM deliveries WHERE state = 0 ORDER BY due_at LIMIT 1") as long?;
                return new RescueResult(due.Count == MaxRescued || lapsed.Count == MaxRescued, next);
            },
            cancellationToken,
            committed: _ => ended.ForEach(end => Held.End(end.Agent, end.Delivery)),
            weight: MaxRescued);
    }

    public async ValueTask ReleaseAsync(int agent, IDeliveryHolder holder, bool isLost, CancellationToken cancellationToken)
    {
        IReadOnlyList<KeyValuePair<long, HeldLease>> held = [];
        await Writer.WriteAsync(
            async transaction =>
            {
                held = Held.Of(agent, holder);
                transaction.News.Woken.Add(agent);
                foreach (var projects in held.GroupBy(pair => pair.Value.Project))
                    await GiveBackAsync(transaction, projects.Key, [.. projects.Select(pair => (pair.Key, pair.Value.Lease))], isLost);
                return true;
            },
            cancellationToken,
            // Not earlier: if this fails, the next try must still find them.
            committed: _ => Held.Forget(held));
    }

    public async ValueTask ReturnAsync(int project, IReadOnlyList<ClaimedDelivery> claimed, CancellationToken cancellationToken) =>
        await WriteAsync(
            async transaction =>
            {
                await GiveBackAsync(transaction, project, [.. claimed.Select(delivery => (delivery.Delivery, delivery.Lease))]);
                return true;
            },
            cancellationToken);

    /// <summary>Gives back every lease that connections of a node had, as when the node is gone. The deliveries are queued at once, and no attempt is
    /// counted.</summary>
    internal ValueTask<int> ReleaseNodeAsync(int node, CancellationToken cancellationToken) =>
        WriteAsync(transaction => ReleaseNodeAsync(transaction, node), cancellationToken);

    /// <summary>Called when the lane has connected, perhaps after a fault. Gives back this node's leases that no connection here knows about: those
    /// of a batch whose commit was never reported, and of connections that ended while the database was unavailable.</summary>
    internal Task RecoverAsync(PostgresTransaction transaction) => ReleaseNodeAsync(transaction, transaction.Node);

    /// <remarks>For this node itself, only those that no connection here knows about.</remarks>
    private async Task<int> ReleaseNodeAsync(PostgresTransaction transaction, int node)
    {
        var leases = new List<(long Delivery, long Lease, long Place)>();
        await using (var rows = await transaction.ReadAsync(
            "SELECT delivery, lease, place, mailbox FROM deliveries WHERE state = 2 AND holder_node = $1 ORDER BY lease_until", node))
        {
            while (await rows.ReadAsync())
            {
                if (node != transaction.Node || Held.Find(rows.GetInt32(3), rows.GetInt64(0))?.Lease != rows.GetInt64(1))
                    leases.Add((rows.GetInt64(0), rows.GetInt64(1), rows.GetInt64(2)));
            }
        }

        var projects = leases.ToLookup(lease => LogKey.Project(lease.Place), lease => (lease.Delivery, lease.Lease));
        await transaction.LockAsync([.. projects.Select(project => project.Key)]);
        foreach (var project in projects)
        {
            if (transaction.HasLocked(project.Key))
                await GiveBackAsync(transaction, project.Key, [.. project]);
        }

        return leases.Count;
    }

    /// <param name="isLost">Whether they belonged to one connection, which was lost.</param>
    private async ValueTask GiveBackAsync(PostgresTransaction transaction, int project, IReadOnlyList<(long Delivery, long Lease)> leases, bool isLost = false)
    {
        if (!transaction.HasLocked(project))
            await transaction.LockAsync([project]);
        // The project was deleted in the meantime, with everything the connection held.
        if (!transaction.HasLocked(project))
            return;
        var now = transaction.Now;
        var held = await FindAllAsync(
            transaction,
            "FROM deliveries d JOIN unnest($1, $2) AS h (delivery, lease) ON d.delivery = h.delivery AND d.lease = h.lease WHERE d.delivery = ANY ($1) AND d.state + 0 = 2 ORDER BY d.delivered_at, d.rank, d.place",
            leases.Select(lease => lease.Delivery).ToArray(), leases.Select(lease => lease.Lease).ToArray());
        foreach (var found in held)
            LeaveQueue(transaction, found);
        var gone = await GoneAsync(transaction, held);
        var settings = isLost ? SettingsOf(project) : null;
        var changes = held.Select((found, nth) => (Found: found, Change: isLost && nth == 0
                ? DeliveryRules.LoseReader(found.Facts, gone.ContainsKey(found.Delivery), settings, now)
                : DeliveryRules.GiveBack(found.Facts, gone.ContainsKey(found.Delivery))))
            .ToLookup(pair => pair.Change.State);
        await WriteWithdrawnAsync(transaction, [.. changes[DeliveryState.Withdrawn]], gone, now);
        if (isLost && held is [var first, ..])
            await LoseReaderAsync(transaction, first, changes, now);
        transaction.Defer(
            "UPDATE deliveries SET state = 1, lease_until = NULL, holder_node = NULL WHERE delivery = ANY ($1)",
            Numbered(changes[DeliveryState.Queued].Select(pair => pair.Found)));
        QueueNow(transaction, changes[DeliveryState.Queued], now);
    }

    private async ValueTask LoseReaderAsync(PostgresTransaction transaction, Found first, ILookup<DeliveryState, (Found Found, DeliveryChange Change)> changes, long now)
    {
        var disconnects = changes.SelectMany(pairs => pairs).Single(pair => pair.Found.Delivery == first.Delivery).Change.Delivery.Disconnects;
        await transaction.RunAsync(DeliverySql.CountDisconnects, first.Delivery, disconnects);
        await DieAsync(transaction, [.. changes[DeliveryState.Dead].Select(pair => pair.Found)], DeliveryReasons.ReaderLost(disconnects), now);
        await TryAgainAsync(transaction, [.. changes[DeliveryState.Scheduled]], DeliveryReasons.ReaderLost(disconnects), now);
    }

    /// <summary>Counts deliveries that are stored as queued, and wakes their mailboxes.</summary>
    private void QueueNow(PostgresTransaction transaction, IEnumerable<(Found, DeliveryChange)> queued, long now)
    {
        foreach (var (found, change) in queued)
        {
            transaction.Mailbox(found.Mailbox).Wait(found.Priority);
            transaction.News.Woken.Add(found.Mailbox);
            Note(transaction, found, change, now);
        }
    }

    /// <summary>Makes the next round wake every mailbox that has a backlog, because wake-ups may have been missed.</summary>
    internal void WakeBacklogs() => Volatile.Write(ref _backlogsWokenAt, 0);

    /// <summary>A wake-up is a hint and may be lost, so mailboxes with a backlog are woken again every few seconds.</summary>
    private async ValueTask<IReadOnlyList<int>> BacklogsAsync(CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (now - _backlogsWokenAt < BacklogInterval)
            return [];
        _backlogsWokenAt = now;
        return await _database.ReadAsync(
            async (connection, cancel) =>
            {
                await using var command = new NpgsqlCommand("SELECT agent FROM mailboxes WHERE waiting_1 + waiting_2 + waiting_3 + waiting_4 > 0", connection);
                await using var rows = await command.ExecuteReaderAsync(cancel);
                var agents = new List<int>();
                while (await rows.ReadAsync(cancel))
                    agents.Add(rows.GetInt32(0));
                return agents;
            },
            cancellationToken);
    }

    private static async ValueTask<List<(long Delivery, long Place)>> PlacesAsync(PostgresTransaction transaction, string where, long now)
    {
        var found = new List<(long, long)>();
        await using var rows = await transaction.ReadAsync($"SELECT delivery, place FROM deliveries WHERE {where} LIMIT {MaxRescued}", now);
        while (await rows.ReadAsync())
            found.Add((rows.GetInt64(0), rows.GetInt64(1)));
        return found;
    }

    private async ValueTask QueueDueAsync(PostgresTransaction transaction, long[] candidates, long now)
    {
        await ExpireAsync(transaction, candidates);
        var due = await FindAllAsync(transaction, "FROM deliveries d WHERE d.delivery = ANY ($1) AND d.state + 0 = 0 AND d.due_at <= $2 ORDER BY d.place, d.delivery", candidates, now);
        var queued = due.Where(found => transaction.HasLocked(LogKey.Project(found.Place)))
            .Select(found => (Found: found, Change: DeliveryRules.ComeDue(found.Facts, now))).Where(pair => pair.Change.State == DeliveryState.Queued).ToList();
        await transaction.RunAsync("UPDATE deliveries SET state = 1, due_at = NULL WHERE delivery = ANY ($1)", Numbered(queued.Select(pair => pair.Found)));
        QueueNow(transaction, queued, now);
        await ReleaseWithheldAsync(transaction, [.. queued.Select(pair => pair.Found.Place).Distinct()]);
    }

    /// <summary>Appends the second entry of a scheduled message, which its recipients can see.</summary>
    private static async ValueTask ReleaseWithheldAsync(PostgresTransaction transaction, long[] places)
    {
        foreach (var (message, columns) in await MessagesAsync(transaction, "l.place = ANY ($1) AND l.audience >= 16 AND l.released_by IS NULL", places))
        {
            var cursor = transaction.Cursor(message.Project);
            var seq = cursor.NextSeq;
            var release = new LogEntry
            {
                Project = cursor.Project,
                Seq = seq,
                Kind = EntryKind.Release,
                Stamp = cursor.LastStamp,
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
            transaction.Append(cursor, release, columns);
            transaction.News.Released.Add(release);
            transaction.Defer("UPDATE log SET released_by = $2 WHERE place = $1", LogKey.Of(message.Project, message.Seq), LogKey.Of(message.Project, seq));
        }
    }

    private async ValueTask LapseAsync(PostgresTransaction transaction, long[] candidates, long now, List<(int Agent, long Delivery)> ended)
    {
        var lapsed = await FindAllAsync(transaction, "FROM deliveries d WHERE d.delivery = ANY ($1) AND d.state + 0 = 2 AND d.lease_until <= $2 ORDER BY d.place, d.delivery", candidates, now);
        lapsed.RemoveAll(found => !DeliveryRules.HasLapsed(found.Facts, now));
        foreach (var project in lapsed.GroupBy(found => LogKey.Project(found.Place)).Where(project => transaction.HasLocked(project.Key)))
            await GiveUpAsync(transaction, [.. project], DeliveryReasons.LeaseLapsed, null, now);
        ended.AddRange(lapsed.Select(found => (found.Mailbox, found.Delivery)));
    }

    /// <summary>Checks the leases of this node's connections, because other nodes may have settled or extended them.</summary>
    private async ValueTask SweepHeldAsync(PostgresTransaction transaction, long now, List<(int Agent, long Delivery)> ended)
    {
        var over = Held.All.Where(pair => pair.Value.Until <= now).ToDictionary();
        if (over.Count == 0)
            return;
        await using (var rows = await transaction.ReadAsync(
            "SELECT delivery, lease, lease_until FROM deliveries WHERE delivery = ANY ($1) AND state + 0 = 2", over.Keys.ToArray()))
        {
            while (await rows.ReadAsync())
            {
                var delivery = rows.GetInt64(0);
                if (over[delivery] is var held && held.Lease == rows.GetInt64(1) && over.Remove(delivery))
                    Held.Add(held.Agent, delivery, held with { Until = rows.GetInt64(2) });
            }
        }

        ended.AddRange(over.Select(pair => (pair.Value.Agent, pair.Key)));
    }
}
