using Npgsql;
using Parley.Server.ExportImport;
using Parley.Server.Settings;

namespace Parley.Server.Storage.Postgres;

/// <summary>A PostgreSQL database that is being filled.</summary>
/// <remarks>A starting server takes its node number and then looks for an unfinished import. An import marks the database as unfinished and then
/// looks for nodes. So whichever comes second sees the other.</remarks>
internal sealed class PostgresImport : IStoreImport
{
    /// <summary>"import" in ASCII.</summary>
    private const long AdvisoryLock = 0x696D_706F_7274;

    private readonly NpgsqlConnection _connection;
    private readonly string _where;

    private PostgresImport(NpgsqlConnection connection, string where, ImportProgress? progress) => (_connection, _where, Progress) = (connection, where, progress);

    public ImportProgress? Progress { get; }

    /// <exception cref="TransferRefusedException">Nodes use the database, or it is not empty.</exception>
    /// <exception cref="DatabaseUnreachableException">It cannot be used.</exception>
    internal static async Task<PostgresImport> OpenAsync(PostgresAddress address, CancellationToken cancellationToken)
    {
        var connection = await PostgresTransferTables.ConnectAsync(address, cancellationToken);
        try
        {
            var where = address.ToString();
            await RefuseFullAsync(connection, where, cancellationToken);
            // Its lock ends with its connection, so a server that starts in the meantime is refused instead of waiting.
            await using (var migrating = await PostgresTransferTables.ConnectAsync(address, cancellationToken))
                PostgresMigrator.Migrate(migrating);
            if (await connection.Ask("SELECT pg_try_advisory_lock($1)", AdvisoryLock).ValueAsync<bool>(cancellationToken) is not true)
                throw new TransferRefusedException(TransferRefusal.Conflict, $"Another import into {where} is under way.");
            return new PostgresImport(connection, where, await PostgresTransferTables.ProgressAsync(connection, cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask BeginAsync(ImportProgress first, CancellationToken cancellationToken)
    {
        await SaveAsync(first, cancellationToken);
        if (await PostgresTransferTables.LivingNodesAsync(_connection, cancellationToken) == 0)
            return;
        await _connection.Ask("DELETE FROM import_progress").RunAsync(cancellationToken);
        throw StoreRefusals.InUse(_where);
    }

    public async ValueTask TakeAsync(IReadOnlyList<ExportLine> lines, ImportProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            await StoreAsync(lines, progress, cancellationToken);
        }
        catch (Exception fault) when (fault is FormatException or PostgresException { SqlState: ['2', '2' or '3', ..] })
        {
            // The data is bad, or contradicts what is already there.
            throw StoreRefusals.DoesNotFit(fault);
        }
        catch (Exception fault) when (PostgresFault.IsAway(fault))
        {
            throw PostgresFault.Away(fault);
        }
    }

    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        await using (var transaction = await _connection.BeginTransactionAsync(cancellationToken))
        {
            // The counters of each mailbox are computed from its deliveries; the row itself is created with its agent.
            await _connection.Ask(
                    """
                    INSERT INTO mailboxes (agent, waiting_1, waiting_2, waiting_3, waiting_4, in_flight, dead)
                    SELECT a.number, coalesce(c.w1, 0), coalesce(c.w2, 0), coalesce(c.w3, 0), coalesce(c.w4, 0), coalesce(c.held, 0), coalesce(c.dead, 0)
                    FROM agents a LEFT JOIN (
                        SELECT mailbox, count(*) FILTER (WHERE state = 1 AND priority = 1) AS w1, count(*) FILTER (WHERE state = 1 AND priority = 2) AS w2,
                               count(*) FILTER (WHERE state = 1 AND priority = 3) AS w3, count(*) FILTER (WHERE state = 1 AND priority = 4) AS w4,
                               count(*) FILTER (WHERE state = 2) AS held, count(*) FILTER (WHERE state = 4) AS dead
                        FROM deliveries WHERE state IN (1, 2, 4) GROUP BY mailbox) c ON c.mailbox = a.number
                    """)
                .RunAsync(cancellationToken);
            await _connection.Ask("UPDATE numbers SET next = greatest(next, (SELECT coalesce(max(delivery), 0) + 1 FROM deliveries)) WHERE name = 'delivery'")
                .RunAsync(cancellationToken);
            await _connection.Ask("DELETE FROM import_progress").RunAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        // Otherwise, plans made in the first minutes would be for empty tables.
        await _connection.Ask("ANALYZE").RunAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task StoreAsync(IReadOnlyList<ExportLine> lines, ImportProgress progress, CancellationToken cancellationToken)
    {
        await using var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        // In their order: a row never comes before the rows it refers to.
        for (var start = 0; start < lines.Count;)
        {
            var end = start + 1;
            while (end < lines.Count && lines[end].GetType() == lines[start].GetType())
                end++;
            await PostgresImportRows.CopyAsync(_connection, [.. lines.Skip(start).Take(end - start)], cancellationToken);
            start = end;
        }

        await SaveAsync(progress, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task SaveAsync(ImportProgress progress, CancellationToken cancellationToken) => await _connection.Ask(
            """
            INSERT INTO import_progress (id, export_id, lines, sha256) VALUES (1, $1, $2, $3)
            ON CONFLICT (id) DO UPDATE SET export_id = excluded.export_id, lines = excluded.lines, sha256 = excluded.sha256
            """,
            progress.ExportId, progress.Lines, progress.Sha256)
        .RunAsync(cancellationToken);

    /// <summary>Before anything is upgraded, so that a refused database stays as it was.</summary>
    private static async Task RefuseFullAsync(NpgsqlConnection connection, string where, CancellationToken cancellationToken)
    {
        if (!await PostgresTransferTables.HasSchemaAsync(connection, cancellationToken))
        {
            // A server may share a database with another program, but someone who imports into one that is in use has probably named the wrong one.
            if (OwnDatabase.FindAny(connection) is { } taken)
                throw StoreRefusals.Foreign(where, taken);
            return;
        }

        if (await PostgresTransferTables.IsEmptyOfTablesAsync(connection, cancellationToken) || await PostgresTransferTables.ProgressAsync(connection, cancellationToken) is not null)
            return;
        if (await PostgresTransferTables.CountAsync(connection, cancellationToken) is { Count: > 0 } found)
            throw StoreRefusals.NotEmpty(where, found);
        if (await PostgresTransferTables.LivingNodesAsync(connection, cancellationToken) > 0)
            throw StoreRefusals.InUse(where);
    }
}
