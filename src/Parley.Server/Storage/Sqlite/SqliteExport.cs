using System.Buffers.Binary;
using System.Security.Cryptography;
using Parley.Server.ExportImport;
using Parley.Server.Settings;

namespace Parley.Server.Storage.Sqlite;

/// <summary>A SQLite database as of one moment: one read transaction, which no writer waits for.</summary>
internal sealed class SqliteExport : IStoreExport
{
    private readonly SqliteConnection _connection;
    private readonly DataFolderLock? _lock;

    private SqliteExport(SqliteConnection connection, DataFolderLock? folderLock, string stamp) =>
        (_connection, _lock, Stamp) = (connection, folderLock, stamp);

    public string Source => $"SQLite {SqliteLibrary.Version}";

    public bool InUse => _lock is null;

    public string Stamp { get; }

    /// <exception cref="TransferRefusedException">There is none, or it is not whole.</exception>
    internal static SqliteExport Open(ServerSettings settings)
    {
        var path = settings.DatabaseFile;
        if (!File.Exists(path))
            throw StoreRefusals.Missing(path);
        // Held to the end where no server has it: none can then start and go on behind what is read.
        var folderLock = DataFolderLock.TryTakeDatabase(path);
        SqliteConnection? connection = null;
        try
        {
            // Read only: one that could write would move the write-ahead log at its end, and an export that goes on would find the file changed.
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

    /// <summary>The database's file and its write-ahead log, as they stand while the folder is held. Beside a running server there is none
    /// that would hold.</summary>
    /// <remarks>Only asked of the file system: a process that opens and closes one of these files loses the locks that SQLite has on it, and
    /// its writer would then write over what is being read.</remarks>
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
