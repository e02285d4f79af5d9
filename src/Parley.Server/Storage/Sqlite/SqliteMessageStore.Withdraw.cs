using Parley.Protocol;
using Parley.Server.History;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Deliveries whose message is taken back. Nobody gets one that waits. One that somebody has stays acknowledgeable until its
/// lease ends, and is withdrawn when it comes back.</summary>
internal sealed partial class SqliteMessageStore
{
    private const string Deleted = "deleted";
    private const string Superseded = "superseded";
    private const string TooOld = "older than the project keeps messages";

    /// <summary>Ends what nobody holds of a message's deliveries.</summary>
    /// <remarks>What a connection holds is withdrawn on disk too, while its lease goes on in memory: so it stays withdrawn when the lease ends
    /// with the server. A lease of its own keeps its row; whoever ends it looks at the message.</remarks>
    /// <param name="ended">Set: leases end as well, with the commit.</param>
    private void Withdraw(SqliteConnection connection, ProjectCursor cursor, long place, string reason, List<EndedLease>? ended = null)
    {
        var now = _log.Now(cursor);
        foreach (var (mailbox, found) in Unsettled(connection, place))
        {
            if (ended is null && found is { State: DeliveryState.Leased, Held: null })
                continue;
            if (ended is not null || found.Held is null)
            {
                LeaveQueue(_ledger.Of(connection, mailbox), found, ended ?? []);
                Note(cursor.Project, found.Delivery, LogKey.Seq(place), mailbox, DeliveryState.Withdrawn, found.Attempt, now);
            }

            WriteWithdrawn(connection, found.Delivery, now, reason);
        }
    }

    private List<(int Mailbox, Found Found)> Unsettled(SqliteConnection connection, long place)
    {
        var columns = DeliveriesOf(connection, place);
        var found = new List<(int, Found)>();
        var rows = connection.Prepare(
                """
                SELECT delivery, place, state, attempt, priority, rank, lease, queued_at, mailbox FROM deliveries
                WHERE delivery >= ?1 AND delivery < ?2 AND state IN (0, 1, 2)
                """)
            .Bind(1, columns.FirstDelivery).Bind(2, columns.FirstDelivery + columns.Deliveries);
        while (rows.Step())
            found.Add((rows.Int32(8), At(rows, _ledger.Of(connection, rows.Int32(8)))));
        return found;
    }

    /// <summary>Ends a delivery that comes back after its message went.</summary>
    /// <returns>False when the message is there as it was sent.</returns>
    private bool EndIfWithdrawn(SqliteConnection connection, int agent, in Found found, long now)
    {
        if (!found.IsOver)
        {
            if (found is not { State: DeliveryState.Leased, Held: null } || MessageGone(connection, found.Place) is not { } reason)
                return false;
            WriteWithdrawn(connection, found.Delivery, now, reason);
        }

        Note(LogKey.Project(found.Place), found.Delivery, LogKey.Seq(found.Place), agent, DeliveryState.Withdrawn, found.Attempt, now);
        return true;
    }

    private static string? MessageGone(SqliteConnection connection, long place)
    {
        var row = connection.Prepare("SELECT superseded_by, body FROM log WHERE place = ?1").Bind(1, place);
        if (!row.Step())
            return TooOld;
        var reason = !row.IsNull(0) ? Superseded : MessageTombstone.Is(row.Blob(1)) ? Deleted : null;
        row.Reset();
        return reason;
    }

    private static void WriteWithdrawn(SqliteConnection connection, long delivery, long now, string reason) =>
        connection.Prepare("UPDATE deliveries SET state = 6, ended_at = ?2, due_at = NULL, lease_until = NULL, last_error = ?3 WHERE delivery = ?1")
            .Bind(1, delivery).Bind(2, now).Bind(3, reason).Run();

    private static bool IsWithdrawn(SqliteConnection connection, long delivery) =>
        connection.Prepare("SELECT 1 FROM deliveries WHERE delivery = ?1 AND state = 6").Bind(1, delivery).Scalar() is not null;
}
