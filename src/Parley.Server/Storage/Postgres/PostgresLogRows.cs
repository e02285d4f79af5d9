using System.Text;
using Npgsql;
using Parley.Server.Log;
using Parley.Server.Messages;

namespace Parley.Server.Storage.Postgres;

/// <summary>Converts log entries to rows and back.</summary>
/// <remarks>A message's row has only what its sender said, because while a batch is stored, only the database knows the seq and the times. So readers
/// compose the start and end of the JSON from the columns. Entries that were written with these values known have their complete JSON in the
/// row.</remarks>
internal static class PostgresLogRows
{
    /// <summary>The columns that <see cref="Read"/> expects, from a table named <c>l</c>. For a message to everybody, nobody asks who got it. For
    /// other messages, the deliveries say so, even if one has moved since. The common case, one agent that cannot change, needs no lookup.</summary>
    internal const string Columns =
        """
        l.place, l.kind, l.stamp, l.sender, l.recipient, l.audience, l.type, l.thread, l.execution, l.reply_to, l.hops, l.subject,
        CASE WHEN l.recipient IS NULL AND l.deliveries > 0 AND l.audience & 15 <> 1 THEN
            (SELECT array_agg(d.mailbox ORDER BY d.delivery) FROM deliveries d
             WHERE d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries) END,
        l.whole, l.id_bits, l.thread_id, l.expires_at, l.body
        """;

    private const string InsertSql =
        """
        INSERT INTO log (place, stamp, first_delivery, thread, execution, reply_to, subject, sender, recipient, deliveries, hops, kind, audience,
                         whole, type, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, true, $14, $15)
        """;

    internal static async Task<LogEntry?> FindAsync(NpgsqlConnection connection, long place, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT {Columns} FROM log l WHERE l.place = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = place });
        return (await ListAsync(command, cancellationToken)) is [var only] ? only : null;
    }

    /// <summary>The entry at a place, within a transaction; null if there is none.</summary>
    internal static async Task<LogEntry?> FindAsync(PostgresTransaction transaction, long place)
    {
        await using var rows = await transaction.ReadAsync($"SELECT {Columns} FROM log l WHERE l.place = $1", place);
        return await rows.ReadAsync() ? Read(rows) : null;
    }

    /// <summary>Runs a query whose columns are <see cref="Columns"/>.</summary>
    internal static async Task<List<LogEntry>> ListAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var entries = new List<LogEntry>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            entries.Add(Read(rows));
        return entries;
    }

    internal static LogEntry Read(NpgsqlDataReader row)
    {
        var place = row.GetInt64(0);
        var kind = (EntryKind)row.GetInt16(1);
        var stamp = row.GetInt64(2);
        return new LogEntry
        {
            Project = LogKey.Project(place),
            Seq = LogKey.Seq(place),
            Kind = kind,
            Stamp = stamp,
            Sender = row.GetInt32(3),
            Recipients = !row.IsDBNull(4) ? [row.GetInt32(4)] : row.IsDBNull(12) ? [] : row.GetFieldValue<int[]>(12),
            Audience = (Audience)row.GetInt16(5),
            Type = row.IsDBNull(6) ? null : row.GetString(6),
            Thread = row.IsDBNull(7) ? LogKey.Seq(place) : LogKey.Seq(row.GetInt64(7)),
            Execution = SeqOf(row, 8),
            ReplyTo = SeqOf(row, 9),
            Hops = row.GetInt32(10),
            Subject = SeqOf(row, 11),
            Json = row.GetBoolean(13) ? row.GetFieldValue<byte[]>(17) : Json(row, firstColumn: 14, LogKey.Seq(place), stamp),
        };
    }

    /// <summary>A message's complete JSON, from its columns id_bits, thread_id, expires_at, and body.</summary>
    internal static byte[] Json(NpgsqlDataReader row, int firstColumn, long seq, long stamp)
    {
        var id = EntryId.Create(stamp, seq, (ulong)row.GetInt64(firstColumn));
        var thread = row.IsDBNull(firstColumn + 1) ? id : row.GetGuid(firstColumn + 1);
        long? expires = row.IsDBNull(firstColumn + 2) ? null : row.GetInt64(firstColumn + 2);
        return MessageJson.Whole(row.GetFieldValue<byte[]>(firstColumn + 3), id, seq, thread, stamp, expires);
    }

    /// <summary>Inserts an entry with its complete JSON. Messages are stored in batches instead.</summary>
    internal static NpgsqlBatchCommand Insert(LogEntry entry, in MessageColumns message)
    {
        var project = entry.Project;
        return PostgresTransaction.Command(
            InsertSql,
            LogKey.Of(project, entry.Seq),
            entry.Stamp,
            message.FirstDelivery == 0 ? null : message.FirstDelivery,
            entry.Thread == entry.Seq ? null : LogKey.OrNull(project, entry.Thread),
            LogKey.OrNull(project, entry.Execution),
            LogKey.OrNull(project, entry.ReplyTo),
            LogKey.OrNull(project, entry.Subject),
            entry.Sender,
            // The same agents can read an entry about a message as the message itself, even after it has moved.
            message.Deliveries == 0 && entry.Recipients is [var only] ? only : null,
            message.Deliveries,
            entry.Hops,
            (short)entry.Kind,
            (short)entry.Audience,
            entry.Type,
            Encoding.UTF8.GetString(entry.Json));
    }

    private static long SeqOf(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? 0 : LogKey.Seq(row.GetInt64(column));
}
