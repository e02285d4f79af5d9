using Parley.Server.Files;
using Parley.Server.Settings;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The file of the index: opened if it can be used, otherwise set aside and created.</summary>
internal static class SqliteIndexFile
{
    /// <summary>Raised whenever the tables below change. An index of another version is rebuilt.</summary>
    private const int TablesVersion = 2;

    private const string Tables =
        """
        CREATE TABLE message_facets (facet INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (facet, place)) WITHOUT ROWID;
        CREATE TABLE message_types (number INTEGER PRIMARY KEY, project INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE (project, name));
        CREATE TABLE threads (
            thread INTEGER PRIMARY KEY, project INTEGER NOT NULL, last_place INTEGER NOT NULL, messages INTEGER NOT NULL,
            started_at INTEGER NOT NULL, last_at INTEGER NOT NULL);
        CREATE INDEX threads_recent ON threads (last_place);
        CREATE TABLE thread_parts (thread INTEGER NOT NULL, agent INTEGER NOT NULL, PRIMARY KEY (thread, agent)) WITHOUT ROWID;
        CREATE TABLE thread_messages (thread INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (thread, place)) WITHOUT ROWID;
        CREATE VIRTUAL TABLE message_text USING fts5 (content, tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N*'");
        CREATE TABLE indexed (project INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
        """;

    private const string HasTables =
        "SELECT count(*) FROM sqlite_master WHERE name IN ('message_facets', 'message_types', 'threads', 'thread_parts', 'thread_messages', 'message_text', 'indexed')";

    /// <summary>Opens the index if it can be used.</summary>
    /// <param name="found">Why it cannot be used, for people.</param>
    /// <returns>Null if it must be created.</returns>
    /// <exception cref="SqliteException">The disk is at fault.</exception>
    internal static SqliteConnection? TryOpen(string path, out string found)
    {
        found = "it does not exist";
        if (!File.Exists(path))
            return null;
        SqliteConnection? connection = null;
        try
        {
            foreach (var file in SqliteFiles.Of(path))
                OwnerOnly.Close(file);
            connection = Open(path);
            if (connection.Prepare("PRAGMA user_version").Scalar() is TablesVersion && connection.Prepare(HasTables).Scalar() == 7)
                return connection;
            found = "another version of Parley made it, or none";
        }
        catch (Exception fault) when (fault is SqliteException { IsPassing: false } or UnauthorizedAccessException or StaysOpenException)
        {
            found = fault.Message;
        }

        connection?.Dispose();
        return null;
    }

    /// <summary>Checks an index that another connection may be using.</summary>
    /// <returns>What is wrong with it; null if nothing is.</returns>
    internal static string? FindFault(string path)
    {
        try
        {
            using var connection = SqliteConnection.Open(path, readOnly: true);
            if (connection.Prepare(HasTables).Scalar() != 7)
                return "it does not have the tables of an index";
            var rows = connection.Prepare("PRAGMA quick_check(1)");
            var found = rows.Step() ? rows.Text(0) : null;
            rows.Reset();
            return found == "ok" ? null : found ?? "it cannot be checked";
        }
        catch (SqliteException fault)
        {
            return fault.Message;
        }
    }

    /// <summary>Renames the file, replacing one that was set aside earlier: one is enough for anyone who wants to look.</summary>
    /// <returns>The new name; null if there was no file.</returns>
    internal static string? SetAside(string path)
    {
        var aside = $"{path}.damaged";
        foreach (var part in SqliteFiles.Of(path).Skip(1))
            File.Delete(part);
        if (Directory.Exists(path))
            Directory.Move(path, Directory.Exists(aside) || File.Exists(aside) ? $"{aside}-{Guid.NewGuid():N}" : aside);
        else if (File.Exists(path))
            File.Move(path, aside, overwrite: true);
        else
            return null;
        return aside;
    }

    /// <summary>Creates an empty index where there is none.</summary>
    internal static SqliteConnection Make(string path)
    {
        OwnerOnly.MakeFile(path);
        var connection = Open(path);
        try
        {
            connection.Execute($"BEGIN; {Tables} PRAGMA user_version = {TablesVersion}; COMMIT;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static SqliteConnection Open(string path)
    {
        var connection = SqliteConnection.Open(path, readOnly: false);
        // NORMAL: after a power failure, the newest part of the index may be missing, and is read from the log again.
        try
        {
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4000;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}

/// <summary>The index cannot be used, and no other can be created in its place.</summary>
internal sealed class IndexUnusableException(string path, Exception reason) : StartRefusedException(
    $"The index {path} cannot be used, and no other can be created in its place: {reason.Message.TrimEnd('.')}. Delete it and the files next to it whose names begin with its name; "
    + "it is rebuilt from the database. Let this user write in its folder.", reason);
