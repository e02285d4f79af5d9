using System.Globalization;
using Parley.Server.ExportImport;
using Parley.Server.Files;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Work with the files of a database.</summary>
internal static class SqliteFiles
{
    private static readonly string[] Parts = ["", "-wal", "-shm"];

    /// <summary>The files that together are one database.</summary>
    internal static IReadOnlyList<string> Of(string path) => [.. Parts.Select(part => path + part)];

    /// <summary>Creates an empty file that only its owner can read, because it will contain every message.</summary>
    internal static void CreateForOwner(string file)
    {
        File.Delete(file);
        new FileStream(file, OwnerOnly.Options(FileMode.CreateNew, FileAccess.Write)).Dispose();
    }

    /// <summary>Returns when the file is on disk.</summary>
    internal static void Sync(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>A name next to a database, made from what the file is and the time.</summary>
    internal static string Beside(string path, string what, DateTimeOffset now) =>
        $"{path}.{what}-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}";

    /// <summary>Renames a database's files, adding the time, including files left over from a kill in the middle of this.</summary>
    /// <returns>The new name; null if there was no database.</returns>
    internal static string? MoveAside(string path, DateTimeOffset now)
    {
        var aside = Beside(path, "replaced", now);
        // A write-ahead log that stayed would be taken for that of the new database.
        var present = Parts.Where(part => File.Exists(path + part)).ToList();
        foreach (var part in present)
            File.Move(path + part, aside + part);
        return present.Count > 0 ? aside : null;
    }

    /// <summary>Checks a database that a server may be using, for as long as it may take.</summary>
    /// <returns>What is damaged; null if nothing was found in that time.</returns>
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

    /// <summary>Checks every page and every index.</summary>
    /// <exception cref="TransferRefusedException">It is not a database of Parley, or it is damaged.</exception>
    /// <exception cref="DatabaseTooNewException">A newer version of Parley made it.</exception>
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
