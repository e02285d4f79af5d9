using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Postgres;

/// <summary>Deliveries whose message is taken back. Nobody gets those that are waiting. One that somebody holds can be acknowledged until its lease
/// ends, and is withdrawn when it comes back.</summary>
internal sealed partial class PostgresMessageStore
{
    /// <summary>Why a message is no longer available, according to the row <c>l</c> at its place, or because there is none. NULL: it is still
    /// available.</summary>
    /// <remarks>A message's row has complete JSON only if it is a tombstone. The reasons are quoted, so they may contain apostrophes.</remarks>
    internal const string ReasonGone =
        $"""
        CASE WHEN l.place IS NULL THEN $reason${DeliveryReasons.TooOld}$reason$
             WHEN l.superseded_by IS NOT NULL THEN $reason${DeliveryReasons.Superseded}$reason$
             WHEN l.whole THEN $reason${DeliveryReasons.Deleted}$reason$ END
        """;

    /// <summary>Ends those of a message's deliveries that nobody holds.</summary>
    private async ValueTask WithdrawWaitingAsync(PostgresTransaction transaction, long place, string reason)
    {
        var taken = (await OfMessagesAsync(transaction, "d.state + 0 IN (0, 1)", [place]))
            .Select(found => (Found: found, Change: DeliveryRules.TakeBack(found.Facts))).Where(pair => pair.Change.Happens).ToList();
        if (taken.Count == 0)
            return;
        var now = transaction.Now;
        transaction.Defer(
            "UPDATE deliveries SET state = 6, ended_at = $2, last_error = $3, due_at = NULL WHERE delivery = ANY ($1)",
            Numbered(taken.Select(pair => pair.Found)), now, reason);
        foreach (var (found, change) in taken)
        {
            LeaveQueue(transaction, found);
            Note(transaction, found, change, now);
        }
    }

    /// <summary>Those of the deliveries whose message has been deleted or superseded, and why.</summary>
    private static async ValueTask<Dictionary<long, string>> GoneAsync(PostgresTransaction transaction, IReadOnlyList<Found> all)
    {
        var gone = new Dictionary<long, string>();
        if (all.Count == 0)
            return gone;
        await using var rows = await transaction.ReadAsync(
            $"""
            SELECT g.delivery, g.reason
            FROM (SELECT b.delivery, {ReasonGone} AS reason
                  FROM unnest($1, $2) AS b (delivery, place) LEFT JOIN log l ON l.place = ANY ($2) AND l.place = b.place) g
            WHERE g.reason IS NOT NULL
            """,
            Numbered(all), all.Select(found => found.Place).ToArray());
        while (await rows.ReadAsync())
            gone.Add(rows.GetInt64(0), rows.GetString(1));
        return gone;
    }

    /// <summary>Ends deliveries that come back after their message was deleted or superseded.</summary>
    /// <param name="withdrawn">No longer queued or counted. Their projects are locked.</param>
    private async ValueTask WriteWithdrawnAsync(
        PostgresTransaction transaction, (Found Found, DeliveryChange Change)[] withdrawn, Dictionary<long, string> reasons, long now)
    {
        if (withdrawn.Length == 0)
            return;
        await transaction.RunAsync(
            """
            UPDATE deliveries d SET state = 6, ended_at = $3, last_error = g.reason, due_at = NULL, lease_until = NULL, holder_node = NULL
            FROM unnest($1, $2) AS g (delivery, reason) WHERE d.delivery = ANY ($1) AND d.delivery = g.delivery
            """,
            Numbered(withdrawn.Select(pair => pair.Found)), withdrawn.Select(pair => reasons[pair.Found.Delivery]).ToArray(), now);
        foreach (var (found, change) in withdrawn)
            Note(transaction, found, change, now);
    }

    private static ValueTask<List<Found>> OfMessagesAsync(PostgresTransaction transaction, string where, long[] places) => FindAllAsync(
        transaction,
        $"""
        FROM log l JOIN deliveries d ON d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries
        WHERE l.place = ANY ($1) AND l.kind = 1 AND {where}
        """,
        places);
}
