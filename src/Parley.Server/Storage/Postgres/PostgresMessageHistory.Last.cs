using Parley.Server.History;
using Parley.Server.Log;

namespace Parley.Server.Storage.Postgres;

internal sealed partial class PostgresMessageHistory
{
    public ValueTask<IReadOnlyList<T>> LastSentAsync<T>(
        int project, IReadOnlyCollection<int> senders, Func<LogEntry, T> show, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<T>>(
            async (connection, cancellation) =>
            {
                var indexed = (await ThreadParts.OpenAsync(connection, project, cancellation)).Indexed;
                var places = await connection.Ask(
                        "SELECT sender, max(place) FROM log WHERE place > $1 AND place <= $2 AND kind = 1 AND sender = ANY($3) GROUP BY sender",
                        indexed, LogKey.Last(project), senders.ToArray())
                    .ListAsync(row => (Sender: row.GetInt32(0), Place: row.GetInt64(1)), cancellation);
                var beyond = places.Select(one => one.Sender).ToHashSet();
                var within = await connection.Ask(
                        """
                        SELECT m.place FROM unnest($1::bigint[]) AS s (facet)
                        CROSS JOIN LATERAL (SELECT f.place FROM message_facets f WHERE f.facet = s.facet ORDER BY f.place DESC LIMIT 1) m
                        """,
                        [senders.Where(sender => !beyond.Contains(sender)).Select(sender => IndexTerm.Sender(sender)).ToArray()])
                    .ListAsync(row => row.GetInt64(0), cancellation);
                return await connection.Ask(
                        $"SELECT {PostgresLogRows.Columns} FROM log l WHERE l.place = ANY($1)", [places.Select(one => one.Place).Concat(within).ToArray()])
                    .ListAsync(row => show(PostgresLogRows.Read(row)), cancellation);
            },
            cancellationToken);
}
