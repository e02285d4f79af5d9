using Parley.Server.ExportImport;
using Parley.Server.Files;
using Parley.Server.Settings;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Replaces a database with a backup.</summary>
internal static class SqliteRestore
{
    /// <param name="replace">Whether to rename an existing database; otherwise, the restore is refused.</param>
    /// <exception cref="TransferRefusedException">It cannot be restored. Nothing was changed.</exception>
    /// <exception cref="DatabaseTooNewException">A newer version of Parley made the backup.</exception>
    internal static RestoreSummary Make(string file, ServerSettings settings, bool replace, TimeProvider clock)
    {
        if (!File.Exists(file))
            throw new TransferRefusedException(TransferRefusal.NotFound, $"There is no file {file}.");
        var path = settings.DatabaseFile;
        DataFolderAccess.Close(settings.DataFolder);
        OwnerOnly.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var folderLock = StoreRefusals.Take(settings.DataFolder, path, isMade: false);
        if (File.Exists(path) && !replace)
        {
            throw new TransferRefusedException(
                TransferRefusal.Conflict, $"{path} is there already. Name another folder with --data, or give --replace: then it gets another name, and is not deleted.");
        }

        var restoring = $"{path}.restoring";
        try
        {
            // Everything that can be refused is refused before the old database is touched.
            Copy(file, restoring);
            SqliteFiles.Check(restoring, file);
            var projects = BeginEpochs(restoring, clock.GetUtcNow());
            SqliteFiles.Sync(restoring);
            var aside = SqliteFiles.MoveAside(path, clock.GetUtcNow());
            File.Move(restoring, path);
            // The index belonged to the old database.
            SqliteIndexDatabase.Delete(settings.DataFolder);
            return new RestoreSummary(path, projects, aside);
        }
        finally
        {
            foreach (var left in SqliteFiles.Of(restoring))
                File.Delete(left);
        }
    }

    private static void Copy(string file, string into)
    {
        SqliteFiles.CreateForOwner(into);
        using var from = File.OpenRead(file);
        using var to = new FileStream(into, FileMode.Open, FileAccess.Write);
        from.CopyTo(to, 1 << 20);
    }

    /// <summary>Everything after the backup is gone, and its seqs will be reused, so a reader's place in the old log is not valid in this
    /// one.</summary>
    /// <returns>The number of projects.</returns>
    private static int BeginEpochs(string path, DateTimeOffset now)
    {
        using var connection = SqliteConnection.Open(path, readOnly: false);
        return connection.Prepare("UPDATE projects SET epoch = max(epoch + 1, ?1)").Bind(1, now.ToUnixTimeSeconds()).Run();
    }
}
