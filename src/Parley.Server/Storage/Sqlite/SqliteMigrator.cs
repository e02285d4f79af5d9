using System.Globalization;
using System.Reflection;
using Parley.Server.Settings;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Brings the database to this version's shape. Forward only; numbers are in the names of the scripts.</summary>
internal static class SqliteMigrator
{
    private const string Prefix = "Parley.Migrations.Sqlite.";

    /// <exception cref="DatabaseTooNewException">A newer Parley has been here.</exception>
    internal static void Migrate(SqliteConnection connection, string path)
    {
        var migrations = Scripts();
        var version = Version(connection);
        _ = IsUpToDate(connection, path);
        foreach (var (number, name) in migrations.Where(migration => migration.Number > version))
        {
            // The version moves in the same transaction: a kill in the middle leaves the step undone, never half done.
            connection.Execute($"BEGIN IMMEDIATE;\n{Read(name)}\nPRAGMA user_version = {number.ToString(CultureInfo.InvariantCulture)};\nCOMMIT;");
        }
    }

    /// <summary>Lets only a database pass that is empty or Parley's; asks, and changes nothing.</summary>
    /// <exception cref="ForeignDatabaseException">Another program's tables are in it.</exception>
    internal static void RefuseForeign(SqliteConnection connection, string path)
    {
        // Parley's version moves with its first tables: with a version of 0 no table is Parley's, whatever its name.
        var isOwn = Version(connection) > 0
            && connection.Prepare("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('projects', 'log', 'deliveries')").Scalar() == 3;
        var tables = connection.Prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name LIMIT 1");
        var first = !isOwn && tables.Step() ? tables.Text(0) : null;
        tables.Reset();
        if (first is not null)
            throw new ForeignDatabaseException(path, first);
    }

    /// <returns>False when there is something to bring up to date.</returns>
    /// <exception cref="DatabaseTooNewException">A newer Parley has been here.</exception>
    internal static bool IsUpToDate(SqliteConnection connection, string path)
    {
        var (version, newest) = (Version(connection), Scripts()[^1].Number);
        return version <= newest ? version == newest : throw new DatabaseTooNewException(path, version, newest);
    }

    private static int Version(SqliteConnection connection) => (int)connection.Prepare("PRAGMA user_version").Scalar()!.Value;

    private static List<(int Number, string Name)> Scripts() =>
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => (int.Parse(name.AsSpan(Prefix.Length, 4), CultureInfo.InvariantCulture), name))
            .Order()];

    private static string Read(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

/// <summary>The database was made by a newer version.</summary>
internal sealed class DatabaseTooNewException(string path, int version, int newest) : StartRefusedException(
    $"The database {path} has schema version {version}, made by a newer Parley; this one knows versions up to {newest}. " +
    "Start the newer Parley, or name another folder with --data.");
