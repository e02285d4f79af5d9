using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Sql;

/// <summary>Queries about messages that work on both databases. $1: the message's place.</summary>
internal static class HistorySql
{
    /// <summary>The state of a delivery <c>d</c>.</summary>
    internal const string DeliveryColumns =
        "d.delivery, d.place, d.mailbox, d.state, d.attempt, d.queued_at, d.delivered_at, d.surfaced_at, d.acknowledged_at, d.replied_at, d.last_error, d.disconnects, " +
        "d.evidence";

    /// <summary>When a dead delivery <c>d</c> died.</summary>
    internal const string DiedAt = "coalesce(d.ended_at, d.queued_at, 0)";

    internal const string Deliveries = $"SELECT {DeliveryColumns} {DeliverySql.OfMessage} ORDER BY d.delivery";

    /// <summary>Dead letters by mailbox and reason: counted, when the first and the last died, and the last one's error. $7: at most this many groups.</summary>
    /// <param name="dead">The dead letters that match a selection.</param>
    internal static string DeadGroups(string dead) =>
        $"""
        SELECT mailbox, reason, count(*) AS dead, min(died_at), max(died_at), max(CASE WHEN newest = 1 THEN last_error END)
        FROM (SELECT d.mailbox, {DeathReasons.Sql} AS reason, {DiedAt} AS died_at, d.last_error,
                row_number() OVER (PARTITION BY d.mailbox, {DeathReasons.Sql} ORDER BY {DiedAt} DESC, d.delivery DESC) AS newest
              {dead}) t
        GROUP BY mailbox, reason ORDER BY dead DESC, mailbox, reason LIMIT $7
        """;

    internal const string ReleasedBy = "SELECT released_by FROM log WHERE place = $1";

    /// <summary>The superseded messages <c>l</c> of a thread. $2: the last place to include.</summary>
    internal const string Superseded =
        "FROM log l WHERE (l.place = $1 OR l.thread = $1) AND l.place <= $2 AND l.superseded_by IS NOT NULL ORDER BY l.place LIMIT 500";

    /// <summary>$2: the time at which the chain ends, $3: the most links.</summary>
    internal const string Chain =
        """
        WITH RECURSIVE chain (place, reply_to, stamp, sender, hops, n) AS (
            SELECT l.place, l.reply_to, l.stamp, l.sender, l.hops, 1 FROM log l WHERE l.place = $1
            UNION ALL
            SELECT l.place, l.reply_to, l.stamp, l.sender, l.hops, c.n + 1 FROM chain c JOIN log l ON l.place = c.reply_to
            WHERE c.hops > 0 AND c.stamp > $2 AND c.n < $3)
        SELECT place, stamp, sender, hops, coalesce(reply_to, 0) FROM chain ORDER BY n
        """;

    internal const string Trace = "SELECT routing, session, superseded_by FROM log WHERE place = $1";

    internal const string Reactions = "SELECT emoji, agent FROM reactions WHERE place = $1 ORDER BY emoji, agent";

    /// <summary>$2: emoji, $3: agent.</summary>
    internal const string AddReaction = "INSERT INTO reactions (place, emoji, agent) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

    /// <summary>$2: emoji, $3: agent.</summary>
    internal const string RemoveReaction = "DELETE FROM reactions WHERE place = $1 AND emoji = $2 AND agent = $3";
}
