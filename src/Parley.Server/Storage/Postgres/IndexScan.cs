namespace Parley.Server.Storage.Postgres;

/// <summary>A way to find messages: places between $1 and $2, at most $3, the newest or the oldest ones.</summary>
internal sealed class IndexScan
{
    private readonly Func<string, string, string> _sql;

    /// <param name="sql">A selection of places that ends with the name of the place, so that the range can follow.</param>
    /// <param name="values">The values of $4 and following.</param>
    internal IndexScan(string sql, params object[] values)
        : this((range, _) => $"{sql} {range}", values)
    {
    }

    /// <param name="sql">Writes it for a range, to follow the name of a place, and for an order.</param>
    private IndexScan(Func<string, string, string> sql, object[] values) => (_sql, Values) = (sql, values);

    internal IReadOnlyList<object> Values { get; }

    /// <summary>Its SQL, in an order: <c>ASC</c> or <c>DESC</c>.</summary>
    internal string In(string order) => _sql($"> $1 AND place < $2 ORDER BY place {order} LIMIT $3", order);

    internal static IndexScan Term(long facet) => new("SELECT place FROM message_facets WHERE facet = $4 AND place", facet);

    internal static IndexScan Thread(long thread) => new(
        // The first message has no thread other than its own place.
        (range, order) =>
            $"""
            SELECT place FROM (
                SELECT place FROM log WHERE place = $4 AND place > $1 AND place < $2
                UNION ALL (SELECT place FROM log WHERE thread = $4 AND kind = 1 AND place {range})) t
            ORDER BY place {order} LIMIT $3
            """,
        [thread]);

    /// <summary>What one agent may read: four ranges of one key, merged in order, and the threads that it has joined since the index was
    /// written, including their older parts. Each is limited to a page, so none is read further than that.</summary>
    internal static IndexScan Reader(int project, int agent, long[] entered) => new(
        (range, order) =>
            $"""
            SELECT DISTINCT place FROM (
                (SELECT place FROM message_facets WHERE facet = $4 AND place {range})
                UNION ALL (SELECT place FROM message_facets WHERE facet = $5 AND place {range})
                UNION ALL (SELECT place FROM message_facets WHERE facet = $6 AND place {range})
                UNION ALL (SELECT place FROM message_facets WHERE facet = $7 AND place {range})
                UNION ALL (SELECT place FROM unnest($8::bigint[]) AS place WHERE place > $1 AND place < $2)
                UNION ALL (SELECT r.place FROM unnest($8::bigint[]) AS thread CROSS JOIN LATERAL (
                    SELECT place FROM log WHERE log.thread = thread.thread AND place {range}) r)) p
            ORDER BY place {order} LIMIT $3
            """,
        [IndexTerm.Sender(agent), IndexTerm.Recipient(agent), IndexTerm.Follower(agent), IndexTerm.Everyone(project), entered]);
}
