using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Parley.Server.ExportImport;
using Parley.Server.Nodes;
using Parley.Server.Settings;
using Parley.Server.Storage;
using Parley.Server.Storage.Postgres;
using Parley.Server.Storage.Sqlite;

namespace Parley.Server;

/// <summary>Sets up the storage that the settings name. Nothing else knows which one it is.</summary>
internal static class StorageSetup
{
    /// <summary>Which SQLite a server in this process uses, and where it comes from.</summary>
    /// <exception cref="DllNotFoundException">There is none.</exception>
    public static (string Version, string Origin) Sqlite => (SqliteLibrary.Version, SqliteLibrary.Origin);

    public static IServiceCollection AddStorage(this IServiceCollection services, ServerSettings settings) =>
        settings.Database is PostgresAddress address
            ? services.AddPostgres(address).AddSingleton(_ => DataFolderLock.Take(settings.DataFolder))
            : services.AddSqlite(settings);

    /// <summary>Opens the database, upgrades it, and starts the writer.</summary>
    /// <exception cref="StartRefusedException">It cannot be used.</exception>
    public static void StartStorage(this IServiceProvider services, ServerSettings settings)
    {
        if (settings.Database is PostgresAddress)
        {
            // The SQLite database takes the lock by itself, before it opens its file.
            _ = services.GetRequiredService<DataFolderLock>();
            services.StartPostgres();
            services.StartNodes();
        }
        else
        {
            services.StartSqlite();
        }
    }

    /// <summary>Turns a fault that prevents the start into a reason and a remedy, if the database or the disk of the data folder is at
    /// fault.</summary>
    /// <returns>Null if it is something else, or the exception already has the reason.</returns>
    public static StartRefusedException? RefusalOf(Exception fault, ServerSettings settings) => fault switch
    {
        SqliteException { IsStorageFault: true } or StorageUnavailableException { InnerException: SqliteException } or IOException or UnauthorizedAccessException =>
            new DataFolderUnusableException(settings.DataFolder, fault),
        _ => DatabaseRefusalOf(fault, settings),
    };

    /// <summary>The same for the database alone, for callers that have other files open too.</summary>
    public static StartRefusedException? DatabaseRefusalOf(Exception fault, ServerSettings settings) => (fault, settings.Database) switch
    {
        (SqliteException sqlite, _) => new DatabaseDamagedException(settings.DatabaseFile, sqlite),
        (StorageUnavailableException { InnerException: { } reason }, PostgresAddress address) => new DatabaseUnreachableException(address, reason),
        (StorageUnavailableException or NpgsqlException, PostgresAddress address) => new DatabaseUnreachableException(address, fault),
        _ => null,
    };

    /// <summary>Opens the data at a single moment, to be read while servers are running.</summary>
    public static async Task<IStoreExport> OpenExportAsync(ServerSettings settings, CancellationToken cancellationToken) =>
        settings.Database is PostgresAddress address ? await PostgresExport.OpenAsync(address, cancellationToken) : SqliteExport.Open(settings);

    /// <summary>Opens an empty store, or one with an interrupted import, to be filled.</summary>
    public static async Task<IStoreImport> OpenImportAsync(ServerSettings settings, CancellationToken cancellationToken) =>
        settings.Database is PostgresAddress address ? await PostgresImport.OpenAsync(address, cancellationToken) : SqliteImport.Open(settings);

    /// <summary>Copies the database into one file, even while its server is running.</summary>
    /// <exception cref="TransferRefusedException">It cannot be made.</exception>
    public static BackupSummary Backup(ServerSettings settings, string file, CancellationToken cancellationToken) =>
        settings.Database is PostgresAddress address ? throw NotOf(address) : SqliteBackup.Make(settings, file, cancellationToken);

    /// <summary>Replaces the database with such a copy.</summary>
    /// <exception cref="TransferRefusedException">It cannot be restored. Nothing was changed.</exception>
    public static RestoreSummary Restore(string file, ServerSettings settings, bool replace, TimeProvider clock) =>
        settings.Database is PostgresAddress address ? throw NotOf(address) : SqliteRestore.Make(file, settings, replace, clock);

    /// <inheritdoc cref="DatabaseProbe.FindDamage"/>
    public static string? FindDamage(string file, CancellationToken patience)
    {
        try
        {
            return SqliteFiles.FindDamage(file, patience);
        }
        catch (SqliteException fault)
        {
            return $"it cannot be opened: {fault.Message}";
        }
    }

    /// <inheritdoc cref="DatabaseProbe.LookAsync"/>
    public static Task<DatabaseStatus> LookAsync(PostgresAddress address, CancellationToken cancellationToken) => PostgresProbe.LookAsync(address, cancellationToken);

    private static TransferRefusedException NotOf(PostgresAddress address) => new(
        TransferRefusal.Unsupported,
        $"{address} is backed up and restored by PostgreSQL's own means: pg_dump and pg_restore, or an archive of its log. " +
        "docs/operations/postgresql.md says what to do after a restore.");
}
