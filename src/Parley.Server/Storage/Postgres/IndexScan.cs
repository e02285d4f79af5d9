namespace Parley.Server.Storage.Postgres;

/// <summary>A way to find messages: the newest places between $1 and $2, at most $3.</summary>
internal sealed class IndexScan
{
    private const string Range = "> $1 AND place < $2 ORDER BY place DESC LIMIT $3";

    /// <param name="sql">A selection of places that ends with the name of the place, so that the range can follow.</param>
    /// <param name="values">The values of $4 and following.</param>
    internal IndexScan(string sql, params object[] values) => (Sql, Values) = ($"{sql} {Range}", values);

    internal string Sql { get; private init; }

    internal IReadOnlyList<object> Values { get; }

    internal static IndexScan Term(long facet) => new("SELECT place FROM message_facets WHERE facet = $4 AND place", facet);

    internal static IndexScan Thread(long thread) => new("", thread)
    {
        // The first message has no thread other than its own place.
        Sql =
            $"""
            SELECT place FROM (
                SELECT place FROM log WHERE place = $4 AND place > $1 AND place < $2
                UNION ALL (SELECT place FROM log WHERE thread = $4 AND kind = 1 AND place {Range})) t
            ORDER BY place DESC LIMIT $3
            """,
    };

    /// <summary>What one agent may read: four ranges of one key, merged with the newest first, and the threads that it has joined since the index was
    /// written, including their older parts. Each is limited to a page, so none is read further than that.</summary>
    internal static IndexScan Reader(int project, int agent, long[] entered) =>
        new("", IndexTerm.Sender(agent), IndexTerm.Recipient(agent), IndexTerm.Follower(agent), IndexTerm.Everyone(project), entered)
        {
            Sql =
                $"""
                SELECT DISTINCT place FROM (
                    (SELECT place FROM message_facets WHERE facet = $4 AND place {Range})
                    UNION ALL (SELECT place FROM message_facets WHERE facet = $5 AND place {Range})
                    UNION ALL (SELECT place FROM message_facets WHERE facet = $6 AND place {Range})
                    UNION ALL (SELECT place FROM message_facets WHERE facet = $7 AND place {Range})
                    UNION ALL (SELECT place FROM unnest($8::bigint[]) AS place WHERE place > $1 AND place < $2)
                    UNION ALL (SELECT r.place FROM unnest($8::bigint[]) AS thread CROSS JOIN LATERAL (
                        SELECT place FROM log WHERE log.thread = thread.thread AND place {Range}) r)) p
                ORDER BY place DESC LIMIT $3
                """,
        };
}
