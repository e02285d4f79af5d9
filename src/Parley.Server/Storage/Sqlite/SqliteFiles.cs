namespace Parley.Server.Storage.Sqlite;

/// <summary>The files that are one database together.</summary>
internal static class SqliteFiles
{
    internal static IReadOnlyList<string> Of(string path) => [path, $"{path}-wal", $"{path}-shm"];
}
