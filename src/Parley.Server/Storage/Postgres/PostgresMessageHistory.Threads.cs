using Npgsql;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

internal sealed partial class PostgresMessageHistory
{
    public ValueTask<IReadOnlyList<ThreadRow>> ThreadsAsync(int project, int? agent, long before, int max, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ThreadRow>>(
            async (connection, cancellation) =>
            {
                // The index may briefly contain entries that retention has already removed.
                var first = await connection.Ask(LogSql.FirstPlace, LogKey.First(project), LogKey.Last(project)).ValueAsync<long>(cancellation) - 1 ?? long.MaxValue;
                var upTo = before == long.MaxValue ? LogKey.Last(project) : LogKey.Of(project, before) - 1;
                var ofAgent = agent is null ? "" : "AND EXISTS (SELECT 1 FROM thread_parts p WHERE p.thread = t.thread AND p.agent = $4)";
                object?[] values = agent is { } number ? [first, upTo, max, number] : [first, upTo, max];
                var threads = await connection.Ask(
                        $"""
                        SELECT t.thread, t.last_place, t.messages, t.started_at, t.last_at FROM threads t
                        WHERE t.last_place > $1 AND t.last_place <= $2 {ofAgent} ORDER BY t.last_place DESC LIMIT $3
                        """,
                        values)
                    .ListAsync(ThreadFigures.Read, cancellation);
                return await RowsAsync(connection, project, await LeftOfAsync(connection, threads, cancellation), cancellation);
            },
            cancellationToken);

    public ValueTask<ThreadRow?> ThreadRowAsync(int project, long thread, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async (connection, cancellation) =>
            {
                // From the log, not the index: the index may be behind, and someone who opens a thread wants all of it.
                var figures = await connection.Ask(
                        "SELECT $1, max(place), count(*)::int, min(stamp), max(stamp) FROM log WHERE kind = 1 AND (place = $1 OR thread = $1) HAVING count(*) > 0",
                        LogKey.Of(project, thread))
                    .ListAsync(ThreadFigures.Read, cancellation);
                return (await RowsAsync(connection, project, figures, cancellation)).SingleOrDefault();
            },
            cancellationToken);

    /// <summary>Threads as they are in the log, some of which may have lost their beginning.</summary>
    private static async Task<List<ThreadFigures>> LeftOfAsync(NpgsqlConnection connection, List<ThreadFigures> threads, CancellationToken cancellationToken)
    {
        var whole = (await connection.Ask("SELECT place FROM log WHERE place = ANY ($1)", [threads.Select(thread => thread.Thread).ToArray()])
            .ListAsync(row => row.GetInt64(0), cancellationToken)).ToHashSet();
        if (whole.Count == threads.Count)
            return threads;
        var left = (await connection.Ask(
                "SELECT thread, max(place), count(*)::int, min(stamp), max(stamp) FROM log WHERE kind = 1 AND thread = ANY ($1) GROUP BY thread",
                [threads.Select(thread => thread.Thread).Where(thread => !whole.Contains(thread)).ToArray()])
            .ListAsync(ThreadFigures.Read, cancellationToken)).ToDictionary(thread => thread.Thread);
        return [.. threads.Select(thread => whole.Contains(thread.Thread) ? thread : left.GetValueOrDefault(thread.Thread)).OfType<ThreadFigures>()];
    }

    /// <summary>The rows of threads with their titles and participants, in three queries regardless of their number.</summary>
    private static async Task<IReadOnlyList<ThreadRow>> RowsAsync(
        NpgsqlConnection connection, int project, List<ThreadFigures> threads, CancellationToken cancellationToken)
    {
        var parts = await ThreadParts.OpenAsync(connection, project, cancellationToken);
        var participants = await parts.OfAsync([.. threads.Select(thread => thread.Thread)], cancellationToken);
        var entries = await EntriesAsync(connection, [.. threads.SelectMany(thread => new[] { thread.Thread, thread.Last }).Distinct()], cancellationToken);
        var rows = new List<ThreadRow>(threads.Count);
        foreach (var thread in threads)
        {
            var root = LogKey.Seq(thread.Thread);
            // Retention removed it between the queries.
            if (entries.GetValueOrDefault(LogKey.Seq(thread.Last)) is not { } newest)
                continue;
            rows.Add(new ThreadRow(
                root, MessageJsonReader.Ids(newest.Json).Thread, LogKey.Seq(thread.Last), thread.Messages, thread.StartedAt, thread.LastAt,
                ThreadTitle.Of(entries.GetValueOrDefault(root), newest), participants[thread.Thread]));
        }

        return rows;
    }

    private sealed record ThreadFigures(long Thread, long Last, int Messages, long StartedAt, long LastAt)
    {
        internal static ThreadFigures Read(NpgsqlDataReader row) =>
            new(row.GetInt64(0), row.GetInt64(1), row.GetInt32(2), row.GetInt64(3), row.GetInt64(4));
    }
}
