using System.Globalization;
using Parley.Server.ExportImport;
using Parley.Server.Files;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Databases as files.</summary>
internal static class SqliteFiles
{
    private static readonly string[] Parts = ["", "-wal", "-shm"];

    /// <summary>The files that are one database together.</summary>
    internal static IReadOnlyList<string> Of(string path) => [.. Parts.Select(part => path + part)];

    /// <summary>An empty file that its owner alone can read: everything that was ever said is to stand in it.</summary>
    internal static void CreateForOwner(string file)
    {
        File.Delete(file);
        new FileStream(file, OwnerOnly.Options(FileMode.CreateNew, FileAccess.Write)).Dispose();
    }

    /// <summary>Returns when the file is on the disk.</summary>
    internal static void Sync(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Gives a database's files a name with the time beside their own, also those that a kill in the middle of this has left.</summary>
    /// <returns>The new name; null: there was none.</returns>
    internal static string? MoveAside(string path, DateTimeOffset now)
    {
        var aside = $"{path}.replaced-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}";
        // A write-ahead log that stayed would be taken for that of the database which comes now.
        var present = Parts.Where(part => File.Exists(path + part)).ToList();
        foreach (var part in present)
            File.Move(path + part, aside + part);
        return present.Count > 0 ? aside : null;
    }

    /// <summary>Looks at every page and every index.</summary>
    /// <exception cref="TransferRefusedException">It is no database of Parley's, or not whole.</exception>
    /// <exception cref="DatabaseTooNewException">A newer Parley made it.</exception>
    internal static void Check(string file, string name)
    {
        try
        {
            using var connection = SqliteConnection.Open(file, readOnly: true);
            if (connection.Prepare("SELECT count(*) FROM sqlite_master WHERE name IN ('projects', 'log', 'deliveries')").Scalar() != 3)
                throw new TransferRefusedException(TransferRefusal.Damaged, $"{name} is no database of Parley's.");
            _ = SqliteMigrator.IsUpToDate(connection, name);
            var rows = connection.Prepare("PRAGMA integrity_check(1)");
            var found = rows.Step() ? rows.Text(0) : null;
            rows.Reset();
            if (found != "ok")
                throw new TransferRefusedException(TransferRefusal.Damaged, $"{name} is damaged: {found}.");
            if (SqliteImport.ReadProgress(connection) is not null)
                throw StoreRefusals.Unfinished(name);
        }
        catch (SqliteException fault)
        {
            throw new TransferRefusedException(TransferRefusal.Damaged, $"{name} is damaged, or no database: {fault.Message}.", fault);
        }
    }
}
