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

    /// <summary>A name beside a database's, with what it is and the time.</summary>
    internal static string Beside(string path, string what, DateTimeOffset now) =>
        $"{path}.{what}-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}";

    /// <summary>Gives a database's files a name with the time beside their own, also those that a kill in the middle of this has left.</summary>
    /// <returns>The new name; null: there was none.</returns>
    internal static string? MoveAside(string path, DateTimeOffset now)
    {
        var aside = Beside(path, "replaced", now);
        // A write-ahead log that stayed would be taken for that of the database which comes now.
        var present = Parts.Where(part => File.Exists(path + part)).ToList();
        foreach (var part in present)
            File.Move(path + part, aside + part);
        return present.Count > 0 ? aside : null;
    }

    /// <summary>Looks through a database that a server may use, for as long as that may take.</summary>
    /// <returns>What is damaged; null: nothing that was found until then.</returns>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    internal static string? FindDamage(string file, CancellationToken patience)
    {
        using var connection = SqliteConnection.Open(file, readOnly: true);
        using var interrupt = patience.Register(() => Sqlite3.Interrupt(connection.Handle));
        try
        {
            var rows = connection.Prepare("PRAGMA quick_check(1)");
            var found = rows.Step() ? rows.Text(0) : null;
            rows.Reset();
            return found == "ok" ? null : found;
        }
        catch (SqliteException) when (patience.IsCancellationRequested)
        {
            return null;
        }
        catch (SqliteException fault) when (fault.IsDamage)
        {
            return fault.Message;
        }
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
