using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Parley.Server.ExportImport;
using Parley.Server.Nodes;
using Parley.Server.Settings;
using Parley.Server.Storage;
using Parley.Server.Storage.Postgres;
using Parley.Server.Storage.Sqlite;

namespace Parley.Server;

/// <summary>The storage that the settings name. Nobody else knows which one it is.</summary>
internal static class StorageSetup
{
    /// <summary>Which SQLite a server in this process uses, and where that comes from.</summary>
    /// <exception cref="DllNotFoundException">There is none.</exception>
    public static (string Version, string Origin) Sqlite => (SqliteLibrary.Version, SqliteLibrary.Origin);

    public static IServiceCollection AddStorage(this IServiceCollection services, ServerSettings settings) =>
        settings.Database is PostgresAddress address
            ? services.AddPostgres(address).AddSingleton(_ => DataFolderLock.Take(settings.DataFolder))
            : services.AddSqlite(settings);

    /// <summary>Opens the database, brings it up to date, and starts to write.</summary>
    /// <exception cref="StartRefusedException">It cannot be used.</exception>
    public static void StartStorage(this IServiceProvider services, ServerSettings settings)
    {
        if (settings.Database is PostgresAddress)
        {
            // SQLite's database takes the lock by itself, before it opens its file.
            _ = services.GetRequiredService<DataFolderLock>();
            services.StartPostgres();
            services.StartNodes();
        }
        else
        {
            services.StartSqlite();
        }
    }

    /// <summary>What a start cannot go on after, as the reason and the remedy: the database is at fault, or the disk of the data folder.</summary>
    /// <returns>Null when it is something else, or tells the reason itself.</returns>
    public static StartRefusedException? RefusalOf(Exception fault, ServerSettings settings) => fault switch
    {
        SqliteException { IsStorageFault: true } or StorageUnavailableException { InnerException: SqliteException } or IOException or UnauthorizedAccessException =>
            new DataFolderUnusableException(settings.DataFolder, fault),
        _ => DatabaseRefusalOf(fault, settings),
    };

    /// <summary>The same of the database alone, for whoever has other files open too.</summary>
    public static StartRefusedException? DatabaseRefusalOf(Exception fault, ServerSettings settings) => (fault, settings.Database) switch
    {
        (SqliteException sqlite, _) => new DatabaseDamagedException(settings.DatabaseFile, sqlite),
        (StorageUnavailableException { InnerException: { } reason }, PostgresAddress address) => new DatabaseUnreachableException(address, reason),
        (StorageUnavailableException or NpgsqlException, PostgresAddress address) => new DatabaseUnreachableException(address, fault),
        _ => null,
    };

    /// <summary>The data as of one moment, to be read beside its servers.</summary>
    public static async Task<IStoreExport> OpenExportAsync(ServerSettings settings, CancellationToken cancellationToken) =>
        settings.Database is PostgresAddress address ? await PostgresExport.OpenAsync(address, cancellationToken) : SqliteExport.Open(settings);

    /// <summary>An empty store, or one whose import was broken off, to be filled.</summary>
    public static async Task<IStoreImport> OpenImportAsync(ServerSettings settings, CancellationToken cancellationToken) =>
        settings.Database is PostgresAddress address ? await PostgresImport.OpenAsync(address, cancellationToken) : SqliteImport.Open(settings);

    /// <summary>A copy of the database in one file, made while its server may run.</summary>
    /// <exception cref="TransferRefusedException">It cannot be made.</exception>
    public static BackupSummary Backup(ServerSettings settings, string file, CancellationToken cancellationToken) =>
        settings.Database is PostgresAddress address ? throw NotOf(address) : SqliteBackup.Make(settings, file, cancellationToken);

    /// <summary>Puts such a copy in the database's place.</summary>
    /// <exception cref="TransferRefusedException">It cannot be; nothing was changed.</exception>
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
