using Parley.Server.CatchUp;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

internal sealed partial class SqliteMessageHistory : IAgentTrail
{
    ValueTask<IReadOnlyList<LogEntry>> IAgentTrail.GotAsync(int project, int agent, long below, int max, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<LogEntry>>(
            connection => Entries(connection, connection.Prepare(
                    $"""
                    SELECT {SqliteLogRows.Columns} FROM (
                        SELECT * FROM (SELECT place FROM idx.message_facets WHERE facet = ?1 AND place < ?3 ORDER BY place DESC LIMIT ?4)
                        UNION ALL SELECT * FROM (SELECT place FROM idx.message_facets WHERE facet = ?2 AND place < ?3 ORDER BY place DESC LIMIT ?4)
                        ORDER BY place DESC LIMIT ?4) f
                    CROSS JOIN log l ON l.place = f.place WHERE l.kind = 1 ORDER BY f.place DESC
                    """)
                .Bind(1, IndexTerm.Recipient(agent)).Bind(2, IndexTerm.Everyone(project)).Bind(3, Below(project, below)).Bind(4, max)),
            cancellationToken);

    ValueTask<IReadOnlyList<TrailMessage>> IAgentTrail.InThreadsAsync(int agent, int most, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<TrailMessage>>(
            connection =>
            {
                var found = new List<TrailMessage>();
                var rows = connection.Prepare(
                        $"""
                        SELECT f.place, coalesce(l.thread, f.place), f.kind FROM (
                            SELECT * FROM (SELECT place, 0 AS kind FROM idx.message_facets WHERE facet = ?1 ORDER BY place DESC LIMIT ?4)
                            UNION ALL SELECT * FROM (SELECT place, 1 AS kind FROM idx.message_facets WHERE facet = ?2 ORDER BY place DESC LIMIT ?4)
                            UNION ALL SELECT * FROM (SELECT place, 2 AS kind FROM idx.message_facets WHERE facet = ?3 ORDER BY place DESC LIMIT ?4)) f
                        CROSS JOIN log l ON l.place = f.place WHERE {TrailSql.Counts} ORDER BY f.place DESC
                        """)
                    .Bind(1, IndexTerm.Sender(agent)).Bind(2, IndexTerm.Recipient(agent)).Bind(3, IndexTerm.Follower(agent)).Bind(4, most);
                while (rows.Step())
                    found.Add(new TrailMessage(LogKey.Seq(rows.Int64(0)), LogKey.Seq(rows.Int64(1)), (Trail)rows.Int32(2)));
                return found;
            },
            cancellationToken);

    ValueTask<IReadOnlyList<DeliveryRow>> IAgentTrail.DeliveriesAsync(int project, int agent, IReadOnlyCollection<long> seqs, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<DeliveryRow>>(
            connection =>
            {
                var found = new List<DeliveryRow>();
                var rows = connection.Prepare($"SELECT {HistorySql.DeliveryColumns} FROM json_each($1) s {TrailSql.OwnDeliveries}")
                    .Bind(1, Places(project, seqs)).Bind(2, agent);
                while (rows.Step())
                    found.Add(ReadDelivery(rows));
                return found;
            },
            cancellationToken);

    ValueTask<IReadOnlyList<LogEntry>> IAgentTrail.RepliesAsync(int project, int agent, IReadOnlyCollection<long> seqs, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<LogEntry>>(
            connection => Entries(connection, connection.Prepare(
                    $"SELECT {SqliteLogRows.Columns} FROM json_each(?1) s CROSS JOIN log l INDEXED BY log_reply WHERE l.reply_to = s.value AND l.sender = ?2 AND l.kind = 1")
                .Bind(1, Places(project, seqs)).Bind(2, agent)),
            cancellationToken);

    private static long Below(int project, long seq) => seq == long.MaxValue ? LogKey.Last(project) + 1 : LogKey.Of(project, seq);

    private static string Places(int project, IEnumerable<long> seqs) => $"[{string.Join(',', seqs.Select(seq => LogKey.Of(project, seq)))}]";
}
