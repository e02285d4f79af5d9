using Parley.Server.Settings;

namespace Parley.Server.Storage.Sqlite;

/// <summary>An error returned by SQLite.</summary>
/// <param name="code">The extended result code, https://www.sqlite.org/rescode.html.</param>
internal sealed class SqliteException(int code, string message) : Exception($"SQLite error {code}: {message}")
{
    internal int Code { get; } = code;

    /// <summary>True if the disk or its permissions are at fault, not the statement, so the same statement may succeed later.</summary>
    internal bool IsStorageFault => (Code & 0xFF) is Sqlite3.Full or Sqlite3.IoError or Sqlite3.ReadOnly or Sqlite3.CantOpen or Sqlite3.Busy;

    /// <summary>True if the file is damaged or is not a database, so nothing can succeed until it is replaced.</summary>
    internal bool IsDamage => (Code & 0xFF) is Sqlite3.Corrupt or Sqlite3.NotDatabase;

    /// <summary>True if waiting or freeing space helps, because the file is not at fault.</summary>
    internal bool IsPassing => (Code & 0xFF) is Sqlite3.Full or Sqlite3.Busy;

    internal bool IsConstraint => (Code & 0xFF) == Sqlite3.Constraint;
}

/// <summary>The file cannot be read as a database.</summary>
internal sealed class DatabaseDamagedException(string file, SqliteException reason) : StartRefusedException(
    $"The database {file} cannot be used: {(reason.IsDamage ? "it is damaged, or no database at all" : "it does not answer as it should")} ({reason.Message}). "
    + "Put a backup in its place with 'parley restore FILE --replace', or name another folder with --data.", reason);

/// <summary>The file belongs to another program.</summary>
internal sealed class ForeignDatabaseException(string file, string table) : StartRefusedException(
    $"The database {file} belongs to another program: it has a table '{table}' and none of Parley's tables. Nothing was changed; name another file with --database, or another folder with --data.");
