using Parley.Server.Log;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Appends single entries to the log in SQLite.</summary>
internal sealed class SqliteLogAppender(SqliteDatabase database, SqliteLog log) : ILogAppender
{
    public async ValueTask AppendAsync(
        int project, EntryKind kind, Audience audience, int sender, string type, Func<long, long, byte[]> json, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            connection =>
            {
                var cursor = log.Cursor(connection, project);
                var (seq, stamp) = (cursor.NextSeq, log.Now(cursor));
                log.Append(connection, cursor, new LogEntry
                {
                    Project = project,
                    Seq = seq,
                    Kind = kind,
                    Stamp = stamp,
                    Audience = audience,
                    Sender = sender,
                    Type = type,
                    Json = json(seq, stamp),
                });
                return seq;
            },
            cancellationToken);
}
