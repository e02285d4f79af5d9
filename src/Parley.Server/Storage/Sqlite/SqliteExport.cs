using System.Buffers.Binary;
using System.Security.Cryptography;
using Parley.Server.ExportImport;
using Parley.Server.Settings;

namespace Parley.Server.Storage.Sqlite;

/// <summary>A SQLite database at a single moment: one read transaction, which no writer waits for.</summary>
internal sealed class SqliteExport : IStoreExport
{
    private readonly SqliteConnection _connection;
    private readonly DataFolderLock? _lock;

    private SqliteExport(SqliteConnection connection, DataFolderLock? folderLock, string stamp) =>
        (_connection, _lock, Stamp) = (connection, folderLock, stamp);

    public string Source => $"SQLite {SqliteLibrary.Version}";

    public bool InUse => _lock is null;

    public string Stamp { get; }

    /// <exception cref="TransferRefusedException">There is no database, or it is incomplete.</exception>
    internal static SqliteExport Open(ServerSettings settings)
    {
        var path = settings.DatabaseFile;
        if (!File.Exists(path))
            throw StoreRefusals.Missing(path);
        // If no server uses the database, lock it until the end, so that none can start and change what is being read.
        var folderLock = DataFolderLock.TryTakeDatabase(path);
        SqliteConnection? connection = null;
        try
        {
            // Read only: a connection that can write would move the write-ahead log when it closes, and a resumed export would then find the file
            // changed.
            connection = SqliteConnection.Open(path, readOnly: true);
            connection.Execute("PRAGMA query_only = ON; PRAGMA cache_size = -16384; PRAGMA mmap_size = 1073741824;");
            SqliteMigrator.RefuseForeign(connection, path);
            if (!SqliteMigrator.IsUpToDate(connection, path))
                throw StoreRefusals.OlderSchema(path);
            connection.Prepare("BEGIN").Run();
            if (SqliteImport.ReadProgress(connection) is not null)
                throw StoreRefusals.Unfinished(path);
            return new SqliteExport(connection, folderLock, folderLock is null ? Guid.NewGuid().ToString("N") : StampOf(path));
        }
        catch
        {
            connection?.Dispose();
            folderLock?.Dispose();
            throw;
        }
    }

    public IAsyncEnumerable<ExportLine> ReadAsync(string kind, long skip, CancellationToken cancellationToken) =>
        SqliteExportRows.Read(_connection, kind, skip).ToAsyncEnumerable();

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        _lock?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The state of the database's file and write-ahead log while the folder is locked. If a server is running, there is no stable
    /// state.</summary>
    /// <remarks>Asks only the file system: a process that opens and closes one of these files loses SQLite's locks on it, and its writer would then
    /// overwrite what is being read.</remarks>
    private static string StampOf(string path)
    {
        Span<byte> stamp = stackalloc byte[32];
        stamp.Clear();
        Note(new FileInfo(path), stamp);
        Note(new FileInfo($"{path}-wal"), stamp[16..]);
        return Convert.ToHexStringLower(SHA256.HashData(stamp));
    }

    private static void Note(FileInfo file, Span<byte> into)
    {
        if (!file.Exists)
            return;
        BinaryPrimitives.WriteInt64LittleEndian(into, file.Length);
        BinaryPrimitives.WriteInt64LittleEndian(into[8..], file.LastWriteTimeUtc.Ticks);
    }
}
