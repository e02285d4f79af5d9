using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Parley.Server.Storage.Sqlite;

/// <summary>One connection to the database file. Used by one thread at a time. Statements are prepared once and kept.</summary>
internal sealed unsafe partial class SqliteConnection : IDisposable
{
    private const int BusyMilliseconds = 5_000;

    /// <summary>Settings that differ between builds of the library: the bundled one checks foreign keys and does not overwrite deleted data, and
    /// Debian's does the opposite. The schema has no foreign keys; related rows are deleted together in one transition whose SQL says so. We do not
    /// promise that deleted bytes are overwritten: it would write free pages, and the write-ahead log and backups have those bytes anyway.</summary>
    private const string Choices = "PRAGMA foreign_keys = OFF; PRAGMA secure_delete = OFF;";

    private readonly Dictionary<string, SqliteStatement> _statements = new(SqlComparer.Instance);

    /// <summary>The same statements by the string's address: most statements are literals, and there is only one instance of each.</summary>
    private readonly (string? Sql, SqliteStatement? Statement)[] _literals = new (string?, SqliteStatement?)[256];
    private nint _handle;

    /// <summary>A cell that SQLite writes; null until somebody asks for it.</summary>
    private int* _logPages;

    private SqliteConnection(nint handle) => _handle = handle;

    internal nint Handle => _handle;

    internal bool InTransaction => Sqlite3.GetAutocommit(_handle) == 0;

    internal int Changes => Sqlite3.Changes(_handle);

    internal long LastInsertRowId => Sqlite3.LastInsertRowId(_handle);

    /// <summary>Pages in the write-ahead log after this connection's last commit; see <see cref="CountLogPages"/>.</summary>
    internal int LogPages => *_logPages;

    internal static SqliteConnection Open(string path, bool readOnly) => Open(path, readOnly, layer: 0);

    /// <summary>For a connection that writes a lot, with <c>synchronous = FULL</c>: each commit's part of the log is written in
    /// <see cref="WalBatchingVfs">one piece</see>.</summary>
    internal static SqliteConnection OpenGathered(string path) => Open(path, readOnly: false, WalBatchingVfs.Name);

    private static SqliteConnection Open(string path, bool readOnly, nint layer)
    {
        var flags = Sqlite3.OpenNoMutex | (readOnly ? Sqlite3.OpenReadOnly : Sqlite3.OpenReadWrite | Sqlite3.OpenCreate);
        var code = Sqlite3.Open(path, out var handle, flags, layer);
        var connection = new SqliteConnection(handle);
        if (code == Sqlite3.Ok)
        {
            // A checkpoint on another connection may briefly hold the write lock.
            _ = Sqlite3.BusyTimeout(handle, BusyMilliseconds);
            connection.Execute(Choices);
            return connection;
        }

        var error = connection.Error();
        connection.Dispose();
        throw error;
    }

    /// <summary>The statement for this SQL, reset and ready to bind. It is prepared on first use.</summary>
    internal SqliteStatement Prepare(string sql)
    {
        ref var literal = ref _literals[RuntimeHelpers.GetHashCode(sql) & (_literals.Length - 1)];
        if (!ReferenceEquals(literal.Sql, sql))
            literal = (sql, Find(sql));
        return literal.Statement!;
    }

    private SqliteStatement Find(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
            _statements.Add(sql, statement = Compile(sql));
        return statement;
    }

    /// <summary>Runs every statement of a script and discards the rows.</summary>
    internal void Execute(string script)
    {
        var bytes = Encoding.UTF8.GetBytes(script);
        fixed (byte* start = bytes)
        {
            var next = start;
            var end = start + bytes.Length;
            while (next < end)
            {
                Check(Sqlite3.Prepare(_handle, next, (int)(end - next), 0, out var handle, out next));
                if (handle == 0)
                    continue;
                using var statement = new SqliteStatement(this, handle);
                while (statement.Step())
                {
                }
            }
        }
    }

    /// <summary>Starts to keep <see cref="LogPages"/> up to date.</summary>
    internal void CountLogPages()
    {
        _logPages = (int*)NativeMemory.AllocZeroed(sizeof(int));
        _ = Sqlite3.WalHook(_handle, &NoteLogPages, _logPages);
    }

    /// <summary>Does work that fails at once, instead of waiting, if another connection is in its way.</summary>
    internal void WithoutWaiting(Action<SqliteConnection> work)
    {
        _ = Sqlite3.BusyTimeout(_handle, 0);
        try
        {
            work(this);
        }
        finally
        {
            _ = Sqlite3.BusyTimeout(_handle, BusyMilliseconds);
        }
    }

    /// <summary>Rolls back the transaction, if there is one.</summary>
    internal void Rollback()
    {
        // If a fault left a statement between two rows, it could never be bound again: every try would be a misuse.
        foreach (var statement in _statements.Values)
            statement.Reset();
        // After some faults (such as a full disk), SQLite has already rolled back. Another ROLLBACK would be an error.
        if (InTransaction)
            Prepare("ROLLBACK").Run();
    }

    internal void Check(int code)
    {
        if (code != Sqlite3.Ok)
            throw Error();
    }

    internal SqliteException Error() =>
        new(Sqlite3.ExtendedErrorCode(_handle), Marshal.PtrToStringUTF8((nint)Sqlite3.ErrorMessage(_handle)) ?? "unknown");

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _statements.Clear();
        _ = Sqlite3.Close(_handle);
        _handle = 0;
        NativeMemory.Free(_logPages);
        _logPages = null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int NoteLogPages(int* cell, nint database, byte* schema, int pages)
    {
        *cell = pages;
        return Sqlite3.Ok;
    }

    private SqliteStatement Compile(string sql)
    {
        const uint persistent = 0x01;
        // SQL for both databases names its values as PostgreSQL does. For SQLite, $2 is a name like any other, numbered by its first appearance, but
        // ?2 is always the second value.
        var numbered = NumberedValue().Replace(sql, "?");
        // SQLite 3.53 and later plan with the value of a bare LIMIT ?5, and compile the statement again each time that value is bound.
        var bytes = Encoding.UTF8.GetBytes(BareLimit().Replace(numbered, "$0 + 0"));
        fixed (byte* start = bytes)
        {
            Check(Sqlite3.Prepare(_handle, start, bytes.Length, persistent, out var handle, out _));
            return new SqliteStatement(this, handle);
        }
    }

    /// <summary>The $ of <c>$1</c>, but not the one in a JSON path.</summary>
    [GeneratedRegex(@"\$(?=[0-9])", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex NumberedValue();

    [GeneratedRegex(@"\bLIMIT \?[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex BareLimit();
}
