using Parley.Server.Log;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Assigns every entry its place. Used only on the writer's thread: the seq is assigned and stored in the same transaction, so commit order
/// is log order, and a transition that is undone leaves no gap.</summary>
internal sealed class SqliteLog(TimeProvider clock) : IWriterCache
{
    private readonly Dictionary<int, ProjectCursor> _cursors = [];
    private readonly List<LogEntry> _appended = [];

    /// <summary>Gets the committed entries. Set once, before the first write.</summary>
    internal ILogSink? Sink { get; set; }

    /// <summary>A project's next seq, its clock, and its counters.</summary>
    /// <exception cref="InvalidOperationException">The project no longer exists.</exception>
    internal ProjectCursor Cursor(SqliteConnection connection, int project) =>
        TryCursor(connection, project) ?? throw new InvalidOperationException($"There is no project number {project}.");

    /// <inheritdoc cref="Cursor"/>
    /// <returns>Null if the project no longer exists.</returns>
    internal ProjectCursor? TryCursor(SqliteConnection connection, int project)
    {
        if (!_cursors.TryGetValue(project, out var cursor) && (cursor = ProjectCursor.Read(connection, project)) is not null)
            _cursors.Add(project, cursor);
        return cursor;
    }

    /// <summary>The time in Unix milliseconds, never earlier than the project's previous one: ordering by time is the same as ordering by seq,
    /// whatever the machine's clock does.</summary>
    internal long Now(ProjectCursor cursor)
    {
        cursor.LastStamp = Math.Max(cursor.LastStamp, clock.GetUtcNow().ToUnixTimeMilliseconds());
        return cursor.LastStamp;
    }

    /// <summary>The server's time in Unix milliseconds, for what is not a log entry.</summary>
    internal long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Appends an entry whose seq is the cursor's next.</summary>
    internal void Append(SqliteConnection connection, ProjectCursor cursor, LogEntry entry, in MessageColumns message = default)
    {
        LogStamp.Check(entry, cursor.LastStamp);
        var project = cursor.Project;
        connection.Prepare(
                """
                INSERT INTO log (place, kind, stamp, sender, recipient, audience, type, thread, execution, reply_to, hops, subject,
                                 first_delivery, deliveries, routing, session, task, body)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
                """)
            .Bind(1, LogKey.Of(project, entry.Seq))
            .Bind(2, (long)entry.Kind)
            .Bind(3, entry.Stamp)
            .Bind(4, entry.Sender)
            .Bind(5, entry.Recipients is [var only] ? only : null)
            .Bind(6, (long)entry.Audience)
            .Bind(7, entry.Type)
            .Bind(8, entry.Thread == entry.Seq ? null : LogKey.OrNull(project, entry.Thread))
            .Bind(9, LogKey.OrNull(project, entry.Execution))
            .Bind(10, LogKey.OrNull(project, entry.ReplyTo))
            .Bind(11, entry.Hops)
            .Bind(12, LogKey.OrNull(project, entry.Subject))
            .Bind(13, message.FirstDelivery == 0 ? null : message.FirstDelivery)
            .Bind(14, message.Deliveries)
            .Bind(15, message.Routing)
            .Bind(16, message.Session)
            .Bind(17, message.Task)
            .BindBlob(18, entry.Json)
            .Run();
        cursor.NextSeq = entry.Seq + 1;
        _appended.Add(entry);
    }

    /// <summary>The current state of the transaction, for <see cref="GoBack"/>.</summary>
    internal LogMark Mark(ProjectCursor cursor) => new(_appended.Count, cursor, cursor.Values);

    /// <summary>Undoes everything since the mark, after a rollback to a savepoint.</summary>
    internal void GoBack(in LogMark mark)
    {
        _appended.RemoveRange(mark.Appended, _appended.Count - mark.Appended);
        mark.Cursor.Values = mark.Values;
    }

    public void Flush(SqliteConnection connection)
    {
        foreach (var cursor in _cursors.Values)
            cursor.WriteIfChanged(connection);
    }

    public void Reset()
    {
        _cursors.Clear();
        _appended.Clear();
    }

    /// <summary>Reports the committed entries.</summary>
    internal void Publish()
    {
        var entries = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_appended);
        for (var start = 0; start < entries.Length;)
        {
            var end = start + 1;
            while (end < entries.Length && entries[end].Project == entries[start].Project)
                end++;
            Sink!.Publish(entries[start].Project, entries[start..end]);
            start = end;
        }

        _appended.Clear();
    }

    /// <summary>Makes sure that the cursor of a deleted project is not written back.</summary>
    internal void Forget(int project) => _cursors.Remove(project);
}

/// <summary>The columns that messages have in addition to those of every entry.</summary>
internal readonly record struct MessageColumns(long FirstDelivery, int Deliveries, string? Routing, string? Session, string? Task);

/// <summary>The state of a transaction that appends to one project's log.</summary>
internal readonly record struct LogMark(int Appended, ProjectCursor Cursor, (long, long, long, long, long, long, long) Values);

/// <summary>A project's next seq and its counters, as of the current transaction.</summary>
internal sealed class ProjectCursor
{
    private (long, long, long, long, long, long, long) _written;

    internal required int Project { get; init; }
    internal required long NextSeq { get; set; }
    internal required long LastStamp { get; set; }
    internal long Sent { get; set; }
    internal long Delivered { get; set; }
    internal long Acknowledged { get; set; }
    internal long Dead { get; set; }
    internal long Expired { get; set; }

    internal (long, long, long, long, long, long, long) Values
    {
        get => (NextSeq, LastStamp, Sent, Delivered, Acknowledged, Dead, Expired);
        set => (NextSeq, LastStamp, Sent, Delivered, Acknowledged, Dead, Expired) = value;
    }

    /// <returns>Null if there is no such project.</returns>
    internal static ProjectCursor? Read(SqliteConnection connection, int project)
    {
        var row = connection.Prepare("SELECT next_seq, last_stamp, sent, delivered, acknowledged, dead, expired FROM projects WHERE number = ?1")
            .Bind(1, project);
        if (!row.Step())
            return null;
        var cursor = new ProjectCursor
        {
            Project = project,
            NextSeq = row.Int64(0),
            LastStamp = row.Int64(1),
            Sent = row.Int64(2),
            Delivered = row.Int64(3),
            Acknowledged = row.Int64(4),
            Dead = row.Int64(5),
            Expired = row.Int64(6),
        };
        row.Reset();
        cursor._written = cursor.Values;
        return cursor;
    }

    internal void WriteIfChanged(SqliteConnection connection)
    {
        if (_written == Values)
            return;
        connection.Prepare(
                """
                UPDATE projects SET next_seq = ?2, last_stamp = ?3, sent = ?4, delivered = ?5, acknowledged = ?6, dead = ?7, expired = ?8
                WHERE number = ?1
                """)
            .Bind(1, Project).Bind(2, NextSeq).Bind(3, LastStamp).Bind(4, Sent).Bind(5, Delivered).Bind(6, Acknowledged)
            .Bind(7, Dead).Bind(8, Expired)
            .Run();
        _written = Values;
    }
}
