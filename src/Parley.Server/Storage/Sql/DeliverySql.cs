using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Sql;

/// <summary>Queries and updates of deliveries that work on both databases. Values are <c>$1</c>, <c>$2</c>, and so on.</summary>
internal static class DeliverySql
{
    /// <summary>The columns that a store needs for its decisions about a delivery <c>d</c>.</summary>
    internal const string Columns =
        "d.delivery, d.place, d.mailbox, d.state, d.attempt, d.lease, d.lease_until, d.due_at, d.expires_at, d.priority, d.rank, d.queued_at, d.disconnects";

    internal const string One = "FROM deliveries d WHERE d.delivery = $1";

    /// <summary>A delivery that must belong to a certain message and agent. $2: place, $3: agent.</summary>
    internal const string Own = $"{One} AND d.place = $2 AND d.mailbox = $3";

    /// <summary>The deliveries of the message at a place.</summary>
    /// <remarks>SQLite reads the left side of a CROSS JOIN first; for PostgreSQL, it is an ordinary join.</remarks>
    internal const string OfMessage =
        "FROM log l CROSS JOIN deliveries d WHERE l.place = $1 AND d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries";

    /// <summary>The deliveries of the messages at the places in a list <c>s</c>, which comes before this.</summary>
    internal const string OfMessages =
        "CROSS JOIN log l CROSS JOIN deliveries d WHERE l.place = s.value AND d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries";

    /// <summary>$2: agent.</summary>
    internal const string OwnOfMessage = $"{OfMessage} AND d.mailbox = $2";

    /// <summary>The dead letters <c>d</c> of messages <c>l</c> that match a selection. $1: the project's first place, $2: its last, $3: delivery, $4:
    /// agent, $5: type, $6: reason. NULL matches all.</summary>
    internal const string DeadWhere =
        $"""
        WHERE d.state = 4 AND d.place >= $1 AND d.place <= $2 AND (CAST($3 AS bigint) IS NULL OR d.delivery = $3)
          AND (CAST($4 AS int) IS NULL OR d.mailbox = $4) AND (CAST($5 AS text) IS NULL OR l.type = $5)
          AND (CAST($6 AS int) IS NULL OR {DeathReasons.Sql} = $6)
        """;

    /// <summary>The deliveries that a storm holds. $1: the <see cref="Mailboxes.StormEnd"/>, $2: the project's first place, $3: the last place to
    /// include.</summary>
    internal const string Held = "FROM deliveries d WHERE d.state = 0 AND d.due_at = $1 AND d.place >= $2 AND d.place <= $3";

    /// <summary>$1: the lowest <see cref="Mailboxes.StormEnd"/>.</summary>
    internal const string HeldCounts =
        "SELECT place >> 40, due_at, count(DISTINCT place) FROM deliveries WHERE state = 0 AND due_at >= $1 GROUP BY place >> 40, due_at ORDER BY due_at";

    internal const string HeldCount = $"SELECT count(DISTINCT d.place) {Held}";

    /// <summary>$4: at most this many.</summary>
    internal const string HeldMessages =
        $"SELECT l.place, l.sender FROM log l WHERE l.place IN (SELECT d.place {Held} ORDER BY d.place LIMIT $4) ORDER BY l.place";

    /// <summary>What showed it first stays. $2: the time, $3: the evidence.</summary>
    internal const string Surface =
        "UPDATE deliveries SET surfaced_at = coalesce(surfaced_at, $2), evidence = CASE WHEN surfaced_at IS NULL THEN $3 ELSE evidence END WHERE delivery = $1";

    /// <summary>$2: the end of the lease.</summary>
    internal const string Extend = "UPDATE deliveries SET lease_until = $2 WHERE delivery = $1";

    /// <summary>$2: the count.</summary>
    internal const string CountDisconnects = "UPDATE deliveries SET disconnects = $2 WHERE delivery = $1";

    /// <summary>Appends a failed attempt to the trail. Follows an UPDATE's other values, and reads those from before it.</summary>
    /// <param name="row">The row's name with a dot; empty for none.</param>
    /// <param name="deliveredAt">When the attempt began.</param>
    /// <param name="end">A value from <see cref="DeliveryTrail.AttemptEnd"/>.</param>
    internal static string AddAttempt(string row, string deliveredAt, string end) =>
        $"trail = {TrailOf(row)} || '{{\"attempt\":' || CAST({row}attempt AS text) || ',\"at\":' || coalesce(CAST({deliveredAt} AS text), 'null') || {end}";

    /// <summary>Appends a requeue.</summary>
    /// <param name="end">A value from <see cref="DeliveryTrail.RequeueEnd"/>.</param>
    /// <inheritdoc cref="AddAttempt"/>
    internal static string AddRequeue(string row, string end) =>
        $"trail = {TrailOf(row)} || '{{\"died_at\":' || coalesce(CAST({row}ended_at AS text), 'null') || {end}";

    private static string TrailOf(string row) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"CASE WHEN {row}trail IS NULL OR length({row}trail) > {DeliveryTrail.MostCharacters} THEN '' ELSE {row}trail || ',' END");

    /// <summary>Adds an agent to those that had the delivery: appends $3, as text, to the list that <see cref="NumberList"/> reads.</summary>
    internal const string AddTried = "tried = coalesce(tried || ',', '') || $3";
}
