namespace Parley.Server.Storage.Sql;

/// <summary>Queries about messages that work on both databases. $1: the message's place.</summary>
internal static class HistorySql
{
    /// <summary>The state of a delivery <c>d</c>.</summary>
    internal const string DeliveryColumns =
        "d.delivery, d.place, d.mailbox, d.state, d.attempt, d.queued_at, d.delivered_at, d.surfaced_at, d.acknowledged_at, d.replied_at, d.last_error, d.disconnects";

    internal const string Deliveries = $"SELECT {DeliveryColumns} {DeliverySql.OfMessage} ORDER BY d.delivery";

    internal const string ReleasedBy = "SELECT released_by FROM log WHERE place = $1";

    /// <summary>The superseded messages <c>l</c> of a thread. $2: the last place to include.</summary>
    internal const string Superseded =
        "FROM log l WHERE (l.place = $1 OR l.thread = $1) AND l.place <= $2 AND l.superseded_by IS NOT NULL ORDER BY l.place LIMIT 500";

    internal const string Trace = "SELECT routing, session, superseded_by FROM log WHERE place = $1";

    internal const string Reactions = "SELECT emoji, agent FROM reactions WHERE place = $1 ORDER BY emoji, agent";

    /// <summary>$2: emoji, $3: agent.</summary>
    internal const string AddReaction = "INSERT INTO reactions (place, emoji, agent) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

    /// <summary>$2: emoji, $3: agent.</summary>
    internal const string RemoveReaction = "DELETE FROM reactions WHERE place = $1 AND emoji = $2 AND agent = $3";
}
