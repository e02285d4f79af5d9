using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Dead letters, and deliveries that move to another agent.</summary>
internal sealed partial class SqliteMessageStore
{
    /// <summary>The dead letters that a selection takes. Binds 1: project's first place, 2: its last, 3: delivery, 4: agent, 5: type.</summary>
    internal const string DeadWhere =
        """
        FROM deliveries d INDEXED BY deliveries_dead CROSS JOIN log l ON l.place = d.place
        WHERE d.state = 4 AND d.place BETWEEN ?1 AND ?2 AND (?3 IS NULL OR d.delivery = ?3)
          AND (?4 IS NULL OR d.mailbox = ?4) AND (?5 IS NULL OR l.type = ?5)
        """;

    public ValueTask<IReadOnlyList<UntoldDeath>> UntoldAsync(int max, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<UntoldDeath>>(
            connection =>
            {
                var deaths = new List<UntoldDeath>();
                var rows = connection.Prepare(
                        """
                        SELECT d.delivery, d.place, l.sender, d.mailbox, d.attempt, d.last_error, l.body
                        FROM deliveries d INDEXED BY deliveries_untold JOIN log l ON l.place = d.place
                        WHERE d.state = 4 AND d.told = 0 ORDER BY d.delivery LIMIT ?1
                        """)
                    .Bind(1, max);
                while (rows.Step())
                {
                    deaths.Add(new UntoldDeath(
                        rows.Int64(0), LogKey.Project(rows.Int64(1)), rows.Int32(2), rows.Int32(3), LogKey.Seq(rows.Int64(1)), rows.Int32(4), rows.Text(5),
                        rows.Blob(6).ToArray()));
                }

                return deaths;
            },
            cancellationToken);

    public async ValueTask ToldAsync(IReadOnlyList<long> deliveries, CancellationToken cancellationToken) => await WriteAsync(
        connection =>
        {
            foreach (var delivery in deliveries)
                connection.Prepare("UPDATE deliveries SET told = 1 WHERE delivery = ?1").Bind(1, delivery).Run();
            return true;
        },
        cancellationToken);

    public ValueTask<int> RequeueAsync(DeadLetterSelection which, CancellationToken cancellationToken) => WriteAsync(
        connection =>
        {
            var now = Now;
            var requeued = 0;
            foreach (var (delivery, mailbox, priority, place) in FindDead(connection, which))
            {
                if (MessageGone(connection, place) is { } reason)
                {
                    WriteWithdrawn(connection, delivery, now, reason);
                    _ledger.Of(connection, mailbox).Dead--;
                    continue;
                }

                // It starts anew: queued now, no failures, and as long to live as a new message.
                var rank = RankOf(now, priority, SettingsOf(which.Project)!.PriorityAging);
                connection.Prepare(
                        """
                        UPDATE deliveries SET state = 1, handed = 0, attempt = 1, rank = ?2, queued_at = ?3, expires_at = ?4, ended_at = NULL, told = 0, last_error = NULL
                        WHERE delivery = ?1
                        """)
                    .Bind(1, delivery).Bind(2, rank).Bind(3, now).Bind(4, now + (long)SettingsOf(which.Project)!.MessageTtl.TotalMilliseconds).Run();
                var account = _ledger.Of(connection, mailbox);
                account.Dead--;
                account.Queue(priority, rank, delivery);
                _toWake.Add(mailbox);
                Note(which.Project, delivery, LogKey.Seq(place), mailbox, DeliveryState.Queued, 1, now);
                requeued++;
            }

            return requeued;
        },
        cancellationToken);

    public ValueTask<int> PurgeAsync(DeadLetterSelection which, CancellationToken cancellationToken) => WriteAsync(
        connection =>
        {
            var now = Now;
            var dead = FindDead(connection, which);
            foreach (var (delivery, mailbox, _, place) in dead)
            {
                connection.Prepare("UPDATE deliveries SET state = 6, ended_at = ?2 WHERE delivery = ?1").Bind(1, delivery).Bind(2, now).Run();
                _ledger.Of(connection, mailbox).Dead--;
                Note(which.Project, delivery, LogKey.Seq(place), mailbox, DeliveryState.Withdrawn, 1, now);
            }

            return dead.Count;
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<MovableDelivery>> MovableAsync(int agent, bool refusedOnly, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<MovableDelivery>>(
            connection =>
            {
                var movable = new List<MovableDelivery>();
                var rows = connection.Prepare(
                        """
                        SELECT delivery, capability, tried FROM deliveries INDEXED BY deliveries_movable
                        WHERE mailbox = ?1 AND capability IS NOT NULL AND state IN (0, 1, 2) AND (?2 = 0 OR attempt > 1)
                        """)
                    .Bind(1, agent).Bind(2, refusedOnly ? 1 : 0);
                while (rows.Step())
                    movable.Add(new MovableDelivery(rows.Int64(0), rows.Text(1)!, NumberList.Parse(rows.Text(2))));
                return movable;
            },
            cancellationToken);

    public ValueTask<bool> MoveAsync(long delivery, int from, int to, CancellationToken cancellationToken) => WriteAsync(
        connection =>
        {
            var row = connection.Prepare("SELECT state, priority, rank, place, attempt, tried, mailbox FROM deliveries WHERE delivery = ?1").Bind(1, delivery);
            if (!row.Step())
                return false;
            var (state, priority, rank, place, attempt) = ((DeliveryState)row.Int32(0), (Priority)row.Int32(1), row.Int64(2), row.Int64(3), row.Int32(4));
            var tried = NumberList.Add(row.Text(5), from);
            var stillThere = row.Int32(6) == from;
            row.Reset();
            var origin = _ledger.Of(connection, from);
            if (!stillThere || state is not (DeliveryState.Queued or DeliveryState.Scheduled) || origin.Leases.ContainsKey(delivery))
                return false;
            connection.Prepare("UPDATE deliveries SET mailbox = ?2, state = 1, handed = 0, due_at = NULL, tried = ?3 WHERE delivery = ?1")
                .Bind(1, delivery).Bind(2, to).Bind(3, tried).Run();
            if (state == DeliveryState.Queued)
                origin.Waiting[(int)priority]--;
            _ledger.Of(connection, to).Queue(priority, rank, delivery);
            _toWake.Add(to);
            Note(LogKey.Project(place), delivery, LogKey.Seq(place), to, DeliveryState.Queued, attempt, Now);
            return true;
        },
        cancellationToken);

    private static List<(long Delivery, int Mailbox, Priority Priority, long Place)> FindDead(SqliteConnection connection, DeadLetterSelection which)
    {
        var dead = new List<(long, int, Priority, long)>();
        var rows = BindDead(connection.Prepare("SELECT d.delivery, d.mailbox, d.priority, d.place " + DeadWhere), which);
        while (rows.Step())
            dead.Add((rows.Int64(0), rows.Int32(1), (Priority)rows.Int32(2), rows.Int64(3)));
        return dead;
    }

    internal static SqliteStatement BindDead(SqliteStatement statement, DeadLetterSelection which) => statement
        .Bind(1, LogKey.First(which.Project)).Bind(2, LogKey.Last(which.Project)).Bind(3, which.Delivery).Bind(4, which.Agent).Bind(5, which.Type);
}
