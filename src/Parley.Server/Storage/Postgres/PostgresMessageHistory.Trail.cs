using Parley.Server.CatchUp;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

internal sealed partial class PostgresMessageHistory : IAgentTrail
{
    ValueTask<IReadOnlyList<LogEntry>> IAgentTrail.GotAsync(int project, int agent, long below, int max, CancellationToken cancellationToken) =>
        ReadAsync(
            $"""
            SELECT {PostgresLogRows.Columns} FROM (
                (SELECT place FROM message_facets WHERE facet = $1 AND place < $3 ORDER BY place DESC LIMIT $4)
                UNION ALL (SELECT place FROM message_facets WHERE facet = $2 AND place < $3 ORDER BY place DESC LIMIT $4)
                ORDER BY place DESC LIMIT $4) f
            JOIN log l ON l.place = f.place WHERE l.kind = 1 ORDER BY f.place DESC
            """,
            [IndexTerm.Recipient(agent), IndexTerm.Everyone(project), below == long.MaxValue ? LogKey.Last(project) + 1 : LogKey.Of(project, below), max],
            cancellationToken);

    ValueTask<IReadOnlyList<TrailMessage>> IAgentTrail.InThreadsAsync(int agent, int most, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<TrailMessage>>(
            async (connection, cancellation) => await connection.Ask(
                    $"""
                    SELECT f.place, coalesce(l.thread, f.place), f.kind FROM (
                        (SELECT place, 0 AS kind FROM message_facets WHERE facet = $1 ORDER BY place DESC LIMIT $4)
                        UNION ALL (SELECT place, 1 AS kind FROM message_facets WHERE facet = $2 ORDER BY place DESC LIMIT $4)
                        UNION ALL (SELECT place, 2 AS kind FROM message_facets WHERE facet = $3 ORDER BY place DESC LIMIT $4)) f
                    JOIN log l ON l.place = f.place WHERE {TrailSql.Counts} ORDER BY f.place DESC
                    """,
                    IndexTerm.Sender(agent), IndexTerm.Recipient(agent), IndexTerm.Follower(agent), most)
                .ListAsync(row => new TrailMessage(LogKey.Seq(row.GetInt64(0)), LogKey.Seq(row.GetInt64(1)), (Trail)row.GetInt32(2)), cancellation),
            cancellationToken);

    ValueTask<IReadOnlyList<DeliveryRow>> IAgentTrail.DeliveriesAsync(int project, int agent, IReadOnlyCollection<long> seqs, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<DeliveryRow>>(
            async (connection, cancellation) => await connection.Ask(
                    $"SELECT {HistorySql.DeliveryColumns} FROM unnest($1::bigint[]) AS s (value) {TrailSql.OwnDeliveries}", Places(project, seqs), agent)
                .ListAsync(ReadDelivery, cancellation),
            cancellationToken);

    ValueTask<IReadOnlyList<LogEntry>> IAgentTrail.RepliesAsync(int project, int agent, IReadOnlyCollection<long> seqs, CancellationToken cancellationToken) =>
        ReadAsync(
            $"SELECT {PostgresLogRows.Columns} FROM log l WHERE l.reply_to = ANY($1) AND l.sender = $2 AND l.kind = 1 ORDER BY l.place",
            [Places(project, seqs), agent],
            cancellationToken);

    private static long[] Places(int project, IEnumerable<long> seqs) => [.. seqs.Select(seq => LogKey.Of(project, seq))];
}
