using Parley.Server.Log;

namespace Parley.Server.Storage.Postgres;

/// <summary>Appends entries to the log in PostgreSQL.</summary>
internal sealed class PostgresLogAppender(PostgresDatabase database) : ILogAppender
{
    public async ValueTask AppendAsync(int project, IReadOnlyList<NewEntry> entries, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            async transaction =>
            {
                var cursor = await transaction.LockAsync(project);
                foreach (var entry in entries)
                {
                    var (seq, stamp) = (cursor.NextSeq, cursor.LastStamp);
                    transaction.Append(cursor, new LogEntry
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
            cancellationToken);
}
