using System.Globalization;
using System.Text;
using Parley.Server.Statistics;

namespace Parley.Server.Storage.Sql;

/// <summary>Updates the counters from the log, and queries them, with the same SQL for both databases.</summary>
/// <remarks>Each row starts with the text columns, followed by the numbers; see <see cref="CountRow"/>.</remarks>
internal static class CountSql
{
    /// <summary>How many log entries, and about how many of their deliveries, are counted in one step: few enough not to delay senders.</summary>
    internal const int PartSize = 500;

    /// <summary>How many deliveries one step checks for acknowledgments since the last check: many when the log is fully counted, few when it is not,
    /// so that they do not slow down a backlog.</summary>
    internal const int OpenSize = 2_000, OpenSizeInBacklog = 200;

    /// <summary>A message's deliveries are a range of the key, and the condition says nothing else: with an equal place or a bare state, a database
    /// would scan all deliveries that ever existed. For the same reason, CROSS JOIN makes SQLite start with the log.</summary>
    private const string OwnDeliveries = "d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries";

    /// <summary>The last place of the next part, and 1 if the part is full. $1: the place to start after, $2: the project's last possible place, $3:
    /// the most entries, and the most deliveries before the last entry, because one message may have any number of them.</summary>
    internal const string PartEnd =
        """
        SELECT coalesce(max(CASE WHEN q.before < $3 THEN q.place END), $1), CASE WHEN count(*) = $3 OR max(q.before) >= $3 THEN 1 ELSE 0 END
        FROM (SELECT p.place, sum(p.deliveries) OVER (ORDER BY p.place) - p.deliveries AS before
              FROM (SELECT l.place, l.deliveries FROM log l WHERE l.place > $1 AND l.place <= $2 ORDER BY l.place LIMIT $3) p) q
        """;

    /// <summary>Messages, dead, expired, and first and last time, by minute, sender, and type. $1 and $2: the range of places.</summary>
    internal const string Sent =
        """
        SELECT coalesce(l.type, ''), l.stamp / 60000, coalesce(l.sender, 0), count(*), 0, 0, min(l.stamp), max(l.stamp)
        FROM log l WHERE l.place > $1 AND l.place <= $2 AND l.kind = 1 GROUP BY 1, 2, 3
        """;

    /// <inheritdoc cref="Sent"/>
    internal const string Ends =
        """
        SELECT coalesce(m.type, ''), l.stamp / 60000, coalesce(m.sender, 0), 0,
               CAST(sum(CASE l.kind WHEN 5 THEN 1 ELSE 0 END) AS bigint), CAST(sum(CASE l.kind WHEN 6 THEN 1 ELSE 0 END) AS bigint), min(l.stamp), max(l.stamp)
        FROM log l LEFT JOIN log m ON m.place = l.subject WHERE l.place > $1 AND l.place <= $2 AND l.kind IN (5, 6) GROUP BY 1, 2, 3
        """;

    /// <summary>Messages, and first and last time, by execution and type. $1 and $2: the range of places.</summary>
    internal const string SentInExecutions =
        """
        SELECT coalesce(l.type, ''), l.execution, count(*), min(l.stamp), max(l.stamp)
        FROM log l WHERE l.place > $1 AND l.place <= $2 AND l.kind = 1 AND coalesce(l.execution, 0) > 0 GROUP BY 1, 2
        """;

    /// <summary>Messages, and first and last time, by routing. $1 and $2: the range of places.</summary>
    internal const string Routed =
        """
        SELECT l.routing, count(*), min(l.stamp), max(l.stamp)
        FROM log l WHERE l.place > $1 AND l.place <= $2 AND l.kind = 1 AND l.routing IS NOT NULL GROUP BY 1
        """;

    /// <summary>Deliveries, and the last time, by minute, sender, recipient, and type. $1 and $2: the range of places.</summary>
    internal const string Received =
        $"""
        SELECT coalesce(l.type, ''), l.stamp / 60000, coalesce(l.sender, 0), d.mailbox, count(*), max(l.stamp)
        FROM log l CROSS JOIN deliveries d
        WHERE l.place > $1 AND l.place <= $2 AND l.kind = 1 AND {OwnDeliveries} GROUP BY 1, 2, 3, 4
        """;

    /// <summary>The deliveries that are already acknowledged, by minute, sender, recipient, and type (0, minute, deliveries, milliseconds, last
    /// time), and each delivery that may still be acknowledged. In one statement, so that each delivery is in exactly one of the two. $1 and $2: the
    /// range of places.</summary>
    internal const string Acknowledged =
        $"""
        SELECT coalesce(l.type, ''), 0, d.acknowledged_at / 60000, coalesce(l.sender, 0), d.mailbox, count(*),
               CAST(sum(CASE WHEN d.acknowledged_at > d.queued_at THEN d.acknowledged_at - d.queued_at ELSE 0 END) AS bigint), max(d.acknowledged_at)
        FROM log l CROSS JOIN deliveries d
        WHERE l.place > $1 AND l.place <= $2 AND l.kind = 1 AND {OwnDeliveries} AND d.state + 0 = 3 AND d.acknowledged_at IS NOT NULL GROUP BY 1, 3, 4, 5
        UNION ALL
        SELECT '', d.delivery, 0, 0, 0, 0, 0, 0
        FROM log l CROSS JOIN deliveries d
        WHERE l.place > $1 AND l.place <= $2 AND l.kind = 1 AND {OwnDeliveries} AND d.state + 0 NOT IN (3, 5, 6)
        """;

    /// <summary>The deliveries that wait to be counted as acknowledged, with their current state. $1: project, $2: the delivery to start after, $3:
    /// how many.</summary>
    internal const string Open =
        """
        SELECT coalesce(l.type, ''), u.delivery, coalesce(d.state, 6), coalesce(d.acknowledged_at, 0), coalesce(d.queued_at, 0), coalesce(l.sender, 0), coalesce(d.mailbox, 0)
        FROM (SELECT o.delivery FROM uncounted o WHERE o.project = $1 AND o.delivery > $2 ORDER BY o.delivery LIMIT $3) u
        LEFT JOIN deliveries d ON d.delivery = u.delivery LEFT JOIN log l ON l.place = d.place ORDER BY u.delivery
        """;

    /// <summary>Like <see cref="Open"/>, for the deliveries of a range of the log. $1: project, $2 and $3: the range of places.</summary>
    internal const string OpenBetween =
        $"""
        SELECT coalesce(l.type, ''), d.delivery, d.state, coalesce(d.acknowledged_at, 0), coalesce(d.queued_at, 0), coalesce(l.sender, 0), coalesce(d.mailbox, 0)
        FROM log l CROSS JOIN deliveries d CROSS JOIN uncounted o
        WHERE l.place >= $2 AND l.place <= $3 AND l.kind = 1 AND {OwnDeliveries} AND o.project = $1 AND o.delivery = d.delivery
        """;

    internal const string Place = "SELECT seq FROM counted WHERE project = $1";

    internal const string Begin = "INSERT INTO counted (project, seq) SELECT number, 0 FROM projects WHERE number = $1 ON CONFLICT (project) DO NOTHING";

    internal const string Advance = "UPDATE counted SET seq = $2 WHERE project = $1 AND seq = $3";

    internal const string AddOpen = "INSERT INTO uncounted (project, delivery) VALUES ($1, $2) ON CONFLICT (project, delivery) DO NOTHING";

    internal const string RemoveOpen = "DELETE FROM uncounted WHERE project = $1 AND delivery = $2";

    internal const string AddMessages =
        """
        INSERT INTO message_counts AS c (project, span, at, sender, type, messages, dead, expired, first_at, last_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (project, span, at, sender, type) DO UPDATE SET
            messages = c.messages + excluded.messages, dead = c.dead + excluded.dead, expired = c.expired + excluded.expired,
            first_at = CASE WHEN excluded.first_at < c.first_at THEN excluded.first_at ELSE c.first_at END,
            last_at = CASE WHEN excluded.last_at > c.last_at THEN excluded.last_at ELSE c.last_at END
        """;

    internal const string AddDeliveries =
        """
        INSERT INTO delivery_counts AS c (project, span, at, sender, recipient, type, deliveries, acknowledged, ack_ms, last_at, acked_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (project, span, at, sender, recipient, type) DO UPDATE SET
            deliveries = c.deliveries + excluded.deliveries, acknowledged = c.acknowledged + excluded.acknowledged, ack_ms = c.ack_ms + excluded.ack_ms,
            last_at = CASE WHEN excluded.last_at > c.last_at THEN excluded.last_at ELSE c.last_at END,
            acked_at = CASE WHEN excluded.acked_at > c.acked_at THEN excluded.acked_at ELSE c.acked_at END
        """;

    internal const string AddExecution =
        """
        INSERT INTO execution_counts AS c (project, execution, type, messages, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (project, execution, type) DO UPDATE SET messages = c.messages + excluded.messages, last_at = excluded.last_at
        """;

    internal const string AddRouting =
        """
        INSERT INTO routing_counts AS c (project, kind, name, messages, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (project, kind, name) DO UPDATE SET messages = c.messages + excluded.messages,
            last_at = CASE WHEN excluded.last_at > c.last_at THEN excluded.last_at ELSE c.last_at END
        """;

    /// <summary>Deletes a project's counters. $1: the project's number.</summary>
    internal static IReadOnlyList<string> Clear { get; } =
    [
        "DELETE FROM message_counts WHERE project = $1", "DELETE FROM delivery_counts WHERE project = $1", "DELETE FROM execution_counts WHERE project = $1",
        "DELETE FROM routing_counts WHERE project = $1", "DELETE FROM uncounted WHERE project = $1", "DELETE FROM counted WHERE project = $1",
    ];

    /// <summary>A query over several ranges of the counters. $1 is the project, followed by the span, start, and end of each range, and by the number
    /// of an agent if the question is about one.</summary>
    internal static string Text(CountQuestion question, int ranges, bool ofAgent = false) =>
        Text(question, ranges, side => ofAgent ? FormattableString.Invariant($"c.{side} = ${2 + (3 * ranges)}") : "1 = 1");

    private static string Text(CountQuestion question, int ranges, Func<string, string> only) => question switch
    {
        CountQuestion.MessagesByType =>
            $"SELECT c.type, {Sum("messages")}, {Sum("dead")}, {Sum("expired")} FROM {From("message_counts", ranges)} c GROUP BY 1",
        CountQuestion.DeliveriesByType =>
            $"SELECT c.type, {Sum("deliveries")}, {Sum("acknowledged")}, {Sum("ack_ms")} FROM {From("delivery_counts", ranges)} c GROUP BY 1",
        CountQuestion.Senders =>
            $"SELECT a.agent_id, {Sum("messages")}, min(c.first_at), max(c.last_at) FROM {From("message_counts", ranges)} c LEFT JOIN agents a ON a.number = c.sender WHERE c.messages > 0 GROUP BY 1",
        CountQuestion.Recipients =>
            $"SELECT a.agent_id, {Sum("deliveries")}, {Sum("acknowledged")}, {Sum("ack_ms")}, max(c.acked_at) FROM {From("delivery_counts", ranges)} c LEFT JOIN agents a ON a.number = c.recipient GROUP BY 1",
        CountQuestion.Pairs =>
            $"SELECT s.agent_id, r.agent_id, c.type, {Sum("deliveries")}, {Sum("acknowledged")}, {Sum("ack_ms")}, max(c.last_at) FROM {From("delivery_counts", ranges)} c LEFT JOIN agents s ON s.number = c.sender LEFT JOIN agents r ON r.number = c.recipient GROUP BY 1, 2, 3",
        CountQuestion.MessagesByTime =>
            $"SELECT c.type, c.at, {Sum("messages")}, {Sum("dead")}, {Sum("expired")} FROM {From("message_counts", ranges)} c WHERE {only("sender")} GROUP BY 1, 2",
        CountQuestion.AcknowledgedByTime =>
            $"SELECT c.type, c.at, {Sum("acknowledged")}, {Sum("ack_ms")} FROM {From("delivery_counts", ranges)} c WHERE c.acknowledged > 0 AND {only("recipient")} GROUP BY 1, 2",
        CountQuestion.SendersByTime =>
            $"SELECT a.agent_id, c.at, {Sum("messages")} FROM {From("message_counts", ranges)} c LEFT JOIN agents a ON a.number = c.sender WHERE c.messages > 0 GROUP BY 1, 2",
        CountQuestion.RecipientsByTime =>
            $"SELECT a.agent_id, c.at, {Sum("deliveries")} FROM {From("delivery_counts", ranges)} c LEFT JOIN agents a ON a.number = c.recipient WHERE c.deliveries > 0 GROUP BY 1, 2",
        CountQuestion.Routing =>
            "SELECT c.name, c.kind, c.messages, c.first_at, c.last_at FROM routing_counts c WHERE c.project = $1",
        _ => "SELECT CAST(e.execution_id AS text), c.type, c.messages, c.first_at, c.last_at FROM execution_counts c JOIN executions e ON e.place = c.execution WHERE c.project = $1 ORDER BY c.execution DESC LIMIT 5000",
    };

    /// <summary>How many text columns a query's rows start with.</summary>
    internal static int Texts(CountQuestion question) => question switch { CountQuestion.Pairs => 3, CountQuestion.Executions => 2, _ => 1 };

    private static string Sum(string column) => $"CAST(sum(c.{column}) AS bigint)";

    // One range of the key per SELECT: with an OR, the database would read more rows.
    private static string From(string table, int ranges)
    {
        var text = new StringBuilder("(");
        for (var i = 0; i < ranges; i++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{(i > 0 ? " UNION ALL " : "")}SELECT * FROM {table} WHERE project = $1 AND span = ${2 + i * 3} AND at >= ${3 + i * 3} AND at < ${4 + i * 3}");
        }

        return text.Append(')').ToString();
    }
}
