using Parley.Server.History;
using Parley.Server.Log;

namespace Parley.Server.Storage.Sqlite;

internal sealed partial class SqliteMessageHistory
{
    private static List<LogEntry> List(SqliteConnection connection, HistoryQuery query)
    {
        var indexed = LogKey.Of(query.Project, Indexed(connection, query.Project));
        var range = new Range(
            LogKey.Of(query.Project, query.After), query.Before == long.MaxValue ? LogKey.Last(query.Project) + 1 : LogKey.Of(query.Project, query.Before), query.OldestFirst);
        var found = new List<LogEntry>(Math.Min(query.Max, 64));
        var match = new MessageMatch(query, thread => TakesPart(connection, query.Project, thread, query.Reader!.Agent));

        if (query.OldestFirst)
        {
            WithinIndex();
            BeyondIndex();
        }
        else
        {
            BeyondIndex();
            WithinIndex();
        }

        return found;

        void WithinIndex()
        {
            if (IsOpen())
                Collect(connection, SqliteMessageHistory.WithinIndex(connection, query, range with { Before = Math.Min(indexed + 1, range.Before) }), match, query.Max, found);
        }

        // The words of the part that is not indexed yet are unknown. A search covers only what is indexed, and its caller has the index catch up
        // first.
        void BeyondIndex()
        {
            if (query.Text is null && IsOpen())
                Collect(connection, SqliteMessageHistory.BeyondIndex(connection, range with { After = Math.Max(indexed, range.After) }), match, query.Max, found);
        }

        bool IsOpen() => found.Count < query.Max && !MessagePage.IsFull(found);
    }

    private static MessageCount Count(SqliteConnection connection, HistoryQuery query, int most)
    {
        var indexed = LogKey.Of(query.Project, Indexed(connection, query.Project));
        var whole = new Range(LogKey.First(query.Project) - 1, LogKey.Last(query.Project) + 1, OldestFirst: false);
        var match = new MessageMatch(query, thread => TakesPart(connection, query.Project, thread, query.Reader!.Agent));
        int looked = 0, count = 0;
        var isAll = (query.Text is not null || Walk(BeyondIndex(connection, whole with { After = indexed }))) &&
            Walk(WithinIndex(connection, query, whole with { Before = indexed + 1 }));
        return new MessageCount(count, isAll);

        bool Walk(SqliteStatement rows)
        {
            while (rows.Step())
            {
                var entry = looked++ < most ? SqliteLogRows.Read(connection, rows) : null;
                if (entry is not null && match.Takes(entry))
                    count++;
                else if (entry is null || match.IsPast(entry))
                {
                    rows.Reset();
                    return entry is not null;
                }
            }

            return true;
        }
    }

    /// <summary>The places between two, without these, and their order.</summary>
    private readonly record struct Range(long After, long Before, bool OldestFirst)
    {
        internal string Order => OldestFirst ? "ASC" : "DESC";
    }

    private static long Indexed(SqliteConnection connection, int project) =>
        connection.Prepare("SELECT seq FROM idx.indexed WHERE project = ?1").Bind(1, project).Scalar() ?? 0;

    private static void Collect(SqliteConnection connection, SqliteStatement rows, MessageMatch match, int max, List<LogEntry> found)
    {
        var bytes = found.Sum(entry => (long)entry.Json.Length);
        while (found.Count < max && bytes < MessagePage.Bytes && rows.Step())
        {
            var entry = SqliteLogRows.Read(connection, rows);
            if (match.Takes(entry))
            {
                found.Add(entry);
                bytes += entry.Json.Length;
            }
            else if (match.IsPast(entry))
                break;
        }

        rows.Reset();
    }

    private static SqliteStatement BeyondIndex(SqliteConnection connection, Range range) => connection.Prepare(
            $"SELECT {SqliteLogRows.Columns} FROM log l WHERE l.place > ?1 AND l.place < ?2 AND l.kind = 1 ORDER BY l.place {range.Order}")
        .Bind(1, range.After).Bind(2, range.Before);

    /// <summary>The most selective index that fits the query. Its results are then checked against the whole query.</summary>
    private static SqliteStatement WithinIndex(SqliteConnection connection, HistoryQuery query, Range range)
    {
        if (query.Text is { } text)
        {
            return By(connection, "idx.message_text t JOIN log l ON l.place = t.rowid WHERE t.content MATCH ?3 AND t.rowid", "t.rowid", range)
                .Bind(3, WordsOf(text));
        }

        if (query.Thread is { } thread)
            return By(connection, "log l WHERE (l.thread = ?3 OR l.place = ?3) AND l.kind = 1 AND l.place", "l.place", range).Bind(3, LogKey.Of(query.Project, thread));
        if (query.Execution is { } execution)
            return By(connection, "log l WHERE l.execution = ?3 AND l.kind = 1 AND l.place", "l.place", range).Bind(3, LogKey.Of(query.Project, execution));
        if (query.Task is { } task)
            return By(connection, "log l WHERE l.task = ?3 AND l.kind = 1 AND l.place", "l.place", range).Bind(3, task);
        if (query.Sender is { } sender)
            return ByFacet(connection, IndexTerm.Sender(sender), range);
        if (query.Recipient is { } recipient)
            return ByFacet(connection, IndexTerm.Recipient(recipient), range);
        if (query.Types is { Count: 1 } types)
            return ByFacet(connection, IndexTerm.Type(TypeNumber(connection, query.Project, types.First())), range);
        if (query.Reader is { } reader)
            return ByReader(connection, query.Project, reader.Agent, range);
        return By(connection, "log l WHERE l.kind = 1 AND l.place", "l.place", range);
    }

    private static SqliteStatement By(SqliteConnection connection, string from, string order, Range range) => connection.Prepare(
            $"SELECT {SqliteLogRows.Columns} FROM {from} > ?1 AND {order} < ?2 ORDER BY {order} {range.Order}")
        .Bind(1, range.After).Bind(2, range.Before);

    private static SqliteStatement ByFacet(SqliteConnection connection, long facet, Range range) =>
        By(connection, "idx.message_facets f CROSS JOIN log l ON l.place = f.place WHERE f.facet = ?3 AND f.place", "f.place", range).Bind(3, facet);

    /// <summary>What one agent may read: four ranges of one key, merged in order, and the threads that it has joined since the index was written,
    /// including their older parts.</summary>
    private static SqliteStatement ByReader(SqliteConnection connection, int project, int agent, Range range) => connection.Prepare(
            $"""
            SELECT {SqliteLogRows.Columns} FROM (
                SELECT place FROM idx.message_facets WHERE facet = ?3 AND place > ?1 AND place < ?2
                UNION SELECT place FROM idx.message_facets WHERE facet = ?4 AND place > ?1 AND place < ?2
                UNION SELECT place FROM idx.message_facets WHERE facet = ?5 AND place > ?1 AND place < ?2
                UNION SELECT place FROM idx.message_facets WHERE facet = ?6 AND place > ?1 AND place < ?2
                UNION SELECT value FROM json_each(?7) WHERE value > ?1 AND value < ?2
                UNION SELECT r.place FROM json_each(?7) t CROSS JOIN log r INDEXED BY log_thread ON r.thread = t.value WHERE r.place > ?1 AND r.place < ?2
                ORDER BY place {range.Order}) f
            CROSS JOIN log l ON l.place = f.place
            ORDER BY f.place {range.Order}
            """)
        .Bind(1, range.After).Bind(2, range.Before)
        .Bind(3, IndexTerm.Sender(agent)).Bind(4, IndexTerm.Recipient(agent)).Bind(5, IndexTerm.Follower(agent)).Bind(6, IndexTerm.Everyone(project))
        .Bind(7, EnteredBeyondIndex(connection, project, agent));

    /// <summary>The places of those threads, as a JSON array.</summary>
    private static string EnteredBeyondIndex(SqliteConnection connection, int project, int agent)
    {
        var threads = new HashSet<long>();
        var rows = BeyondIndex(connection, new Range(LogKey.Of(project, Indexed(connection, project)), LogKey.Last(project), OldestFirst: false));
        while (rows.Step())
        {
            var entry = SqliteLogRows.Read(connection, rows);
            if (Visibility.TakesPart(entry, agent))
                threads.Add(LogKey.Of(project, entry.Thread));
        }

        return $"[{string.Join(',', threads)}]";
    }

    private static long TypeNumber(SqliteConnection connection, int project, string type) =>
        connection.Prepare("SELECT number FROM idx.message_types WHERE project = ?1 AND name = ?2").Bind(1, project).Bind(2, type).Scalar() ?? -1;

    /// <summary>Whether an agent sent a message to a thread or was a named recipient in it, according to the index, and to the log where the index
    /// ends.</summary>
    private static bool TakesPart(SqliteConnection connection, int project, long thread, int agent)
    {
        var root = LogKey.Of(project, thread);
        if (connection.Prepare("SELECT 1 FROM idx.thread_parts WHERE thread = ?1 AND agent = ?2").Bind(1, root).Bind(2, agent).Scalar() is not null)
            return true;
        var rows = connection.Prepare(
                $"SELECT {SqliteLogRows.Columns} FROM log l WHERE (l.place = ?1 OR l.thread = ?1) AND l.place > ?2 AND l.kind = 1 ORDER BY l.place")
            .Bind(1, root).Bind(2, LogKey.Of(project, Indexed(connection, project)));
        var takesPart = false;
        while (!takesPart && rows.Step())
            takesPart = Visibility.TakesPart(SqliteLogRows.Read(connection, rows), agent);
        rows.Reset();
        return takesPart;
    }

    /// <summary>Turns a person's words into a full-text expression that requires all of the phrases.</summary>
    internal static string WordsOf(string text) =>
        string.Join(' ', SearchText.Phrases(text).Select(phrase => $"\"{string.Join(' ', phrase)}\"").DefaultIfEmpty("\"\""));
}
