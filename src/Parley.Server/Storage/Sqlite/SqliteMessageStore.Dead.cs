using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Dead letters, and deliveries that move to another agent.</summary>
internal sealed partial class SqliteMessageStore
{
    /// <summary>The dead letters that match a selection.</summary>
    /// <remarks>SQLite has no statistics of its tables, so the query names the small index and the first table.</remarks>
    internal const string Dead = $"FROM deliveries d INDEXED BY deliveries_dead CROSS JOIN log l ON l.place = d.place {DeliverySql.DeadWhere}";

    public ValueTask<IReadOnlyList<UntoldDeath>> UntoldAsync(int max, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<UntoldDeath>>(
            connection =>
            {
                var deaths = new List<UntoldDeath>();
                var rows = connection.Prepare(
                        """
                        SELECT d.delivery, d.place, l.sender, d.mailbox, d.state, d.attempt, d.last_error, coalesce(d.ended_at, 0), l.body
                        FROM deliveries d INDEXED BY deliveries_untold JOIN log l ON l.place = d.place
                        WHERE d.state IN (4, 5) AND d.told = 0 ORDER BY d.delivery LIMIT ?1
                        """)
                    .Bind(1, max);
                while (rows.Step())
                {
                    deaths.Add(new UntoldDeath(
                        rows.Int64(0), LogKey.Project(rows.Int64(1)), rows.Int32(2), rows.Int32(3), LogKey.Seq(rows.Int64(1)), (DeliveryState)rows.Int32(4),
                        rows.Int32(5), rows.Text(6), rows.Int64(7), rows.Blob(8).ToArray()));
                }

                return deaths;
            },
            cancellationToken);

    public async ValueTask ToldAsync(IReadOnlyList<UntoldDeath> deaths, CancellationToken cancellationToken) => await WriteAsync(
        connection =>
        {
            foreach (var death in deaths)
            {
                connection.Prepare("UPDATE deliveries SET told = 1 WHERE delivery = ?1 AND coalesce(ended_at, 0) = ?2")
                    .Bind(1, death.Delivery).Bind(2, death.EndedAt).Run();
            }

            return true;
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<long>> RequeueAsync(DeadLetterSelection which, CancellationToken cancellationToken) => WriteAsync<IReadOnlyList<long>>(
        connection =>
        {
            var now = Now;
            var settings = SettingsOf(which.Project)!;
            var requeued = new List<long>();
            var end = DeliveryTrail.RequeueEnd(now, which.By);
            foreach (var found in FindDead(connection, which))
            {
                var reason = MessageGone(connection, found.Place);
                var change = DeliveryRules.Requeue(found.Facts, reason is not null, settings, now);
                var account = _ledger.Of(connection, found.Mailbox);
                account.Dead--;
                Note(found, change, now);
                if (change.State == DeliveryState.Withdrawn)
                {
                    WriteWithdrawn(connection, found.Delivery, now, reason);
                    continue;
                }

                var rank = DeliveryRules.Rank(now, found.Priority, settings.PriorityAging);
                connection.Prepare(
                        $"""
                         UPDATE deliveries SET state = 1, handed = 0, attempt = ?5, rank = ?2, queued_at = ?3, expires_at = ?4, ended_at = NULL, told = 0, last_error = NULL, disconnects = 0,
                             {DeliverySql.AddRequeue("", "?6")}
                         WHERE delivery = ?1
                         """)
                    .Bind(1, found.Delivery).Bind(2, rank).Bind(3, now).Bind(4, change.Delivery.ExpiresAt).Bind(5, change.Attempt).Bind(6, end).Run();
                account.Queue(found.Priority, rank, found.Delivery);
                _toWake.Add(found.Mailbox);
                requeued.Add(found.Delivery);
            }

            return requeued;
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<long>> PurgeAsync(DeadLetterSelection which, CancellationToken cancellationToken) => WriteAsync<IReadOnlyList<long>>(
        connection =>
        {
            var now = Now;
            var dead = FindDead(connection, which);
            foreach (var found in dead)
            {
                // Its last error is kept.
                connection.Prepare("UPDATE deliveries SET state = 6, ended_at = ?2 WHERE delivery = ?1").Bind(1, found.Delivery).Bind(2, now).Run();
                _ledger.Of(connection, found.Mailbox).Dead--;
                Note(which.Project, found.Delivery, LogKey.Seq(found.Place), found.Mailbox, DeliveryRules.Purge(found.Facts).State, 1, now);
            }

            return [.. dead.Select(found => found.Delivery)];
        },
        cancellationToken);

    /// <summary>Takes a dead letter off the pile, for a message that replaces it in the same transaction.</summary>
    /// <returns>False if it is no dead letter of the project, and nothing has changed.</returns>
    internal bool TryReplace(SqliteConnection connection, int project, long delivery)
    {
        if (FindDead(connection, new DeadLetterSelection(project) { Deliveries = [delivery] }) is not [var found])
            return false;
        var now = Now;
        connection.Prepare("UPDATE deliveries SET state = 6, ended_at = ?2 WHERE delivery = ?1").Bind(1, delivery).Bind(2, now).Run();
        _ledger.Of(connection, found.Mailbox).Dead--;
        Note(project, delivery, LogKey.Seq(found.Place), found.Mailbox, DeliveryRules.Purge(found.Facts).State, 1, now);
        return true;
    }

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
            if (Find(connection, delivery) is not { } found || found.Mailbox != from)
                return false;
            var change = DeliveryRules.Move(found.Facts);
            var origin = _ledger.Of(connection, from);
            // If a connection settles it with this commit, it still belongs to that connection.
            if (!change.Happens || origin.Leases.ContainsKey(delivery))
                return false;
            // Before the row moves: otherwise, an account that is counted again would include it twice.
            var target = _ledger.Of(connection, to);
            connection.Prepare($"UPDATE deliveries SET mailbox = $2, state = 1, handed = 0, due_at = NULL, {DeliverySql.AddTried} WHERE delivery = $1")
                .Bind(1, delivery).Bind(2, to).Bind(3, NumberList.Of(from)).Run();
            LeaveQueue(origin, found, []);
            target.Queue(found.Priority, found.Rank, delivery);
            _toWake.Add(to);
            Note(found with { Mailbox = to }, change, Now);
            return true;
        },
        cancellationToken);

    private List<Found> FindDead(SqliteConnection connection, DeadLetterSelection which)
    {
        var dead = new List<Found>();
        var rows = BindDead(connection.Prepare($"SELECT {DeliverySql.Columns} {Dead}"), which);
        while (rows.Step())
        {
            if (which.Deliveries?.Contains(rows.Int64(0)) != false)
                dead.Add(At(rows, _ledger.Of(connection, rows.Int32(2))));
        }

        return dead;
    }

    internal static SqliteStatement BindDead(SqliteStatement statement, DeadLetterSelection which) => statement
        .Bind(1, LogKey.First(which.Project)).Bind(2, LogKey.Last(which.Project)).Bind(3, which.Deliveries is { Count: 1 } one ? one.First() : null)
        .Bind(4, which.Agent).Bind(5, which.Type).Bind(6, (int?)which.Reason);
}
