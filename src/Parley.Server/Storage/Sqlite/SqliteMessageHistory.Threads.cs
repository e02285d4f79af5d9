using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

internal sealed partial class SqliteMessageHistory
{
    public ValueTask<IReadOnlyList<ThreadRow>> ThreadsAsync(int project, int? agent, long before, int max, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<ThreadRow>>(
            connection =>
            {
                // The index may briefly contain entries that retention has already removed.
                var first = connection.Prepare(LogSql.FirstPlace).Bind(1, LogKey.First(project)).Bind(2, LogKey.Last(project)).Scalar() - 1 ?? long.MaxValue;
                var upTo = before == long.MaxValue ? LogKey.Last(project) : LogKey.Of(project, before) - 1;
                var rows = agent is { } number
                    ? connection.Prepare(
                            """
                            SELECT t.thread, t.last_place, t.messages, t.started_at, t.last_at FROM idx.threads t
                            WHERE t.last_place > ?1 AND t.last_place <= ?2 AND EXISTS (SELECT 1 FROM idx.thread_parts p WHERE p.thread = t.thread AND p.agent = ?4)
                            ORDER BY t.last_place DESC LIMIT ?3
                            """)
                        .Bind(4, number)
                    : connection.Prepare(
                        "SELECT thread, last_place, messages, started_at, last_at FROM idx.threads WHERE last_place > ?1 AND last_place <= ?2 ORDER BY last_place DESC LIMIT ?3");
                rows.Bind(1, first).Bind(2, upTo).Bind(3, max);
                var found = new List<(long Thread, long Last, int Messages, long Started, long LastAt)>();
                while (rows.Step())
                    found.Add((rows.Int64(0), rows.Int64(1), rows.Int32(2), rows.Int64(3), rows.Int64(4)));
                return [.. found
                    .Select(thread => SqliteLogRows.Find(connection, thread.Thread) is null
                        ? LeftOf(connection, thread.Thread)
                        : Row(connection, thread.Thread, thread.Last, thread.Messages, thread.Started, thread.LastAt))
                    .OfType<ThreadRow>()];
            },
            cancellationToken);

    public ValueTask<ThreadRow?> ThreadRowAsync(int project, long thread, CancellationToken cancellationToken) =>
        // From the log, not the index: the index may be behind, and someone who opens a thread wants all of it.
        _readers.ReadAsync(connection => LeftOf(connection, LogKey.Of(project, thread)), cancellationToken);

    /// <summary>A thread as it is in the log, which may have lost its beginning; null if it is complete.</summary>
    private static ThreadRow? LeftOf(SqliteConnection connection, long root)
    {
        var row = connection.Prepare("SELECT count(*), min(stamp), max(stamp), max(place) FROM log WHERE kind = 1 AND (place = ?1 OR thread = ?1)").Bind(1, root);
        _ = row.Step();
        var (messages, started, last, lastPlace) = (row.Int32(0), row.Int64(1), row.Int64(2), row.Int64(3));
        row.Reset();
        return messages == 0 ? null : Row(connection, root, lastPlace, messages, started, last);
    }

    private static ThreadRow Row(SqliteConnection connection, long root, long last, int messages, long started, long lastAt)
    {
        var newest = SqliteLogRows.Find(connection, last)!;
        return new ThreadRow(
            LogKey.Seq(root), MessageJsonReader.Ids(newest.Json).Thread, LogKey.Seq(last), messages, started, lastAt,
            ThreadTitle.Of(SqliteLogRows.Find(connection, root), newest), Participants(connection, root));
    }

    private static List<int> Participants(SqliteConnection connection, long root)
    {
        var agents = new List<int>();
        var rows = connection.Prepare("SELECT agent FROM idx.thread_parts WHERE thread = ?1").Bind(1, root);
        while (rows.Step())
            agents.Add(rows.Int32(0));
        var project = LogKey.Project(root);
        var beyond = connection.Prepare(
                $"SELECT {SqliteLogRows.Columns} FROM log l WHERE (l.place = ?1 OR l.thread = ?1) AND l.place > ?2 AND l.kind = 1 ORDER BY l.place")
            .Bind(1, root).Bind(2, LogKey.Of(project, Indexed(connection, project)));
        while (beyond.Step())
        {
            var entry = SqliteLogRows.Read(connection, beyond);
            foreach (var agent in entry.Audience == Audience.Named ? entry.Recipients.Append(entry.Sender) : [entry.Sender])
            {
                if (agent != 0 && !agents.Contains(agent))
                    agents.Add(agent);
            }
        }

        return agents;
    }
}
