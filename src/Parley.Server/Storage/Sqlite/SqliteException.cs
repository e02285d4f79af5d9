namespace Parley.Server.Storage.Sqlite;

/// <summary>SQLite refused something.</summary>
/// <param name="code">The extended result code, https://www.sqlite.org/rescode.html.</param>
internal sealed class SqliteException(int code, string message) : Exception($"SQLite error {code}: {message}")
{
    internal int Code { get; } = code;

    /// <summary>True when the disk or its rights are at fault, not the statement: later the same may succeed.</summary>
    internal bool IsStorageFault => (Code & 0xFF) is Sqlite3.Full or Sqlite3.IoError or Sqlite3.ReadOnly or Sqlite3.CantOpen or Sqlite3.Busy;

    internal bool IsConstraint => (Code & 0xFF) == Sqlite3.Constraint;
}
