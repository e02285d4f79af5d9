using Npgsql;
using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;

namespace Parley.Server.Storage.Postgres;

/// <summary>Dead letters, and deliveries that move to another agent.</summary>
internal sealed partial class PostgresMessageStore
{
    /// <summary>The dead letters that a selection takes. $1: project's first place, $2: its last, $3: delivery, $4: agent, $5: type.</summary>
    internal const string DeadWhere =
        """
        FROM deliveries d JOIN log l ON l.place = d.place
        WHERE d.state = 4 AND d.place >= $1 AND d.place <= $2 AND ($3::bigint IS NULL OR d.delivery = $3)
          AND ($4::int IS NULL OR d.mailbox = $4) AND ($5::text IS NULL OR l.type = $5)
        """;

    public ValueTask<IReadOnlyList<UntoldDeath>> UntoldAsync(int max, CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<UntoldDeath>>(
            async (connection, cancel) =>
            {
                await using var command = new NpgsqlCommand(
                    $"""
                    SELECT {PostgresLogRows.Columns}, e.delivery, e.mailbox, e.attempt, e.last_error
                    FROM deliveries e JOIN log l ON l.place = e.place WHERE e.state = 4 AND NOT e.told ORDER BY e.delivery LIMIT $1
                    """,
                    connection);
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = max });
                var deaths = new List<UntoldDeath>();
                await using var rows = await command.ExecuteReaderAsync(cancel);
                while (await rows.ReadAsync(cancel))
                {
                    var message = PostgresLogRows.Read(rows);
                    deaths.Add(new UntoldDeath(
                        rows.GetInt64(18), message.Project, message.Sender, rows.GetInt32(19), message.Seq, rows.GetInt16(20),
                        rows.IsDBNull(21) ? null : rows.GetString(21), message.Json));
                }

                return deaths;
            },
            cancellationToken);

    public async ValueTask ToldAsync(IReadOnlyList<long> deliveries, CancellationToken cancellationToken) => await WriteAsync(
        transaction => transaction.RunAsync("UPDATE deliveries SET told = true WHERE delivery = ANY ($1)", deliveries.Order().ToArray()), cancellationToken);

    public ValueTask<int> RequeueAsync(DeadLetterSelection which, CancellationToken cancellationToken) => WriteAsync(
        async transaction =>
        {
            await transaction.LockAsync(which.Project);
            var now = await transaction.NowAsync();
            var settings = SettingsOf(which.Project)!;
            var dead = await FindDeadAsync(transaction, which);
            foreach (var found in dead)
                transaction.Mailbox(found.Mailbox).Dead--;
            var present = await WithdrawGoneAsync(transaction, dead, now);
            // They start anew: queued now, no failures, and as long to live as new messages.
            transaction.Defer(
                """
                UPDATE deliveries d SET state = 1, attempt = 1, rank = r.rank, queued_at = $3, expires_at = $4, ended_at = NULL, told = false, last_error = NULL
                FROM unnest($1, $2) AS r (delivery, rank) WHERE d.delivery = ANY ($1) AND d.delivery = r.delivery
                """,
                Numbered(present), present.Select(found => RankOf(now, found.Priority, settings.PriorityAging)).ToArray(), now,
                now + (long)settings.MessageTtl.TotalMilliseconds);
            foreach (var found in present)
            {
                transaction.Mailbox(found.Mailbox).Wait(found.Priority);
                transaction.News.Woken.Add(found.Mailbox);
                Note(transaction.News, which.Project, found.Delivery, LogKey.Seq(found.Place), found.Mailbox, DeliveryState.Queued, 1, now);
            }

            return present.Count;
        },
        cancellationToken);

    public ValueTask<int> PurgeAsync(DeadLetterSelection which, CancellationToken cancellationToken) => WriteAsync(
        async transaction =>
        {
            await transaction.LockAsync(which.Project);
            var now = await transaction.NowAsync();
            var dead = await FindDeadAsync(transaction, which);
            transaction.Defer("UPDATE deliveries SET state = 6, ended_at = $2 WHERE delivery = ANY ($1)", Numbered(dead), now);
            foreach (var found in dead)
            {
                transaction.Mailbox(found.Mailbox).Dead--;
                Note(transaction.News, which.Project, found.Delivery, LogKey.Seq(found.Place), found.Mailbox, DeliveryState.Withdrawn, 1, now);
            }

            return dead.Count;
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
            if (await FindAllAsync(transaction, "FROM deliveries d WHERE d.delivery = $1", delivery) is not [var found] || found.Mailbox != from ||
                found.State is not (DeliveryState.Queued or DeliveryState.Scheduled))
            {
                return false;
            }

            var tried = await transaction.ScalarAsync("SELECT tried FROM deliveries WHERE delivery = $1", delivery) as string;
            transaction.Defer(
                "UPDATE deliveries SET mailbox = $2, state = 1, due_at = NULL, tried = $3 WHERE delivery = $1", delivery, to, NumberList.Add(tried, from));
            LeaveQueue(transaction, found);
            transaction.Mailbox(to).Wait(found.Priority);
            transaction.News.Woken.Add(to);
            Note(transaction.News, LogKey.Project(place), delivery, LogKey.Seq(place), to, DeliveryState.Queued, found.Attempt, await transaction.NowAsync());
            return true;
        },
        cancellationToken);

    private static ValueTask<List<Found>> FindDeadAsync(PostgresTransaction transaction, DeadLetterSelection which) => FindAllAsync(
        transaction, DeadWhere, LogKey.First(which.Project), LogKey.Last(which.Project), which.Delivery, which.Agent, which.Type);
}
