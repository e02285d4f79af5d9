using Npgsql;
using Parley.Server.ExportImport;
using Parley.Server.Settings;

namespace Parley.Server.Storage.Postgres;

/// <summary>What exports and imports check in a database before they begin.</summary>
internal static class PostgresTransferTables
{
    /// <summary>Several times as long as the interval between two heartbeats of a node.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    /// <summary>Opens a separate connection without the timeouts of a server's connections, because a move may take any amount of time.</summary>
    /// <exception cref="DatabaseUnreachableException">The database cannot be reached.</exception>
    internal static async Task<NpgsqlConnection> ConnectAsync(PostgresAddress address, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(address.ConnectionString) { Pooling = false, CommandTimeout = 0, MaxAutoPrepare = 0 }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch (Exception fault) when (fault is PostgresException || PostgresFault.IsAway(fault))
        {
            await connection.DisposeAsync();
            throw new DatabaseUnreachableException(address, fault);
        }
    }

    /// <summary>Whether Parley has started to create its tables here.</summary>
    internal static async Task<bool> HasSchemaAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.Ask("SELECT to_regclass('parley_schema') IS NOT NULL").ValueAsync<bool>(cancellationToken) ?? false;

    /// <summary>Whether Parley has never used this database.</summary>
    internal static async Task<bool> IsEmptyOfTablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.Ask("SELECT to_regclass('parley_schema') IS NULL OR to_regclass('projects') IS NULL").ValueAsync<bool>(cancellationToken) ?? true;

    /// <summary>The import in progress; null if there is none.</summary>
    internal static async Task<ImportProgress?> ProgressAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (await connection.Ask("SELECT to_regclass('import_progress') IS NULL").ValueAsync<bool>(cancellationToken) ?? true)
            return null;
        return await connection.Ask("SELECT export_id, lines, sha256 FROM import_progress")
            .FindAsync(static row => new ImportProgress(row.GetString(0), row.GetInt64(1), row.GetString(2)), cancellationToken);
    }

    /// <summary>The nodes with a recent heartbeat that have not left.</summary>
    internal static async Task<long> LivingNodesAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.Ask("SELECT count(*) FROM nodes WHERE gone_at IS NULL AND seen_at > clock_timestamp() - $1", Silence)
            .ValueAsync<long>(cancellationToken) ?? 0;

    /// <summary>What the database contains, for commands that must not overwrite it.</summary>
    internal static async Task<List<(string What, long Count)>> CountAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = new List<(string, long)>();
        foreach (var (table, what) in new[]
        {
            ("projects", "projects"), ("agents", "agents"), ("log", "entries of the log"), ("deliveries", "deliveries"), ("tokens", "tokens"),
        })
        {
            if (await connection.Ask($"SELECT count(*) FROM {table}").ValueAsync<long>(cancellationToken) is > 0 and var count)
                found.Add((what, count));
        }

        return found;
    }
}
