using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Retention: removes the oldest entries of a log, with everything that belongs to them.</summary>
internal sealed partial class SqliteMessageStore
{
    public async ValueTask<bool> PruneAsync(int project, long olderThan, CancellationToken cancellationToken)
    {
        const int most = 500;
        var ended = new List<EndedLease>();
        return await _writer.WriteAsync(
            connection =>
            {
                var places = PlacesBefore(connection, project, olderThan, most);
                if (places.Count > 0)
                    SqliteCountStore.SettleBetween(connection, project, places[0], places[^1]);
                foreach (var place in places)
                    PruneEntry(connection, place, ended);
                return places.Count == most;
            },
            cancellationToken,
            committed: _ => End(ended),
            undone: () => GoOn(ended),
            weight: most);
    }

    private static List<long> PlacesBefore(SqliteConnection connection, int project, long olderThan, int most)
    {
        var places = new List<long>(most);
        var rows = connection.Prepare(LogSql.Oldest)
            .Bind(1, LogKey.First(project)).Bind(2, LogKey.Last(project)).Bind(3, most);
        while (rows.Step() && rows.Int64(1) < olderThan)
            places.Add(rows.Int64(0));
        rows.Reset();
        return places;
    }

    private void PruneEntry(SqliteConnection connection, long place, List<EndedLease> ended)
    {
        switch (SqliteLogRows.Find(connection, place))
        {
            case { Kind: EntryKind.Message } message:
                PruneDeliveries(connection, message, place, ended);
                break;
            case { Kind: >= (EntryKind)EntityKind.First } change:
                PruneEntity(connection, change, place);
                break;
        }

        connection.Prepare("DELETE FROM log WHERE place = ?1").Bind(1, place).Run();
    }

    private void PruneDeliveries(SqliteConnection connection, LogEntry message, long place, List<EndedLease> ended)
    {
        // Deliveries go with their message, both those that wait and those that somebody holds, so nothing is left that could be acknowledged or
        // given out again.
        Withdraw(connection, _log.Cursor(connection, message.Project), place, DeliveryReasons.TooOld, ended);
        var columns = DeliveriesOf(connection, place);
        var dead = connection.Prepare("SELECT mailbox FROM deliveries WHERE delivery >= ?1 AND delivery < ?2 AND state = 4")
            .Bind(1, columns.FirstDelivery).Bind(2, columns.FirstDelivery + columns.Deliveries);
        var mailboxes = new List<int>();
        while (dead.Step())
            mailboxes.Add(dead.Int32(0));
        foreach (var mailbox in mailboxes)
            _ledger.Of(connection, mailbox).Dead--;
        connection.Prepare("DELETE FROM deliveries WHERE delivery >= ?1 AND delivery < ?2")
            .Bind(1, columns.FirstDelivery).Bind(2, columns.FirstDelivery + columns.Deliveries).Run();
        connection.Prepare("DELETE FROM reactions WHERE place = ?1").Bind(1, place).Run();
    }

    /// <summary>An entity that is over is removed with the entry of its end. One that is not over stays, however old it is.</summary>
    private static void PruneEntity(SqliteConnection connection, LogEntry change, long place)
    {
        var entity = LogKey.Of(change.Project, change.Subject);
        if (connection.Prepare("DELETE FROM entities WHERE place = ?1 AND changed = ?2 AND is_over = 1").Bind(1, entity).Bind(2, place).Run() > 0)
            connection.Prepare("DELETE FROM entity_marks WHERE place = ?1").Bind(1, entity).Run();
    }
}
