namespace Parley.Server.Storage.Sql;

/// <summary>SQL for project counters and availability that works on both databases.</summary>
internal static class StatsSql
{
    /// <summary>$1: the project's number.</summary>
    internal const string Totals = "SELECT sent, delivered, acknowledged, dead, expired FROM projects WHERE number = $1";

    internal const string Sent = "SELECT number, sent FROM projects";

    /// <summary>$1: the time, in case this is the first start; $2: milliseconds.</summary>
    internal const string AddReady =
        """
        INSERT INTO availability AS a (id, first_start, ready_ms) VALUES (1, $1, $2)
        ON CONFLICT (id) DO UPDATE SET ready_ms = a.ready_ms + excluded.ready_ms
        RETURNING first_start, ready_ms
        """;
}
