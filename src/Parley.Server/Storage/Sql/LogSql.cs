namespace Parley.Server.Storage.Sql;

/// <summary>Queries about a project's log that work on both databases.</summary>
internal static class LogSql
{
    /// <summary>The condition of the index <c>log_event</c>: neither a message, nor about a message, nor an audit entry.</summary>
    internal const string IsThing = "l.kind >= 7 AND l.kind <> 11";

    /// <summary>The entries of that index, newest first. $1: the project's
    /// first place, $2: the place to stop at, $3 and $4: times, $5: how many.</summary>
    /// <param name="log">The table, with its index if that must be named.</param>
    internal static string Events(string columns, string log) =>
        $"""
        SELECT {columns} FROM {log}
        WHERE {IsThing} AND l.place >= $1 AND l.place < $2 AND l.stamp >= $3 AND l.stamp <= $4
        ORDER BY l.place DESC LIMIT $5
        """;

    /// <summary>$1: the project's number.</summary>
    internal const string NextSeq = "SELECT next_seq FROM projects WHERE number = $1";

    /// <summary>$1: the project's first place, $2: its last.</summary>
    internal const string FirstPlace = "SELECT place FROM log WHERE place >= $1 AND place <= $2 ORDER BY place LIMIT 1";

    /// <summary>The oldest entries. $1: the project's first place, $2: its last, $3: how many.</summary>
    internal const string Oldest = "SELECT place, stamp FROM log WHERE place >= $1 AND place <= $2 ORDER BY place LIMIT $3";
}
