using Npgsql;
using Parley.Server.ExportImport;
using Parley.Server.Settings;

namespace Parley.Server.Storage.Postgres;

/// <summary>A PostgreSQL database at a single moment: one read-only transaction that does not block the nodes.</summary>
internal sealed class PostgresExport : IStoreExport
{
    private readonly NpgsqlConnection _connection;

    private PostgresExport(NpgsqlConnection connection, bool inUse, string stamp) => (_connection, InUse, Stamp) = (connection, inUse, stamp);

    public string Source => $"PostgreSQL {_connection.PostgreSqlVersion}";

    public bool InUse { get; }

    public string Stamp { get; }

    /// <exception cref="TransferRefusedException">It has no data of Parley, or it is incomplete.</exception>
    /// <exception cref="DatabaseUnreachableException">It cannot be used.</exception>
    internal static async Task<PostgresExport> OpenAsync(PostgresAddress address, CancellationToken cancellationToken)
    {
        var connection = await PostgresTransferTables.ConnectAsync(address, cancellationToken);
        try
        {
            await connection.Ask("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").RunAsync(cancellationToken);
            if (await PostgresTransferTables.IsEmptyOfTablesAsync(connection, cancellationToken))
                throw StoreRefusals.Missing(address.ToString());
            if (!PostgresMigrator.IsUpToDate(connection))
                throw StoreRefusals.OlderSchema(address.ToString());
            if (await PostgresTransferTables.ProgressAsync(connection, cancellationToken) is not null)
                throw StoreRefusals.Unfinished(address.ToString());
            var inUse = await PostgresTransferTables.LivingNodesAsync(connection, cancellationToken) > 0;
            return new PostgresExport(connection, inUse, await StampAsync(connection, cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public IAsyncEnumerable<ExportLine> ReadAsync(string kind, long skip, CancellationToken cancellationToken) =>
        PostgresExportRows.ReadAsync(_connection, kind, skip, cancellationToken);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>Identifies the database, its current run, and the transactions that are visible here: every write adds one.</summary>
    private static async Task<string> StampAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await connection.Ask(
                """
                SELECT format('%s/%s/%s', d.oid, extract(epoch FROM pg_postmaster_start_time()), pg_current_snapshot())
                FROM pg_database d WHERE d.datname = current_database()
                """)
            .FindAsync(static row => row.GetString(0), cancellationToken))!;
}
