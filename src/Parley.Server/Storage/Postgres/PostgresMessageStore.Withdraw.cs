using Parley.Protocol;

namespace Parley.Server.Storage.Postgres;

/// <summary>Deliveries whose message is taken back. Nobody gets one that waits. One that somebody has stays acknowledgeable until its
/// lease ends, and is withdrawn when it comes back.</summary>
internal sealed partial class PostgresMessageStore
{
    private const string Deleted = "deleted";
    private const string Superseded = "superseded";
    private const string TooOld = "older than the project keeps messages";

    /// <summary>Why a message is not there as it was sent, of the row <c>l</c> of its place or the lack of one; NULL: it is there.</summary>
    /// <remarks>The row of a message is whole only when it is a tombstone.</remarks>
    internal const string ReasonGone =
        $"CASE WHEN l.place IS NULL THEN '{TooOld}' WHEN l.superseded_by IS NOT NULL THEN '{Superseded}' WHEN l.whole THEN '{Deleted}' END";

    /// <summary>Ends what nobody holds of a message's deliveries.</summary>
    private async ValueTask WithdrawWaitingAsync(PostgresTransaction transaction, long place, string reason)
    {
        var waiting = await OfMessagesAsync(transaction, "d.state + 0 IN (0, 1)", [place]);
        if (waiting.Count == 0)
            return;
        var now = await transaction.NowAsync();
        transaction.Defer(
            "UPDATE deliveries SET state = 6, ended_at = $2, last_error = $3, due_at = NULL WHERE delivery = ANY ($1)", Numbered(waiting), now, reason);
        foreach (var found in waiting)
        {
            LeaveQueue(transaction, found);
            NoteWithdrawn(transaction, found, now);
        }
    }

    /// <summary>Ends what comes back after its message went: it is not given out again, nor does its sender hear of a failure.</summary>
    /// <param name="all">Neither queued nor counted any longer, their projects locked.</param>
    /// <returns>Those whose message is there as it was sent.</returns>
    private async ValueTask<List<Found>> WithdrawGoneAsync(PostgresTransaction transaction, IReadOnlyList<Found> all, long now)
    {
        if (all.Count == 0)
            return [];
        var gone = new HashSet<long>();
        await using (var rows = await transaction.ReadAsync(
            $"""
            UPDATE deliveries d SET state = 6, ended_at = $3, last_error = g.reason, due_at = NULL, lease_until = NULL, holder_node = NULL
            FROM (SELECT b.delivery, {ReasonGone} AS reason
                  FROM unnest($1, $2) AS b (delivery, place) LEFT JOIN log l ON l.place = ANY ($2) AND l.place = b.place) g
            WHERE d.delivery = ANY ($1) AND d.delivery = g.delivery AND g.reason IS NOT NULL
            RETURNING d.delivery
            """,
            Numbered(all), all.Select(found => found.Place).ToArray(), now))
        {
            while (await rows.ReadAsync())
                gone.Add(rows.GetInt64(0));
        }

        var present = new List<Found>(all.Count);
        foreach (var found in all)
        {
            if (gone.Contains(found.Delivery))
                NoteWithdrawn(transaction, found, now);
            else
                present.Add(found);
        }

        return present;
    }

    private static ValueTask<List<Found>> OfMessagesAsync(PostgresTransaction transaction, string where, long[] places) => FindAllAsync(
        transaction,
        $"""
        FROM log l JOIN deliveries d ON d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries
        WHERE l.place = ANY ($1) AND l.kind = 1 AND {where}
        """,
        places);

    private void NoteWithdrawn(PostgresTransaction transaction, in Found found, long now) => Note(
        transaction.News, LogKey.Project(found.Place), found.Delivery, LogKey.Seq(found.Place), found.Mailbox, DeliveryState.Withdrawn, found.Attempt, now);
}
