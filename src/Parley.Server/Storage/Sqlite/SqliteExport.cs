using System.Buffers.Binary;
using System.Security.Cryptography;
using Parley.Server.Moving;
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

    /// <exception cref="MoveRefusedException">There is none, or it is not whole.</exception>
    internal static SqliteExport Open(ServerSettings settings)
    {
        var path = settings.DatabaseFile;
        if (!File.Exists(path))
            throw StoreRefusals.Missing(path);
        // Held to the end where no server has it: none can then start and go on behind what is read.
        var folderLock = DataFolderLock.TryTake(settings.DataFolder);
        SqliteConnection? connection = null;
        try
        {
            // Read only: one that could write would move the write-ahead log at its end, and an export that goes on would find the file changed.
            connection = SqliteConnection.Open(path, readOnly: true);
            connection.Execute("PRAGMA query_only = ON; PRAGMA cache_size = -16384; PRAGMA mmap_size = 1073741824;");
            if (!SqliteMigrator.IsUpToDate(connection, path))
                throw StoreRefusals.OlderSchema(path);
            var stamp = BeginAtOneMoment(connection, path);
            if (SqliteImport.ReadProgress(connection) is not null)
                throw StoreRefusals.Unfinished(path);
            return new SqliteExport(connection, folderLock, stamp);
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

    /// <summary>Begins the read transaction, and says which moment it is of.</summary>
    private static string BeginAtOneMoment(SqliteConnection connection, string path)
    {
        while (true)
        {
            var before = StampOf(path);
            connection.Prepare("BEGIN").Run();
            _ = connection.Prepare("SELECT count(*) FROM import_progress").Scalar();
            if (StampOf(path) == before)
                return before;
            connection.Prepare("ROLLBACK").Run();
        }
    }

    /// <summary>The database's file, the salts of its write-ahead log, and the head of that log's index, which counts commits.</summary>
    private static string StampOf(string path)
    {
        Span<byte> stamp = stackalloc byte[16 + 8 + 32 + 48];
        stamp.Clear();
        var file = new FileInfo(path);
        BinaryPrimitives.WriteInt64LittleEndian(stamp, file.Length);
        BinaryPrimitives.WriteInt64LittleEndian(stamp[8..], file.LastWriteTimeUtc.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(stamp[16..], ReadHead($"{path}-wal", stamp.Slice(24, 32)));
        _ = ReadHead($"{path}-shm", stamp.Slice(56, 48));
        return Convert.ToHexStringLower(SHA256.HashData(stamp));
    }

    private static long ReadHead(string path, Span<byte> into)
    {
        if (!File.Exists(path))
            return 0;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        _ = file.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
        return file.Length;
    }
}
