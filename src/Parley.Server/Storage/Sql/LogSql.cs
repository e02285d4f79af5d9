namespace Parley.Server.Storage.Sql;

/// <summary>Questions about a project's log that both databases take as one text.</summary>
internal static class LogSql
{
    /// <summary>$1: the project's number.</summary>
    internal const string NextSeq = "SELECT next_seq FROM projects WHERE number = $1";

    /// <summary>$1: the project's first place, $2: its last.</summary>
    internal const string FirstPlace = "SELECT place FROM log WHERE place >= $1 AND place <= $2 ORDER BY place LIMIT 1";

    /// <summary>The oldest entries. $1: the project's first place, $2: its last, $3: how many.</summary>
    internal const string Oldest = "SELECT place, stamp FROM log WHERE place >= $1 AND place <= $2 ORDER BY place LIMIT $3";
}
