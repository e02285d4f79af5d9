namespace Parley.Server.Storage.Sqlite;

/// <summary>What a database contains, for commands that must not overwrite it.</summary>
internal static class SqliteContent
{
    private static readonly (string Table, string What)[] Tables =
    [
        ("projects", "projects"), ("agents", "agents"), ("log", "entries of the log"), ("deliveries", "deliveries"), ("tokens", "tokens"),
    ];

    /// <summary>The kinds that have rows. Also works for a database of an older version, or an empty one.</summary>
    internal static List<(string What, long Count)> Count(SqliteConnection connection)
    {
        var found = new List<(string, long)>();
        foreach (var (table, what) in Tables)
        {
            if (connection.Prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1").Bind(1, table).Scalar() is not null &&
                connection.Prepare($"SELECT count(*) FROM {table}").Scalar() is > 0 and var count)
            {
                found.Add((what, count));
            }
        }

        return found;
    }
}
