using System.Runtime.InteropServices;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The part of SQLite's C interface that Parley uses.</summary>
/// <remarks>Called directly because a message takes some fifty calls. Those that only touch memory (bind, column) skip the garbage collector's
/// transition, which a general wrapper cannot do.</remarks>
internal static unsafe partial class Sqlite3
{
    internal const string Library = "e_sqlite3";

    internal const int Ok = 0, Busy = 5, ReadOnly = 8, IoError = 10, Corrupt = 11, Full = 13, CantOpen = 14, Constraint = 19, NotDatabase = 26, Row = 100, Done = 101;
    internal const int OpenReadOnly = 0x1, OpenReadWrite = 0x2, OpenCreate = 0x4, OpenNoMutex = 0x8000;

    /// <summary>SQLite copies the bytes before the call returns.</summary>
    internal const nint Transient = -1;

    static Sqlite3() => SqliteLibrary.Use();

    [LibraryImport(Library, EntryPoint = "sqlite3_open_v2", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, out nint database, int flags, nint vfs);

    [LibraryImport(Library, EntryPoint = "sqlite3_close_v2")]
    internal static partial int Close(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v3")]
    internal static partial int Prepare(nint database, byte* sql, int length, uint flags, out nint statement, out byte* tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    internal static partial int Finalize(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    internal static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    internal static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_stmt_status")]
    internal static partial int StatementStatus(nint statement, int counter, int resets);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64"), SuppressGCTransition]
    internal static partial int BindInt64(nint statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null"), SuppressGCTransition]
    internal static partial int BindNull(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text"), SuppressGCTransition]
    internal static partial int BindText(nint statement, int index, byte* value, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob"), SuppressGCTransition]
    internal static partial int BindBlob(nint statement, int index, byte* value, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_count"), SuppressGCTransition]
    internal static partial int ColumnCount(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type"), SuppressGCTransition]
    internal static partial int ColumnType(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64"), SuppressGCTransition]
    internal static partial long ColumnInt64(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    internal static partial byte* ColumnBlob(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_text")]
    internal static partial byte* ColumnText(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes"), SuppressGCTransition]
    internal static partial int ColumnBytes(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_changes"), SuppressGCTransition]
    internal static partial int Changes(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_last_insert_rowid"), SuppressGCTransition]
    internal static partial long LastInsertRowId(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_get_autocommit"), SuppressGCTransition]
    internal static partial int GetAutocommit(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_extended_errcode")]
    internal static partial int ExtendedErrorCode(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    internal static partial byte* ErrorMessage(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_busy_timeout")]
    internal static partial int BusyTimeout(nint database, int milliseconds);

    /// <summary>Calls back after each commit with the number of pages in the write-ahead log: (context, database, schema name, pages).</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_wal_hook")]
    internal static partial void* WalHook(nint database, delegate* unmanaged[Cdecl]<int*, nint, byte*, int, int> hook, int* context);

    /// <param name="name">0: the default one.</param>
    /// <returns>A sqlite3_vfs.</returns>
    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_find")]
    internal static partial nint FindFileLayer(nint name);

    /// <param name="layer">A sqlite3_vfs that SQLite keeps.</param>
    /// <param name="makeDefault">0: it is used only if named.</param>
    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_register")]
    internal static partial int RegisterFileLayer(nint layer, int makeDefault);

    [LibraryImport(Library, EntryPoint = "sqlite3_libversion")]
    internal static partial byte* LibraryVersion();

    [LibraryImport(Library, EntryPoint = "sqlite3_interrupt")]
    internal static partial void Interrupt(nint database);
}
