using Parley.Server.ExportImport;
using Parley.Server.Files;
using Parley.Server.Settings;

namespace Parley.Server.Storage.Sqlite;

/// <summary>A SQLite database that is being filled. Its folder is locked in the meantime.</summary>
internal sealed class SqliteImport : IStoreImport
{
    private readonly SqliteConnection _connection;
    private readonly DataFolderLock _lock;

    private SqliteImport(SqliteConnection connection, DataFolderLock folderLock, ImportProgress? progress) =>
        (_connection, _lock, Progress) = (connection, folderLock, progress);

    public ImportProgress? Progress { get; }

    /// <exception cref="TransferRefusedException">A server uses the folder, or the database is not empty.</exception>
    internal static SqliteImport Open(ServerSettings settings)
    {
        var path = settings.DatabaseFile;
        DataFolderAccess.Close(settings.DataFolder);
        OwnerOnly.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var folderLock = StoreRefusals.Take(settings.DataFolder, path, isMade: true);
        SqliteConnection? connection = null;
        try
        {
            DataFolderAccess.CloseDatabase(path);
            connection = SqliteConnection.Open(path, readOnly: false);
            // Before anything is upgraded, so that a refused database stays as it was.
            SqliteMigrator.RefuseForeign(connection, path);
            var found = SqliteContent.Count(connection);
            var progress = ReadProgress(connection);
            if (progress is null && found.Count > 0)
                throw StoreRefusals.NotEmpty(path, found);
            connection.Execute($"{SqliteDatabase.WriterPragmas} PRAGMA wal_autocheckpoint = 4000;");
            SqliteMigrator.Migrate(connection, path);
            // If there was a database before: the index is rebuilt from what is imported now.
            SqliteIndexDatabase.Delete(settings.DataFolder);
            return new SqliteImport(connection, folderLock, progress);
        }
        catch
        {
            connection?.Dispose();
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>The import in progress; null if there is none.</summary>
    internal static ImportProgress? ReadProgress(SqliteConnection connection)
    {
        if (connection.Prepare("SELECT 1 FROM sqlite_master WHERE name = 'import_progress'").Scalar() is null)
            return null;
        var row = connection.Prepare("SELECT export_id, lines, sha256 FROM import_progress");
        if (!row.Step())
            return null;
        var progress = new ImportProgress(row.Text(0)!, row.Int64(1), row.Text(2)!);
        row.Reset();
        return progress;
    }

    public ValueTask BeginAsync(ImportProgress first, CancellationToken cancellationToken) => TakeAsync([], first, cancellationToken);

    public ValueTask TakeAsync(IReadOnlyList<ExportLine> lines, ImportProgress progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Transact(() =>
        {
            foreach (var line in lines)
                SqliteImportRows.Write(_connection, line);
            _connection.Prepare("INSERT OR REPLACE INTO import_progress (id, export_id, lines, sha256) VALUES (1, ?1, ?2, ?3)")
                .Bind(1, progress.ExportId).Bind(2, progress.Lines).Bind(3, progress.Sha256).Run();
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        Transact(() => _connection.Prepare("DELETE FROM import_progress").Run());
        _connection.Execute("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        _lock.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Transact(Action change)
    {
        _connection.Prepare("BEGIN IMMEDIATE").Run();
        try
        {
            change();
            _connection.Prepare("COMMIT").Run();
        }
        catch (SqliteException fault)
        {
            _connection.Rollback();
            throw fault.IsStorageFault ? new StorageUnavailableException("The database cannot be written.", fault)
                : fault.IsConstraint ? StoreRefusals.DoesNotFit(fault)
                : fault;
        }
    }
}
