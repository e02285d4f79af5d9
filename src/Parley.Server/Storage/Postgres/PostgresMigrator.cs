using System.Globalization;
using System.Reflection;
using Npgsql;
using Parley.Server.Settings;

namespace Parley.Server.Storage.Postgres;

/// <summary>Upgrades the database to this version's schema. Goes forward only; the scripts' names contain their numbers.</summary>
/// <remarks>Nodes of the previous version keep running while a newer one migrates. So a script only adds, and never removes what that version uses,
/// and functions have a version in their names.</remarks>
internal static class PostgresMigrator
{
    private const string Prefix = "Parley.Migrations.Postgres.";

    /// <summary>"parley" in ASCII, so that another program's advisory lock in this database is unlikely to collide with it.</summary>
    private const long AdvisoryLock = 0x7061_726C_6579;

    /// <param name="connection">A separate connection without timeouts. Close it afterward.</param>
    /// <exception cref="SchemaTooNewException">A newer version of Parley has used it.</exception>
    /// <exception cref="EncodingRefusedException">Its encoding cannot represent every text.</exception>
    /// <exception cref="ForeignTablesException">Another program's tables are in the way; nothing was changed.</exception>
    internal static void Migrate(NpgsqlConnection connection)
    {
        var scripts = Scripts();
        // If several nodes start together, they migrate one after another, and the later ones find nothing left to do. The lock ends with the
        // connection.
        Run(connection, $"SELECT pg_advisory_lock({Text(AdvisoryLock)})");
        var version = IsThere(connection) ? Version(connection) : 0;
        if (version > 0)
            _ = IsUpToDate(connection);
        OwnDatabase.Check(
            connection, scripts.Where(script => script.Number <= version).Select(script => Read(script.Name)),
            scripts.Where(script => script.Number > version).Select(script => Read(script.Name)));
        Run(connection, "CREATE TABLE IF NOT EXISTS parley_schema (version int NOT NULL)");
        foreach (var (number, name) in scripts.Where(script => script.Number > version))
        {
            // The version changes in the same transaction, so a kill in the middle leaves the step undone, never half done.
            Run(connection, $"BEGIN;\n{Read(name)}\nDELETE FROM parley_schema; INSERT INTO parley_schema VALUES ({Text(number)});\nCOMMIT;");
        }
    }

    /// <returns>False if it needs an upgrade.</returns>
    /// <exception cref="SchemaTooNewException">A newer version of Parley has used it.</exception>
    internal static bool IsUpToDate(NpgsqlConnection connection)
    {
        var (version, newest) = (Version(connection), Scripts()[^1].Number);
        return version <= newest ? version == newest : throw new SchemaTooNewException(connection.Database, version, newest);
    }

    private static bool IsThere(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("SELECT to_regclass('parley_schema') IS NOT NULL", connection);
        return command.ExecuteScalar() is true;
    }

    private static int Version(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("SELECT max(version) FROM parley_schema", connection);
        return command.ExecuteScalar() as int? ?? 0;
    }

    private static void Run(NpgsqlConnection connection, string sql)
    {
        // A migration may take any amount of time, and may wait for another node's.
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.ExecuteNonQuery();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

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

/// <summary>A newer version of Parley made the database's schema.</summary>
internal sealed class SchemaTooNewException(string database, int version, int newest) : StartRefusedException(
    $"The PostgreSQL database '{database}' has schema version {version}, made by a newer Parley; this one knows versions up to {newest}. " +
    "Start the newer Parley, or name another database.");
