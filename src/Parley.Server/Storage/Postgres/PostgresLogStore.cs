using Npgsql;
using Parley.Server.Log;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Reads the log for readers that are behind the tail in memory.</summary>
internal sealed class PostgresLogStore(PostgresDatabase database) : ILogStore
{
    private static readonly string EventsSql = LogSql.Events(PostgresLogRows.Columns, "log l");

    public ValueTask<LogSlice> ReadAsync(int project, long after, int max, long maxBytes, LogQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async (connection, cancel) =>
            {
                // The head is read first. Entries committed after that belong to the next read. Up to the head, nothing is missing, because a seq is
                // stored together with the head that includes it.
                var head = (await LongAsync(connection, LogSql.NextSeq, cancel, project) ?? 1) - 1;
                await using var command = Command(connection, project, query);
                command.Parameters.Insert(0, Long(LogKey.Of(project, after)));
                command.Parameters.Insert(1, Long(LogKey.Of(project, head)));
                command.Parameters.Insert(2, Long(max));
                command.Parameters.Insert(3, Long(maxBytes));
                var entries = await PostgresLogRows.ListAsync(command, cancel);
                var isFull = entries.Count == max || entries.Sum(entry => (long)entry.Json.Length) >= maxBytes;
                return new LogSlice(entries, isFull ? entries[^1].Seq : Math.Max(after, head));
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<LogEntry>> EventsAsync(EventQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<LogEntry>>(
            async (connection, cancel) => await PostgresLogRows.ListAsync(
                connection.Ask(EventsSql, LogKey.First(query.Project), LogKey.Below(query.Project, query.Below), query.Since, query.Until, query.Max), cancel),
            cancellationToken);

    public ValueTask<LogEntry?> FindAsync(int project, long seq, CancellationToken cancellationToken) =>
        database.ReadAsync((connection, cancel) => PostgresLogRows.FindAsync(connection, LogKey.Of(project, seq), cancel), cancellationToken);

    public ValueTask<long?> CompletionAsync(int project, long execution, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async (connection, cancel) => await LongAsync(
                connection, "SELECT place FROM log WHERE execution = $1 AND kind = 8 AND type = 'execution_completion' ORDER BY place DESC LIMIT 1",
                cancel, LogKey.Of(project, execution)) is { } place ? LogKey.Seq(place) : (long?)null,
            cancellationToken);

    public ValueTask<long> FirstSeqAsync(int project, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async (connection, cancel) =>
            {
                var first = await LongAsync(connection, LogSql.FirstPlace, cancel, LogKey.First(project), LogKey.Last(project));
                return first is { } place
                    ? LogKey.Seq(place)
                    : await LongAsync(connection, LogSql.NextSeq, cancel, project) ?? 1;
            },
            cancellationToken);

    private static NpgsqlCommand Command(NpgsqlConnection connection, int project, LogQuery query)
    {
        const string range = "place > $1 AND place <= $2";
        var (column, root) = query switch
        {
            { Thread: not 0 } => ("thread", query.Thread),
            { Execution: not 0 } => ("execution", query.Execution),
            _ => (null, 0),
        };
        // The root and the parts are each found by their own index. With an OR, the planner would scan the log if it expects many parts. An
        // execution's first entry is one of its parts; a thread's is not.
        var places = column is null
            ? $"SELECT place, octet_length(body) AS bytes FROM log l WHERE {(query.IsOfThings ? LogSql.IsThing : "true")} AND {range} ORDER BY place LIMIT $3"
            : $"""
               SELECT place, octet_length(body) AS bytes FROM log WHERE place = $5 AND {column} IS DISTINCT FROM $5 AND {range}
               UNION ALL (SELECT place, octet_length(body) FROM log WHERE {column} = $5 AND {range} ORDER BY place LIMIT $3)
               """;
        // The database knows each entry's size without decompressing it, so entries beyond the byte limit are not sent.
        var command = new NpgsqlCommand(
            $"""
             SELECT {PostgresLogRows.Columns}
             FROM (SELECT place, sum(bytes) OVER (ORDER BY place) - bytes AS before FROM ({places}) found) p JOIN log l USING (place)
             WHERE p.before < $4 ORDER BY l.place LIMIT $3
             """,
            connection);
        if (root != 0)
            command.Parameters.Add(Long(LogKey.Of(project, root)));
        return command;
    }

    private static async Task<long?> LongAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params long[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(Long(value));
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }

    private static NpgsqlParameter<long> Long(long value) => new() { TypedValue = value };
}
