using Parley.Server.ExportImport;
using Parley.Server.Settings;
using Parley.Server.Storage;

namespace Parley.Server;

/// <summary>Moves a server's data between stores, beside any server.</summary>
public static class StoreTransfer
{
    /// <summary>Writes everything of a store into a file: as of one moment, while its servers may go on.</summary>
    /// <param name="resume">Goes on with what a broken-off export has left beside the file, where the store has not changed since.</param>
    /// <param name="progress">Hears of each line, by how many there are.</param>
    /// <exception cref="TransferRefusedException">It cannot be.</exception>
    /// <exception cref="StartRefusedException">The store cannot be used.</exception>
    public static async Task<ExportSummary> ExportAsync(
        ServerSettings from, string file, bool resume, TimeProvider clock, Action<long>? progress = null, CancellationToken cancellationToken = default)
    {
        return await KnownAsync(from, async () =>
        {
            await using var store = await StorageSetup.OpenExportAsync(from, cancellationToken);
            return await Exporter.ToFileAsync(store, file, resume, clock, progress, cancellationToken);
        });
    }

    /// <summary>The same into a stream, which stays open.</summary>
    /// <exception cref="TransferRefusedException">It cannot be.</exception>
    /// <exception cref="StartRefusedException">The store cannot be used.</exception>
    public static async Task<ExportSummary> ExportAsync(
        ServerSettings from, Stream to, TimeProvider clock, Action<long>? progress = null, CancellationToken cancellationToken = default)
    {
        return await KnownAsync(from, async () =>
        {
            await using var store = await StorageSetup.OpenExportAsync(from, cancellationToken);
            return await Exporter.ToStreamAsync(store, to, clock, progress, cancellationToken);
        });
    }

    /// <summary>Fills an empty store from an export, or goes on where that was broken off.</summary>
    /// <param name="from">Where it can be read twice, it is looked through before anything is stored; it stays open.</param>
    /// <param name="progress">Hears of lines taken.</param>
    /// <exception cref="TransferRefusedException">It cannot be.</exception>
    /// <exception cref="StartRefusedException">The store cannot be used.</exception>
    public static async Task<ImportSummary> ImportAsync(
        Stream from, ServerSettings to, TimeProvider clock, Action<long>? progress = null, CancellationToken cancellationToken = default)
    {
        if (from.CanSeek)
        {
            await Importer.CheckAsync(from, cancellationToken);
            from.Position = 0;
        }

        return await KnownAsync(to, async () =>
        {
            await using var store = await StorageSetup.OpenImportAsync(to, cancellationToken);
            return await new Importer(store, clock).RunAsync(from, progress, cancellationToken);
        });
    }

    /// <summary>Copies a SQLite database into a file, while its server may run, and looks through the copy.</summary>
    /// <exception cref="TransferRefusedException">It cannot be; no file is left.</exception>
    /// <exception cref="StartRefusedException">The store cannot be used.</exception>
    public static Task<BackupSummary> BackupAsync(ServerSettings from, string file, CancellationToken cancellationToken = default) =>
        KnownAsync(from, () => Task.Run(() => StorageSetup.Backup(from, file, cancellationToken), cancellationToken));

    /// <summary>Puts a backup in the place of a SQLite database that no server uses. Every project begins a new epoch.</summary>
    /// <param name="replace">A database that is there gets a name with the time, and is kept; otherwise it is in the way.</param>
    /// <exception cref="TransferRefusedException">It cannot be; nothing was changed.</exception>
    /// <exception cref="StartRefusedException">A newer Parley made the backup.</exception>
    public static Task<RestoreSummary> RestoreAsync(string file, ServerSettings to, bool replace, TimeProvider clock, CancellationToken cancellationToken = default) =>
        KnownAsync(to, () => Task.Run(() => StorageSetup.Restore(file, to, replace, clock), cancellationToken));

    /// <summary>A store that fails in the middle is known by one exception, whichever it is.</summary>
    private static async Task<T> KnownAsync<T>(ServerSettings store, Func<Task<T>> move)
    {
        try
        {
            return await move();
        }
        catch (StorageUnavailableException fault)
        {
            var reason = fault.InnerException is { } inner ? $" {inner.Message}" : "";
            throw new TransferRefusedException(TransferRefusal.StoreFailed, $"{fault.Message}{reason} Try again.", fault);
        }
        catch (Exception fault) when (StorageSetup.DatabaseRefusalOf(fault, store) is not null)
        {
            throw StorageSetup.DatabaseRefusalOf(fault, store)!;
        }
    }
}
