using Parley.Protocol;
using Parley.Server.Connections.Relay;
using Parley.Server.Log;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Relay places in PostgreSQL.</summary>
internal sealed class PostgresRelayStore(PostgresDatabase database) : IRelayStore
{
    public ValueTask<long?> PlaceAsync(int agent, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (connection, cancellation) => connection.Ask(RelaySql.Place, agent).ValueAsync<long>(cancellation), cancellationToken);

    public async ValueTask MoveAsync(int project, int agent, long seq, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            async transaction =>
            {
                var cursor = await transaction.LockAsync(project);
                transaction.Defer(RelaySql.Move, agent, seq);
                // Only what waits: what a connection of the agent holds, on any node, is settled by that connection.
                await using var heard = await transaction.ReadAsync(
                    """
                    UPDATE deliveries d SET state = 3, delivered_at = $4, acknowledged_at = $4
                    FROM log l
                    WHERE l.place = d.place AND d.state = 1 AND d.mailbox = $1 AND d.place <= $2 AND l.audience = $3
                    RETURNING d.priority
                    """,
                    agent, LogKey.Of(project, seq), (short)Audience.Everyone, cursor.LastStamp);
                while (await heard.ReadAsync(CancellationToken.None))
                {
                    transaction.Mailbox(agent).Wait((Priority)heard.GetInt16(0), -1);
                    cursor.Delivered++;
                    cursor.Acknowledged++;
                }

                return true;
            },
            cancellationToken);
}
