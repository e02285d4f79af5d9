using Parley.Protocol;
using Parley.Server.History;
using Parley.Server.Mailboxes;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Deliveries whose message is taken back. Nobody gets those that are waiting. One that somebody holds can be acknowledged until its lease
/// ends, and is withdrawn when it comes back.</summary>
internal sealed partial class SqliteMessageStore
{
    /// <summary>Ends those of a message's deliveries that nobody holds.</summary>
    /// <remarks>What a connection holds is withdrawn on disk too, while its lease continues in memory. So it stays withdrawn if the lease ends with
    /// the server. The row of a lease taken over REST stays; the code that ends it checks the message.</remarks>
    /// <param name="ended">Set if retention removes the message. Then leases end too, with the commit.</param>
    /// <param name="isWaitingOnly">Whether those that somebody holds stay as they are on disk, too.</param>
    private void Withdraw(SqliteConnection connection, ProjectCursor cursor, long place, string reason, List<EndedLease>? ended = null, bool isWaitingOnly = false)
    {
        var now = _log.Now(cursor);
        var (isPruned, leases) = (ended is not null, ended ?? []);
        foreach (var found in Unsettled(connection, place))
        {
            var change = isPruned ? DeliveryRules.Prune(found.Facts) : DeliveryRules.TakeBack(found.Facts);
            if (change.Happens)
            {
                LeaveQueue(_ledger.Of(connection, found.Mailbox), found, leases);
                Note(found, change, now);
            }

            if (change.Happens || (!isWaitingOnly && found is { Held: not null, IsOver: false }))
                WriteWithdrawn(connection, found.Delivery, now, reason);
        }
    }

    /// <summary>Includes what a connection still holds after the file has withdrawn it.</summary>
    private List<Found> Unsettled(SqliteConnection connection, long place)
    {
        var columns = DeliveriesOf(connection, place);
        var all = new List<Found>();
        var rows = connection.Prepare($"SELECT {DeliverySql.Columns} FROM deliveries d WHERE d.delivery >= ?1 AND d.delivery < ?2 AND d.state IN (0, 1, 2, 6)")
            .Bind(1, columns.FirstDelivery).Bind(2, columns.FirstDelivery + columns.Deliveries);
        while (rows.Step())
        {
            if (At(rows, _ledger.Of(connection, rows.Int32(2))) is { State: not DeliveryState.Withdrawn } found)
                all.Add(found);
        }

        return all;
    }

    /// <summary>Whether the message of a delivery that comes back has been deleted or superseded.</summary>
    /// <param name="reason">Null also if the row already says so.</param>
    private static bool IsMessageGone(SqliteConnection connection, in Found found, out string? reason)
    {
        // Waiting deliveries, and those held by connections, were withdrawn together with the message.
        reason = found is { State: DeliveryState.Leased, Held: null } ? MessageGone(connection, found.Place) : null;
        return found.IsOver || reason is not null;
    }

    private static string? MessageGone(SqliteConnection connection, long place)
    {
        var row = connection.Prepare("SELECT superseded_by, body FROM log WHERE place = ?1").Bind(1, place);
        if (!row.Step())
            return DeliveryReasons.TooOld;
        var reason = !row.IsNull(0) ? DeliveryReasons.Superseded : MessageTombstone.Is(row.Blob(1)) ? DeliveryReasons.Deleted : null;
        row.Reset();
        return reason;
    }

    /// <param name="reason">Null if the row is already written.</param>
    private static void WriteWithdrawn(SqliteConnection connection, long delivery, long now, string? reason)
    {
        if (reason is null)
            return;
        connection.Prepare("UPDATE deliveries SET state = 6, ended_at = ?2, due_at = NULL, lease_until = NULL, last_error = ?3 WHERE delivery = ?1")
            .Bind(1, delivery).Bind(2, now).Bind(3, reason).Run();
    }

    private static bool IsWithdrawn(SqliteConnection connection, long delivery) =>
        connection.Prepare("SELECT 1 FROM deliveries WHERE delivery = ?1 AND state = 6").Bind(1, delivery).Scalar() is not null;
}
