using Parley.Server.Log;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Appends entries to the log in SQLite.</summary>
internal sealed class SqliteLogAppender(SqliteDatabase database, SqliteLog log) : ILogAppender
{
    public async ValueTask AppendAsync(int project, IReadOnlyList<NewEntry> entries, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            connection =>
            {
                var cursor = log.Cursor(connection, project);
                foreach (var entry in entries)
                {
                    var (seq, stamp) = (cursor.NextSeq, log.Now(cursor));
                    log.Append(connection, cursor, new LogEntry
                    {
                        Project = project,
                        Seq = seq,
                        Kind = entry.Kind,
                        Stamp = stamp,
                        Audience = entry.Audience,
                        Sender = entry.Sender,
                        Type = entry.Type,
                        Json = entry.Json(seq, stamp),
                    });
                }

                return entries.Count;
            },
            cancellationToken,
            weight: entries.Count);
}
