using Parley.Server.History;
using Parley.Server.Log;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Copies the log into the index, one limited part at a time.</summary>
internal sealed class SqliteMessageIndex(SqliteDatabase database, SqliteIndexDatabase index) : IMessageIndex
{
    /// <summary>Takes some milliseconds of one core.</summary>
    private const int PartSize = 500;

    public int TimesMade => index.TimesMade;

    public async ValueTask<bool> CatchUpAsync(int project, bool isAwaited, CancellationToken cancellationToken)
    {
        var thread = index.Thread(isAwaited);
        var after = await index.WriteAsync(connection => IndexedOf(connection, project), thread, cancellationToken);
        var (entries, upTo) = await database.Readers.ReadAsync(connection => Read(connection, project, after), thread, cancellationToken);
        if (upTo == after)
            return false;
        return await index.WriteAsync(
            connection =>
            {
                // A search that makes the index catch up may run at the same time as the regular indexing. Each entry is indexed once.
                if (IndexedOf(connection, project) != after)
                    return true;
                foreach (var entry in entries)
                    Take(connection, entry);
                connection.Prepare("INSERT INTO indexed (project, seq) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET seq = excluded.seq")
                    .Bind(1, project).Bind(2, upTo).Run();
                return entries.Count == PartSize;
            },
            thread,
            cancellationToken);
    }

    public ValueTask<bool> PruneAsync(int project, long firstSeq, CancellationToken cancellationToken) =>
        index.WriteAsync(connection => Clear(connection, project, LogKey.Of(project, firstSeq) - 1), index.Thread(isAwaited: false), cancellationToken);

    public ValueTask<bool> ForgetAsync(int project, CancellationToken cancellationToken) =>
        index.WriteAsync(
            connection =>
            {
                if (Clear(connection, project, LogKey.Last(project)))
                    return true;
                connection.Prepare("DELETE FROM message_types WHERE project = ?1").Bind(1, project).Run();
                connection.Prepare("DELETE FROM indexed WHERE project = ?1").Bind(1, project).Run();
                return false;
            },
            index.Thread(isAwaited: false),
            cancellationToken);

    private static long IndexedOf(SqliteConnection connection, int project) =>
        connection.Prepare("SELECT seq FROM indexed WHERE project = ?1").Bind(1, project).Scalar() ?? 0;

    private static (List<LogEntry> Entries, long UpTo) Read(SqliteConnection connection, int project, long after)
    {
        var entries = new List<LogEntry>();
        var rows = connection.Prepare($"SELECT {SqliteLogRows.Columns} FROM log l WHERE l.place > ?1 AND l.place <= ?2 ORDER BY l.place LIMIT ?3")
            .Bind(1, LogKey.Of(project, after)).Bind(2, LogKey.Last(project)).Bind(3, PartSize);
        while (rows.Step())
            entries.Add(SqliteLogRows.Read(connection, rows));
        return (entries, entries.Count > 0 ? entries[^1].Seq : after);
    }

    private static void Take(SqliteConnection connection, LogEntry entry)
    {
        var place = LogKey.Of(entry.Project, entry.Seq);
        if (entry.Kind == EntryKind.Deletion)
            connection.Prepare("DELETE FROM message_text WHERE rowid = ?1").Bind(1, LogKey.Of(entry.Project, entry.Subject)).Run();
        if (entry.Kind != EntryKind.Message)
            return;

        AddFacet(connection, IndexTerm.Type(TypeNumber(connection, entry.Project, entry.Type!)), place);
        AddFacet(connection, IndexTerm.Sender(entry.Sender), place);
        foreach (var recipient in entry.Recipients)
            AddFacet(connection, IndexTerm.Recipient(recipient), place);
        if (entry.Audience == Audience.Everyone)
            AddFacet(connection, IndexTerm.Everyone(entry.Project), place);
        TakeThread(connection, entry, place);
        if (MessageJsonReader.Content(entry.Json) is { Length: > 0 } content)
        {
            connection.Prepare("INSERT OR REPLACE INTO message_text (rowid, content) VALUES (?1, ?2)")
                .Bind(1, place).Bind(2, SearchText.Joined(content)).Run();
        }
    }

    private static void TakeThread(SqliteConnection connection, LogEntry entry, long place)
    {
        var thread = LogKey.Of(entry.Project, entry.Thread);
        connection.Prepare(
                """
                INSERT INTO threads (thread, project, last_place, messages, started_at, last_at) VALUES (?1, ?2, ?3, 1, ?4, ?4)
                ON CONFLICT DO UPDATE SET last_place = excluded.last_place, messages = messages + 1, last_at = excluded.last_at
                """)
            .Bind(1, thread).Bind(2, entry.Project).Bind(3, place).Bind(4, entry.Stamp).Run();

        var named = entry.Audience == Audience.Named ? entry.Recipients.Append(entry.Sender) : [entry.Sender];
        foreach (var agent in named)
        {
            var joined = agent != 0 && connection.Prepare("INSERT OR IGNORE INTO thread_parts (thread, agent) VALUES (?1, ?2)").Bind(1, thread).Bind(2, agent).Run() > 0;
            if (joined && entry.Thread != entry.Seq)
                FollowFromStart(connection, thread, agent, place);
        }

        if (entry.Thread == entry.Seq)
            return;
        connection.Prepare("INSERT OR IGNORE INTO thread_messages (thread, place) VALUES (?1, ?2)").Bind(1, thread).Bind(2, place).Run();
        var parts = connection.Prepare("SELECT agent FROM thread_parts WHERE thread = ?1").Bind(1, thread);
        while (parts.Step())
        {
            if (parts.Int32(0) is var agent && agent != entry.Sender && !entry.Recipients.Contains(agent))
                AddFacet(connection, IndexTerm.Follower(agent), place);
        }
    }

    /// <summary>An agent that joins a thread later can read it from the start.</summary>
    private static void FollowFromStart(SqliteConnection connection, long thread, int agent, long before)
    {
        AddFacet(connection, IndexTerm.Follower(agent), thread);
        connection.Prepare(
                """
                INSERT OR IGNORE INTO message_facets (facet, place)
                SELECT ?1, place FROM thread_messages WHERE thread = ?2 AND place < ?3
                """)
            .Bind(1, IndexTerm.Follower(agent)).Bind(2, thread).Bind(3, before).Run();
    }

    private static void AddFacet(SqliteConnection connection, long facet, long place) =>
        connection.Prepare("INSERT OR IGNORE INTO message_facets (facet, place) VALUES (?1, ?2)").Bind(1, facet).Bind(2, place).Run();

    private static long TypeNumber(SqliteConnection connection, int project, string type)
    {
        var number = connection.Prepare("SELECT number FROM message_types WHERE project = ?1 AND name = ?2").Bind(1, project).Bind(2, type).Scalar();
        if (number is { } known)
            return known;
        connection.Prepare("INSERT INTO message_types (project, name) VALUES (?1, ?2)").Bind(1, project).Bind(2, type).Run();
        return connection.LastInsertRowId;
    }

    /// <returns>True if only a part was deleted.</returns>
    private static bool Clear(SqliteConnection connection, int project, long upTo)
    {
        var first = LogKey.First(project);
        // Deleting words costs as much as adding them, so this is done in parts.
        var texts = connection.Prepare("DELETE FROM message_text WHERE rowid IN (SELECT rowid FROM message_text WHERE rowid BETWEEN ?1 AND ?2 LIMIT ?3)")
            .Bind(1, first).Bind(2, upTo).Bind(3, PartSize).Run();
        if (texts == PartSize)
            return true;
        connection.Prepare("DELETE FROM thread_parts WHERE thread IN (SELECT thread FROM threads WHERE last_place BETWEEN ?1 AND ?2)").Bind(1, first).Bind(2, upTo).Run();
        connection.Prepare("DELETE FROM thread_messages WHERE thread IN (SELECT thread FROM threads WHERE last_place BETWEEN ?1 AND ?2)").Bind(1, first).Bind(2, upTo).Run();
        connection.Prepare("DELETE FROM threads WHERE last_place BETWEEN ?1 AND ?2").Bind(1, first).Bind(2, upTo).Run();
        // One facet after another: each is a range of the key.
        var facet = connection.Prepare("SELECT min(facet) FROM message_facets").Scalar();
        while (facet is { } present)
        {
            connection.Prepare("DELETE FROM message_facets WHERE facet = ?1 AND place BETWEEN ?2 AND ?3").Bind(1, present).Bind(2, first).Bind(3, upTo).Run();
            facet = connection.Prepare("SELECT min(facet) FROM message_facets WHERE facet > ?1").Bind(1, present).Scalar();
        }

        return false;
    }
}
