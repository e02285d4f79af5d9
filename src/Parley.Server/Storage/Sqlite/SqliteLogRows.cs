using Parley.Server.Log;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Reads log entries from their rows.</summary>
internal static class SqliteLogRows
{
    /// <summary>The columns that <see cref="Read"/> expects, from a table named <c>l</c>.</summary>
    internal const string Columns =
        "l.place, l.kind, l.stamp, l.sender, l.recipient, l.audience, l.type, l.thread, l.execution, l.reply_to, l.hops, l.subject, l.first_delivery, l.deliveries, l.body";

    internal static LogEntry? Find(SqliteConnection connection, long place)
    {
        var rows = connection.Prepare($"SELECT {Columns} FROM log l WHERE l.place = ?1").Bind(1, place);
        if (!rows.Step())
            return null;
        var entry = Read(connection, rows);
        rows.Reset();
        return entry;
    }

    internal static LogEntry Read(SqliteConnection connection, SqliteStatement rows)
    {
        var place = rows.Int64(0);
        var audience = (Audience)rows.Int32(5);
        var deliveries = rows.Int32(13);
        return new LogEntry
        {
            Project = LogKey.Project(place),
            Seq = LogKey.Seq(place),
            Kind = (EntryKind)rows.Int32(1),
            Stamp = rows.Int64(2),
            Sender = rows.Int32(3),
            Recipients = Recipients(connection, rows, audience, deliveries),
            Audience = audience,
            Type = rows.Text(6),
            Thread = rows.IsNull(7) ? LogKey.Seq(place) : LogKey.Seq(rows.Int64(7)),
            Execution = LogKey.Seq(rows.Int64(8)),
            ReplyTo = LogKey.Seq(rows.Int64(9)),
            Hops = rows.Int32(10),
            Subject = LogKey.Seq(rows.Int64(11)),
            Json = rows.Blob(14).ToArray(),
        };
    }

    private static int[] Recipients(SqliteConnection connection, SqliteStatement rows, Audience audience, int deliveries)
    {
        // For a message to everybody, nobody asks who got it. For other messages, the deliveries say so, even if one has moved since.
        if ((audience & ~Audience.Withheld) == Audience.Everyone)
            return [];
        if (deliveries == 0)
            return rows.IsNull(4) ? [] : [rows.Int32(4)];

        var recipients = new List<int>(deliveries);
        var first = rows.Int64(12);
        var mailboxes = connection.Prepare("SELECT mailbox FROM deliveries WHERE delivery >= ?1 AND delivery < ?2").Bind(1, first).Bind(2, first + deliveries);
        while (mailboxes.Step())
            recipients.Add(mailboxes.Int32(0));
        return [.. recipients];
    }
}
