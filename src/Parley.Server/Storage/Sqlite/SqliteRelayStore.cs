using Parley.Server.Connections.Relay;
using Parley.Server.Log;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Relay places in SQLite.</summary>
internal sealed class SqliteRelayStore(SqliteDatabase database, SqliteLog log, MailboxLedger ledger) : IRelayStore
{
    public ValueTask<long?> PlaceAsync(int agent, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync(connection => connection.Prepare(RelaySql.Place).Bind(1, agent).Scalar(), cancellationToken);

    public async ValueTask MoveAsync(int project, int agent, long seq, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            connection =>
            {
                connection.Prepare(RelaySql.Move).Bind(1, agent).Bind(2, seq).Run();
                var account = ledger.Of(connection, agent);
                var heard = new List<(long Delivery, int Priority)>();
                var rows = connection.Prepare(
                        """
                        SELECT d.delivery, d.priority FROM deliveries d INDEXED BY deliveries_queued JOIN log l ON l.place = d.place
                        WHERE d.state = 1 AND d.handed = 0 AND d.mailbox = ?1 AND d.place <= ?2 AND l.audience = ?3
                        """)
                    .Bind(1, agent).Bind(2, LogKey.Of(project, seq)).Bind(3, (long)Audience.Everyone);
                while (rows.Step())
                {
                    // What another connection of the agent holds is settled by that connection.
                    if (!account.Leases.ContainsKey(rows.Int64(0)))
                        heard.Add((rows.Int64(0), rows.Int32(1)));
                }

                var cursor = log.Cursor(connection, project);
                var now = log.Now(cursor);
                foreach (var (delivery, priority) in heard)
                {
                    connection.Prepare("UPDATE deliveries SET state = 3, delivered_at = ?2, acknowledged_at = ?2, ended_at = ?2 WHERE delivery = ?1")
                        .Bind(1, delivery).Bind(2, now).Run();
                    account.Waiting[priority]--;
                }

                cursor.Delivered += heard.Count;
                cursor.Acknowledged += heard.Count;
                return true;
            },
            cancellationToken);
}
