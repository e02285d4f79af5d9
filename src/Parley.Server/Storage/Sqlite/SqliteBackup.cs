using Parley.Server.ExportImport;
using Parley.Server.Settings;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Copies a database into one file while its server may be running.</summary>
internal static class SqliteBackup
{
    /// <summary>Copies within one read transaction, so no writer waits, and checks the copy before it gets its name.</summary>
    /// <exception cref="TransferRefusedException">There is no database, or the file already exists.</exception>
    internal static BackupSummary Make(ServerSettings settings, string file, CancellationToken cancellationToken)
    {
        var path = settings.DatabaseFile;
        if (!File.Exists(path))
            throw StoreRefusals.Missing(path);
        if (File.Exists(file))
            throw new TransferRefusedException(TransferRefusal.Conflict, $"{file} already exists. Name another file, or move that one away.");
        var partial = $"{file}.partial";
        try
        {
            SqliteFiles.CreateForOwner(partial);
            Copy(path, partial, cancellationToken);
            SqliteFiles.Check(partial, path);
            SqliteFiles.Sync(partial);
            File.Move(partial, file);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }

        return new BackupSummary(file, new FileInfo(file).Length);
    }

    private static void Copy(string path, string into, CancellationToken cancellationToken)
    {
        using var connection = SqliteConnection.Open(path, readOnly: true);
        if (SqliteImport.ReadProgress(connection) is not null)
            throw StoreRefusals.Unfinished(path);
        using var interrupt = cancellationToken.Register(() => Sqlite3.Interrupt(connection.Handle));
        try
        {
            // Into an empty file, where the pages are in order and free pages are left out.
            connection.Prepare("VACUUM INTO ?1").Bind(1, into).Run();
        }
        catch (SqliteException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (SqliteException fault)
        {
            throw new StorageUnavailableException($"{path} cannot be copied to {into}.", fault);
        }
    }
}
