using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Parley.Server.Storage.Sqlite;

/// <summary>One connection to the database file. Used by one thread at a time; statements are prepared once and kept.</summary>
internal sealed unsafe partial class SqliteConnection : IDisposable
{
    private const int BusyMilliseconds = 5_000;

    /// <summary>What libraries are built with differently: the bundled one checks foreign keys and does not overwrite what is deleted, Debian's does the
    /// opposite. The schema has no foreign keys: what belongs together goes together in one transition, whose SQL says so. Nothing promises that
    /// deleted bytes are overwritten, which writes pages that are free: the write-ahead log and backups have those bytes anyway.</summary>
    private const string Choices = "PRAGMA foreign_keys = OFF; PRAGMA secure_delete = OFF;";

    private readonly Dictionary<string, SqliteStatement> _statements = new(SqlComparer.Instance);

    /// <summary>The same by the string's address in the program: statements are mostly literals, of which there is one each.</summary>
    private readonly (string? Sql, SqliteStatement? Statement)[] _literals = new (string?, SqliteStatement?)[256];
    private nint _handle;

    /// <summary>A cell that SQLite writes; null while nobody asked for it.</summary>
    private int* _logPages;

    private SqliteConnection(nint handle) => _handle = handle;

    internal nint Handle => _handle;

    internal bool InTransaction => Sqlite3.GetAutocommit(_handle) == 0;

    internal int Changes => Sqlite3.Changes(_handle);

    internal long LastInsertRowId => Sqlite3.LastInsertRowId(_handle);

    /// <summary>Pages in the write-ahead log after this connection's last commit; see <see cref="CountLogPages"/>.</summary>
    internal int LogPages => *_logPages;

    internal static SqliteConnection Open(string path, bool readOnly) => Open(path, readOnly, layer: 0);

    /// <summary>For a connection that writes much, with <c>synchronous = FULL</c>: each commit's part of the log is <see cref="WalBatchingVfs">gathered</see>.</summary>
    internal static SqliteConnection OpenGathered(string path) => Open(path, readOnly: false, WalBatchingVfs.Name);

    private static SqliteConnection Open(string path, bool readOnly, nint layer)
    {
        var flags = Sqlite3.OpenNoMutex | (readOnly ? Sqlite3.OpenReadOnly : Sqlite3.OpenReadWrite | Sqlite3.OpenCreate);
        var code = Sqlite3.Open(path, out var handle, flags, layer);
        var connection = new SqliteConnection(handle);
        if (code == Sqlite3.Ok)
        {
            // A checkpoint of another connection may hold the write lock for a moment.
            _ = Sqlite3.BusyTimeout(handle, BusyMilliseconds);
            connection.Execute(Choices);
            return connection;
        }

        var error = connection.Error();
        connection.Dispose();
        throw error;
    }

    /// <summary>The statement for this SQL, prepared at its first use and reset.</summary>
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

    /// <summary>Runs every statement of a script, discarding rows.</summary>
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

    /// <summary>From now on <see cref="LogPages"/> is known.</summary>
    internal void CountLogPages()
    {
        _logPages = (int*)NativeMemory.AllocZeroed(sizeof(int));
        _ = Sqlite3.WalHook(_handle, &NoteLogPages, _logPages);
    }

    /// <summary>Does something that is let be where another connection stands in its way.</summary>
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

    /// <summary>Undoes the transaction, if there is one.</summary>
    internal void Rollback()
    {
        // A statement that a fault left between two rows could not be bound again: it would be a misuse for ever.
        foreach (var statement in _statements.Values)
            statement.Reset();
        // SQLite has rolled back by itself after some faults (disk full); a second ROLLBACK would be an error.
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
        // A text for both databases names its values as PostgreSQL does. To SQLite $2 is a name like any other, and its number is that of its
        // first appearance; ?2 is the second value wherever it stands.
        var numbered = NumberedValue().Replace(sql, "?");
        // Newer versions of SQLite (3.53 does) plan with the value of a bare LIMIT ?5, and compile the statement again each time that value is bound.
        var bytes = Encoding.UTF8.GetBytes(BareLimit().Replace(numbered, "$0 + 0"));
        fixed (byte* start = bytes)
        {
            Check(Sqlite3.Prepare(_handle, start, bytes.Length, persistent, out var handle, out _));
            return new SqliteStatement(this, handle);
        }
    }

    /// <summary>The $ of <c>$1</c>; not that of a path in JSON.</summary>
    [GeneratedRegex(@"\$(?=[0-9])", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex NumberedValue();

    [GeneratedRegex(@"\bLIMIT \?[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex BareLimit();
}
