namespace Parley.Server.Storage.Sql;

/// <summary>Questions about a project's log that both databases take as one text.</summary>
internal static class LogSql
{
    /// <summary>What is no message and nothing about one, and no audit entry, as the index <c>log_event</c> has it. $1: the project's first place,
    /// $2: the place that ends it, $3 and $4: times, $5: how many.</summary>
    /// <param name="log">The table, by the index where it has to be named.</param>
    internal static string Events(string columns, string log) =>
        $"""
        SELECT {columns} FROM {log}
        WHERE l.kind >= 7 AND l.kind <> 11 AND l.place >= $1 AND l.place < $2 AND l.stamp >= $3 AND l.stamp <= $4
        ORDER BY l.place DESC LIMIT $5
        """;

    /// <summary>$1: the project's number.</summary>
    internal const string NextSeq = "SELECT next_seq FROM projects WHERE number = $1";

    /// <summary>$1: the project's first place, $2: its last.</summary>
    internal const string FirstPlace = "SELECT place FROM log WHERE place >= $1 AND place <= $2 ORDER BY place LIMIT 1";

    /// <summary>The oldest entries. $1: the project's first place, $2: its last, $3: how many.</summary>
    internal const string Oldest = "SELECT place, stamp FROM log WHERE place >= $1 AND place <= $2 ORDER BY place LIMIT $3";
}
