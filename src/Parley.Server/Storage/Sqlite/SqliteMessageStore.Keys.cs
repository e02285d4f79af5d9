using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Messages;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Idempotency keys of sends: kept for a day, with the place of the message that the first send created.</summary>
internal sealed partial class SqliteMessageStore
{
    /// <returns>False if the key is taken. The insert itself finds out, so a new key costs one index lookup.</returns>
    private static bool TakeKey(SqliteConnection connection, Send send, long now, long seq)
    {
        var taken = connection.Prepare(
                """
                INSERT INTO idempotency (project, caller, key, fingerprint, at, place) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, at = excluded.at, place = excluded.place, answer = NULL
                    WHERE at <= ?7
                """)
            .Bind(1, send.Project.Number)
            .Bind(2, send.Sender.Caller)
            .Bind(3, send.IdempotencyKey)
            .Bind(4, send.Fingerprint)
            .Bind(5, now)
            .Bind(6, LogKey.Of(send.Project.Number, seq))
            .Bind(7, now - (long)KeyLife.TotalMilliseconds);
        return taken.Run() == 1;
    }

    private static SendOutcome Refuse(SqliteConnection connection, Send send, SendResult result, IReadOnlyList<RecipientOutcome>? recipients = null)
    {
        // A refused send stored nothing, so its key stays free, and the same send may succeed later.
        if (send.IdempotencyKey is not null)
        {
            connection.Prepare("DELETE FROM idempotency WHERE project = ?1 AND caller = ?2 AND key = ?3")
                .Bind(1, send.Project.Number).Bind(2, send.Sender.Caller).Bind(3, send.IdempotencyKey).Run();
        }

        return SendOutcome.Refused(result, recipients);
    }

    private static SendOutcome AnswerAgain(SqliteConnection connection, Send send)
    {
        var row = connection.Prepare(
                """
                SELECT i.fingerprint, l.place, l.stamp, l.thread, l.body, l.first_delivery, l.deliveries
                FROM idempotency i LEFT JOIN log l ON l.place = i.place
                WHERE i.project = ?1 AND i.caller = ?2 AND i.key = ?3
                """)
            .Bind(1, send.Project.Number).Bind(2, send.Sender.Caller).Bind(3, send.IdempotencyKey);
        _ = row.Step();
        if (row.Int64(0) != send.Fingerprint || row.IsNull(1))
        {
            row.Reset();
            return SendOutcome.Refused(SendResult.KeyConflict);
        }

        var seq = LogKey.Seq(row.Int64(1));
        var (id, thread) = MessageJsonReader.Ids(row.Blob(4));
        var first = row.Int64(5);
        var count = row.Int32(6);
        row.Reset();
        return new SendOutcome(SendResult.Duplicate, id, seq, thread, Recipients(connection, first, count));
    }

    /// <summary>The current state of the recipients of a message that was stored earlier.</summary>
    private static List<RecipientOutcome> Recipients(SqliteConnection connection, long first, int count)
    {
        var recipients = new List<RecipientOutcome>(count);
        var rows = connection.Prepare("SELECT mailbox, state, queued_at FROM deliveries WHERE delivery >= ?1 AND delivery < ?2").Bind(1, first).Bind(2, first + count);
        while (rows.Step())
            recipients.Add(RecipientOutcome.Again(rows.Int32(0), (DeliveryState)rows.Int32(1), rows.Int64(2)));
        return recipients;
    }
}
