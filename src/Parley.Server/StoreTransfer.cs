using Parley.Server.ExportImport;
using Parley.Server.Settings;
using Parley.Server.Storage;

namespace Parley.Server;

/// <summary>Moves a server's data between stores, without using the servers.</summary>
public static class StoreTransfer
{
    /// <summary>Writes everything in a store into a file. The data is from a single moment, and servers may keep running.</summary>
    /// <param name="resume">Whether to continue an interrupted export next to the file, if the store has not changed since.</param>
    /// <param name="progress">Called for each line with the number of lines so far.</param>
    /// <exception cref="TransferRefusedException">It cannot be done.</exception>
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

    /// <summary>The same, into a stream, which stays open.</summary>
    /// <exception cref="TransferRefusedException">It cannot be done.</exception>
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

    /// <summary>Fills an empty store from an export, or continues an interrupted import.</summary>
    /// <param name="from">If it can be read twice, it is checked before anything is stored. It stays open.</param>
    /// <param name="progress">Called with the number of lines imported so far.</param>
    /// <exception cref="TransferRefusedException">It cannot be done.</exception>
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

    /// <summary>Copies a SQLite database into a file, even while its server is running, and checks the copy.</summary>
    /// <exception cref="TransferRefusedException">It cannot be done. No file is left.</exception>
    /// <exception cref="StartRefusedException">The store cannot be used.</exception>
    public static Task<BackupSummary> BackupAsync(ServerSettings from, string file, CancellationToken cancellationToken = default) =>
        KnownAsync(from, () => Task.Run(() => StorageSetup.Backup(from, file, cancellationToken), cancellationToken));

    /// <summary>Replaces a SQLite database that no server uses with a backup. Every project starts a new epoch.</summary>
    /// <param name="replace">Whether to rename an existing database, adding the time, and keep it; otherwise, the restore is refused.</param>
    /// <exception cref="TransferRefusedException">It cannot be done. Nothing was changed.</exception>
    /// <exception cref="StartRefusedException">A newer version of Parley made the backup.</exception>
    public static Task<RestoreSummary> RestoreAsync(string file, ServerSettings to, bool replace, TimeProvider clock, CancellationToken cancellationToken = default) =>
        KnownAsync(to, () => Task.Run(() => StorageSetup.Restore(file, to, replace, clock), cancellationToken));

    /// <summary>Turns any failure of a store in the middle of a move into one exception.</summary>
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
