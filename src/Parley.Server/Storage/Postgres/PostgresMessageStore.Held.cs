using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>What storms hold, and how it is released or withdrawn.</summary>
internal sealed partial class PostgresMessageStore
{
    public ValueTask<IReadOnlyList<HeldCount>> HeldCountsAsync(CancellationToken cancellationToken) => _database.ReadAsync<IReadOnlyList<HeldCount>>(
        async (connection, cancel) => await connection.Ask(DeliverySql.HeldCounts, StormEnd.OfAny)
            .ListAsync(row => new HeldCount((int)row.GetInt64(0), StormEnd.StormOf(row.GetInt64(1)), (int)row.GetInt64(2)), cancel),
        cancellationToken);

    public ValueTask<int> HeldCountAsync(int project, long storm, CancellationToken cancellationToken) => _database.ReadAsync(
        async (connection, cancel) =>
            (int)(await connection.Ask(DeliverySql.HeldCount, StormEnd.Of(storm), LogKey.First(project), LogKey.Last(project)).ValueAsync<long>(cancel) ?? 0),
        cancellationToken);

    public ValueTask<IReadOnlyList<HeldMessage>> HeldAsync(int project, long storm, int max, CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<HeldMessage>>(
            async (connection, cancel) => await connection.Ask(DeliverySql.HeldMessages, StormEnd.Of(storm), LogKey.First(project), LogKey.Last(project), max)
                .ListAsync(row => new HeldMessage(LogKey.Seq(row.GetInt64(0)), row.GetInt32(1)), cancel),
            cancellationToken);

    public ValueTask<int> ReleaseHeldAsync(int project, long storm, CancellationToken cancellationToken) => WriteAsync(
        async transaction =>
        {
            await transaction.LockAsync([project]);
            if (!transaction.HasLocked(project))
                return 0;
            var now = transaction.Now;
            var held = await FindHeldAsync(transaction, project, storm, LogKey.Last(project));
            var released = held.Select(found => (Found: found, Change: DeliveryRules.Release(found.Facts, now))).ToList();
            await WriteReleasedAsync(transaction, released, SettingsOf(project)?.PriorityAging ?? TimeSpan.Zero, now);
            QueueNow(transaction, released, now);
            await ReleaseWithheldAsync(transaction, [.. held.Select(found => found.Place).Distinct()]);
            return held.Count;
        },
        cancellationToken,
        weight: MaxRescued);

    public ValueTask<int> WithdrawHeldAsync(int project, long storm, long upTo, CancellationToken cancellationToken) => WriteAsync(
        async transaction =>
        {
            await transaction.LockAsync([project]);
            if (!transaction.HasLocked(project))
                return 0;
            var now = transaction.Now;
            var held = await FindHeldAsync(transaction, project, storm, LogKey.Of(project, upTo));
            transaction.Defer(
                "UPDATE deliveries SET state = 6, ended_at = $2, last_error = $3, due_at = NULL WHERE delivery = ANY ($1)",
                Numbered(held), now, DeliveryReasons.StormCancelled);
            foreach (var found in held)
                Note(transaction, found, DeliveryRules.Cancel(found.Facts), now);
            return held.Count;
        },
        cancellationToken,
        weight: MaxRescued);

    private static ValueTask<List<Found>> FindHeldAsync(PostgresTransaction transaction, int project, long storm, long last) => FindAllAsync(
        transaction, $"{DeliverySql.Held} ORDER BY d.place, d.delivery LIMIT $4", StormEnd.Of(storm), LogKey.First(project), last, MaxRescued);

    /// <summary>A released message has its first hop and its new end.</summary>
    private static async ValueTask WriteReleasedAsync(
        PostgresTransaction transaction, List<(Found Found, DeliveryChange Change)> released, TimeSpan aging, long now)
    {
        await transaction.RunAsync(
            """
            UPDATE deliveries d SET state = 1, due_at = NULL, queued_at = $4, rank = r.rank, expires_at = r.expires_at
            FROM unnest($1, $2, $3) AS r (delivery, rank, expires_at) WHERE d.delivery = ANY ($1) AND d.delivery = r.delivery
            """,
            Numbered(released.Select(pair => pair.Found)), released.Select(pair => DeliveryRules.Rank(now, pair.Found.Priority, aging)).ToArray(),
            released.Select(pair => pair.Change.Delivery.ExpiresAt!.Value).ToArray(), now);

        var ends = released.DistinctBy(pair => pair.Found.Place).ToDictionary(pair => pair.Found.Place, pair => pair.Change.Delivery.ExpiresAt);
        var bodies = new List<(long Place, byte[] Body)>();
        await using (var rows = await transaction.ReadAsync("SELECT place, body FROM log WHERE place = ANY ($1) AND NOT whole", ends.Keys.ToArray()))
        {
            while (await rows.ReadAsync())
                bodies.Add((rows.GetInt64(0), rows.GetFieldValue<byte[]>(1)));
        }

        foreach (var (place, body) in bodies)
        {
            await transaction.RunAsync(
                "UPDATE log SET hops = 0, expires_at = $2, body = $3 WHERE place = $1", place, ends[place], System.Text.Encoding.UTF8.GetString(MessageJson.FirstHop(body)));
        }
    }
}
