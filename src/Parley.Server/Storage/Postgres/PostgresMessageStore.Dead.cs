using Npgsql;
using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Dead letters, and deliveries that move to another agent.</summary>
internal sealed partial class PostgresMessageStore
{
    /// <summary>The dead letters that match a selection.</summary>
    internal const string Dead = $"FROM deliveries d JOIN log l ON l.place = d.place {DeliverySql.DeadWhere}";

    public ValueTask<IReadOnlyList<UntoldDeath>> UntoldAsync(int max, CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<UntoldDeath>>(
            async (connection, cancel) =>
            {
                await using var command = new NpgsqlCommand(
                    $"""
                    SELECT {PostgresLogRows.Columns}, e.delivery, e.mailbox, e.attempt, e.last_error, e.state, coalesce(e.ended_at, 0)
                    FROM deliveries e JOIN log l ON l.place = e.place WHERE e.state IN (4, 5) AND NOT e.told ORDER BY e.delivery LIMIT $1
                    """,
                    connection);
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = max });
                var deaths = new List<UntoldDeath>();
                await using var rows = await command.ExecuteReaderAsync(cancel);
                while (await rows.ReadAsync(cancel))
                {
                    var message = PostgresLogRows.Read(rows);
                    deaths.Add(new UntoldDeath(
                        rows.GetInt64(18), message.Project, message.Sender, rows.GetInt32(19), message.Seq, (DeliveryState)rows.GetInt16(22),
                        rows.GetInt16(20), rows.IsDBNull(21) ? null : rows.GetString(21), rows.GetInt64(23), message.Json));
                }

                return deaths;
            },
            cancellationToken);

    public async ValueTask ToldAsync(IReadOnlyList<UntoldDeath> deaths, CancellationToken cancellationToken) => await WriteAsync(
        transaction =>
        {
            var ordered = deaths.OrderBy(death => death.Delivery).ToList();
            return transaction.RunAsync(
                """
                UPDATE deliveries d SET told = true FROM unnest($1, $2) AS t (delivery, ended_at)
                WHERE d.delivery = ANY ($1) AND d.delivery = t.delivery AND coalesce(d.ended_at, 0) = t.ended_at
                """,
                ordered.Select(death => death.Delivery).ToArray(), ordered.Select(death => death.EndedAt).ToArray());
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<long>> RequeueAsync(DeadLetterSelection which, CancellationToken cancellationToken) => WriteAsync<IReadOnlyList<long>>(
        async transaction =>
        {
            await transaction.LockAsync(which.Project);
            var now = transaction.Now;
            var settings = SettingsOf(which.Project)!;
            var dead = await FindDeadAsync(transaction, which);
            foreach (var found in dead)
                transaction.Mailbox(found.Mailbox).Dead--;
            var gone = await GoneAsync(transaction, dead);
            var changes = dead.Select(found => (Found: found, Change: DeliveryRules.Requeue(found.Facts, gone.ContainsKey(found.Delivery), settings, now)))
                .ToLookup(pair => pair.Change.State);
            await WriteWithdrawnAsync(transaction, [.. changes[DeliveryState.Withdrawn]], gone, now);
            var again = changes[DeliveryState.Queued].ToList();
            transaction.Defer(
                $"""
                 UPDATE deliveries d SET state = 1, attempt = r.attempt, rank = r.rank, queued_at = $5, expires_at = r.expires_at, ended_at = NULL, told = false, last_error = NULL, disconnects = 0,
                     {DeliverySql.AddRequeue("d.", "$6")}
                 FROM unnest($1, $2, $3, $4) AS r (delivery, attempt, rank, expires_at) WHERE d.delivery = ANY ($1) AND d.delivery = r.delivery
                 """,
                Numbered(again.Select(pair => pair.Found)), again.Select(pair => (short)pair.Change.Attempt).ToArray(),
                again.Select(pair => DeliveryRules.Rank(now, pair.Found.Priority, settings.PriorityAging)).ToArray(),
                again.Select(pair => pair.Change.Delivery.ExpiresAt).ToArray(), now, DeliveryTrail.RequeueEnd(now, which.By));
            QueueNow(transaction, again, now);
            return [.. again.Select(pair => pair.Found.Delivery)];
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<long>> PurgeAsync(DeadLetterSelection which, CancellationToken cancellationToken) => WriteAsync<IReadOnlyList<long>>(
        async transaction =>
        {
            await transaction.LockAsync(which.Project);
            var now = transaction.Now;
            var dead = await FindDeadAsync(transaction, which);
            transaction.Defer("UPDATE deliveries SET state = 6, ended_at = $2 WHERE delivery = ANY ($1)", Numbered(dead), now);
            foreach (var found in dead)
            {
                transaction.Mailbox(found.Mailbox).Dead--;
                Note(transaction.News, which.Project, found.Delivery, LogKey.Seq(found.Place), found.Mailbox, DeliveryRules.Purge(found.Facts).State, 1, now);
            }

            return [.. dead.Select(found => found.Delivery)];
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<MovableDelivery>> MovableAsync(int agent, bool refusedOnly, CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<MovableDelivery>>(
            async (connection, cancel) =>
            {
                await using var command = new NpgsqlCommand(
                    """
                    SELECT delivery, capability, tried FROM deliveries
                    WHERE mailbox = $1 AND capability IS NOT NULL AND state IN (0, 1, 2) AND (NOT $2 OR attempt > 1) ORDER BY delivery
                    """,
                    connection);
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = agent });
                command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = refusedOnly });
                var movable = new List<MovableDelivery>();
                await using var rows = await command.ExecuteReaderAsync(cancel);
                while (await rows.ReadAsync(cancel))
                    movable.Add(new MovableDelivery(rows.GetInt64(0), rows.GetString(1), NumberList.Parse(rows.IsDBNull(2) ? null : rows.GetString(2))));
                return movable;
            },
            cancellationToken);

    public ValueTask<bool> MoveAsync(long delivery, int from, int to, CancellationToken cancellationToken) => WriteAsync(
        async transaction =>
        {
            if (await transaction.ScalarAsync("SELECT place FROM deliveries WHERE delivery = $1", delivery) is not long place)
                return false;
            await transaction.LockAsync(LogKey.Project(place));
            if (await FindAllAsync(transaction, DeliverySql.One, delivery) is not [var found] || found.Mailbox != from)
                return false;
            var change = DeliveryRules.Move(found.Facts);
            if (!change.Happens)
                return false;

            transaction.Defer(
                $"UPDATE deliveries SET mailbox = $2, state = 1, due_at = NULL, {DeliverySql.AddTried} WHERE delivery = $1", delivery, to, NumberList.Of(from));
            LeaveQueue(transaction, found);
            QueueNow(transaction, [(found with { Mailbox = to }, change)], transaction.Now);
            return true;
        },
        cancellationToken);

    private static async ValueTask<List<Found>> FindDeadAsync(PostgresTransaction transaction, DeadLetterSelection which)
    {
        var found = await FindAllAsync(transaction, Dead, DeadValues(which));
        return which.Deliveries is { } some ? found.FindAll(one => some.Contains(one.Delivery)) : found;
    }

    internal static object?[] DeadValues(DeadLetterSelection which) =>
    [
        LogKey.First(which.Project), LogKey.Last(which.Project), which.Deliveries is { Count: 1 } one ? one.First() : null, which.Agent, which.Type, (int?)which.Reason,
    ];
}
