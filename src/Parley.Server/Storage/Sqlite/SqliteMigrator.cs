using System.Globalization;
using System.Reflection;
using Parley.Server.Settings;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Upgrades the database to this version's schema. Goes forward only; the scripts' names contain their numbers.</summary>
internal static class SqliteMigrator
{
    private const string Prefix = "Parley.Migrations.Sqlite.";

    /// <exception cref="DatabaseTooNewException">A newer version of Parley has used it.</exception>
    internal static void Migrate(SqliteConnection connection, string path)
    {
        var migrations = Scripts();
        var version = Version(connection);
        _ = IsUpToDate(connection, path);
        foreach (var (number, name) in migrations.Where(migration => migration.Number > version))
        {
            // The version changes in the same transaction, so a kill in the middle leaves the step undone, never half done.
            connection.Execute($"BEGIN IMMEDIATE;\n{Read(name)}\nPRAGMA user_version = {number.ToString(CultureInfo.InvariantCulture)};\nCOMMIT;");
        }
    }

    /// <summary>Accepts only an empty database or one of Parley. Changes nothing.</summary>
    /// <exception cref="ForeignDatabaseException">It has another program's tables.</exception>
    internal static void RefuseForeign(SqliteConnection connection, string path)
    {
        // The version is set together with Parley's first tables. So with version 0, no table is Parley's, whatever its name.
        var isOwn = Version(connection) > 0
            && connection.Prepare("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('projects', 'log', 'deliveries')").Scalar() == 3;
        var tables = connection.Prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name LIMIT 1");
        var first = !isOwn && tables.Step() ? tables.Text(0) : null;
        tables.Reset();
        if (first is not null)
            throw new ForeignDatabaseException(path, first);
    }

    /// <returns>False if it needs an upgrade.</returns>
    /// <exception cref="DatabaseTooNewException">A newer version of Parley has used it.</exception>
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

/// <summary>A newer version of Parley made the database.</summary>
internal sealed class DatabaseTooNewException(string path, int version, int newest) : StartRefusedException(
    $"The database {path} has schema version {version}, made by a newer Parley; this one knows versions up to {newest}. " +
    "Start the newer Parley, or name another folder with --data.");
