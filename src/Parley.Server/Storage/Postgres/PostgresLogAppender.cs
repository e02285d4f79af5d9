using Parley.Server.Log;

namespace Parley.Server.Storage.Postgres;

/// <summary>Appends single entries to the log in PostgreSQL.</summary>
internal sealed class PostgresLogAppender(PostgresDatabase database) : ILogAppender
{
    public async ValueTask AppendAsync(
        int project, EntryKind kind, Audience audience, int sender, string type, Func<long, long, byte[]> json, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            async transaction =>
            {
                var cursor = await transaction.LockAsync(project);
                var (seq, stamp) = (cursor.NextSeq, cursor.LastStamp);
                transaction.Append(cursor, new LogEntry
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
