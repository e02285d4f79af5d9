namespace Parley.Server.Storage.Sql;

/// <summary>Finds places in a project's log, with the same SQL for both databases.</summary>
internal static class PlaybackSql
{
    /// <summary>The condition of the index <c>log_mark</c>: a question (30) was asked, or a delivery (5), a task (20), or a workflow's step (29)
    /// failed.</summary>
    internal const string IsMark =
        "(kind = 5 OR (kind = 20 AND type = 'task_failed') OR (kind = 29 AND type = 'workflow_step_failed') OR (kind = 30 AND type = 'question_asked'))";

    private const string Middle = "search.low + (search.high - search.low + 1) / 2";

    /// <summary>The time of the first entry from the middle on; null if there is none in the range.</summary>
    private const string Stamp = $"(SELECT l.stamp FROM log l WHERE l.place >= {Middle} AND l.place <= search.high ORDER BY l.place LIMIT 1)";

    /// <summary>The last place whose time is not after $3. $1: the place before the first one, $2: the last one. It halves the range until only
    /// one place is left, because times never decrease.</summary>
    internal const string PlaceAt =
        $"""
        WITH RECURSIVE search (low, high) AS (
            SELECT CAST($1 AS bigint), CAST($2 AS bigint)
            UNION ALL
            SELECT CASE WHEN {Stamp} <= $3 THEN {Middle} ELSE search.low END, CASE WHEN {Stamp} <= $3 THEN search.high ELSE {Middle} - 1 END
            FROM search WHERE search.low < search.high)
        SELECT low FROM search WHERE low >= high LIMIT 1
        """;

    /// <summary>Questions and failures by bucket. $1: the place before the first one, $2: the last one, $3: the length of a bucket.</summary>
    /// <param name="log">The table, with its index if that must be named.</param>
    internal static string Marks(string log) =>
        $"""
        SELECT stamp / $3, CAST(sum(CASE kind WHEN 30 THEN 1 ELSE 0 END) AS bigint), CAST(sum(CASE kind WHEN 30 THEN 0 ELSE 1 END) AS bigint)
        FROM {log} WHERE {IsMark} AND place > $1 AND place <= $2 GROUP BY 1 ORDER BY 1
        """;
}
