using Parley.Server.Log;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Reads the log for readers that are behind the tail in memory.</summary>
internal sealed class SqliteLogStore(SqliteDatabase database) : ILogStore
{
    private static readonly string EventsSql = LogSql.Events(SqliteLogRows.Columns, "log l INDEXED BY log_event");

    private static readonly string ThingsSql =
        $"""
        SELECT {SqliteLogRows.Columns} FROM log l INDEXED BY log_event
        WHERE {LogSql.IsThing} AND l.place > ?1 AND l.place <= ?2 ORDER BY l.place LIMIT ?3
        """;

    public ValueTask<LogSlice> ReadAsync(int project, long after, int max, long maxBytes, LogQuery query, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync(connection => Read(connection, project, after, max, maxBytes, query), cancellationToken);

    public ValueTask<IReadOnlyList<LogEntry>> EventsAsync(EventQuery query, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync<IReadOnlyList<LogEntry>>(
            connection =>
            {
                var entries = new List<LogEntry>();
                var rows = connection.Prepare(EventsSql)
                    .Bind(1, LogKey.First(query.Project)).Bind(2, LogKey.Below(query.Project, query.Below)).Bind(3, query.Since).Bind(4, query.Until).Bind(5, query.Max);
                while (rows.Step())
                    entries.Add(SqliteLogRows.Read(connection, rows));
                return entries;
            },
            cancellationToken);

    public ValueTask<LogEntry?> FindAsync(int project, long seq, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync(connection => SqliteLogRows.Find(connection, LogKey.Of(project, seq)), cancellationToken);

    public ValueTask<long?> CompletionAsync(int project, long execution, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync(
            connection => connection.Prepare("SELECT place FROM log INDEXED BY log_execution WHERE execution = ?1 AND kind = 8 AND type = 'execution_completion' ORDER BY place DESC LIMIT 1")
                .Bind(1, LogKey.Of(project, execution)).Scalar() is { } place ? LogKey.Seq(place) : (long?)null,
            cancellationToken);

    public ValueTask<long> FirstSeqAsync(int project, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync(
            connection =>
            {
                var first = connection.Prepare(LogSql.FirstPlace)
                    .Bind(1, LogKey.First(project)).Bind(2, LogKey.Last(project)).Scalar();
                return first is { } place
                    ? LogKey.Seq(place)
                    : connection.Prepare(LogSql.NextSeq).Bind(1, project).Scalar() ?? 1;
            },
            cancellationToken);

    private static LogSlice Read(SqliteConnection connection, int project, long after, int max, long maxBytes, LogQuery query)
    {
        // A read transaction sees a single moment, so the entries found and the place reached belong together.
        connection.Prepare("BEGIN").Run();
        try
        {
            var head = (connection.Prepare(LogSql.NextSeq).Bind(1, project).Scalar() ?? 1) - 1;
            var entries = new List<LogEntry>();
            var rows = Statement(connection, project, query).Bind(1, LogKey.Of(project, after)).Bind(2, LogKey.Of(project, head)).Bind(3, max);
            while (maxBytes > 0 && rows.Step())
            {
                entries.Add(SqliteLogRows.Read(connection, rows));
                maxBytes -= entries[^1].Json.Length;
            }

            rows.Reset();
            return new LogSlice(entries, entries.Count == max || maxBytes <= 0 ? entries[^1].Seq : Math.Max(after, head));
        }
        finally
        {
            connection.Prepare("COMMIT").Run();
        }
    }

    private static SqliteStatement Statement(SqliteConnection connection, int project, LogQuery query)
    {
        if (query.Thread != 0)
        {
            return connection.Prepare(
                    $"""
                    SELECT {SqliteLogRows.Columns} FROM log l
                    WHERE (l.place = ?4 AND l.place > ?1 AND l.place <= ?2) OR (l.thread = ?4 AND l.place > ?1 AND l.place <= ?2)
                    ORDER BY l.place LIMIT ?3
                    """)
                .Bind(4, LogKey.Of(project, query.Thread));
        }

        if (query.Execution != 0)
        {
            return connection.Prepare(
                    $"""
                    SELECT {SqliteLogRows.Columns} FROM log l
                    WHERE (l.place = ?4 AND l.place > ?1 AND l.place <= ?2) OR (l.execution = ?4 AND l.place > ?1 AND l.place <= ?2)
                    ORDER BY l.place LIMIT ?3
                    """)
                .Bind(4, LogKey.Of(project, query.Execution));
        }

        if (query.IsOfThings)
            return connection.Prepare(ThingsSql);

        return connection.Prepare($"SELECT {SqliteLogRows.Columns} FROM log l WHERE l.place > ?1 AND l.place <= ?2 ORDER BY l.place LIMIT ?3");
    }
}
