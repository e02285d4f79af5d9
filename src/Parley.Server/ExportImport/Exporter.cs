using Parley.Server.Files;
using Parley.Server.Monitoring;

namespace Parley.Server.ExportImport;

/// <summary>The result of an export.</summary>
/// <param name="File">Null if it was written to a stream.</param>
/// <param name="Lines">All lines, including the first and the last.</param>
/// <param name="Counts">The number of lines by kind.</param>
/// <param name="DataSha256">Equal for equal data, whichever store it is in.</param>
/// <param name="InUse">Whether servers were using the store.</param>
/// <param name="Resumed">How many lines an interrupted export had already written.</param>
/// <param name="StartedAgain">Why an interrupted export could not be continued; null if it was, or there was none.</param>
public sealed record ExportSummary(
    string? File, long Lines, IReadOnlyDictionary<string, long> Counts, string DataSha256, bool InUse, long Resumed, string? StartedAgain);

/// <summary>Writes a store as lines of JSON.</summary>
internal static class Exporter
{
    internal static async Task<ExportSummary> ToStreamAsync(
        IStoreExport store, Stream to, TimeProvider clock, Action<long>? progress, CancellationToken cancellationToken)
    {
        using var digest = new LineDigest();
        await WriteAsync(store, to, digest, resumed: null, clock, progress, cancellationToken);
        return Summary(store, digest, file: null, resumed: 0, startedAgain: null);
    }

    /// <summary>Writes to another file and renames it at the end, so that the named file is either a complete export or does not exist.</summary>
    /// <param name="resume">Whether to continue an interrupted export, if the store is still the same.</param>
    internal static async Task<ExportSummary> ToFileAsync(
        IStoreExport store, string file, bool resume, TimeProvider clock, Action<long>? progress, CancellationToken cancellationToken)
    {
        if (File.Exists(file))
            throw new TransferRefusedException(TransferRefusal.Conflict, $"{file} already exists. Name another file, or move that one away.");
        var partial = $"{file}.partial";
        using var digest = new LineDigest();
        PartialExport? begun = null;
        string? startedAgain = null;
        if (resume && File.Exists(partial))
        {
            begun = await PartialExport.ReadAsync(partial, cancellationToken);
            startedAgain = begun is null ? "the existing file is not an export" : begun.CanNotGoOn(store.Stamp);
        }
        else if (resume)
        {
            startedAgain = $"there is no {partial}";
        }

        long resumed = 0;
        await using (var to = Open(partial, startedAgain is null && begun is not null))
        {
            if (startedAgain is null && begun is not null)
            {
                await begun.RereadAsync(to, digest, cancellationToken);
                resumed = digest.Lines;
            }

            await WriteAsync(store, to, digest, resumed > 0 ? begun : null, clock, progress, cancellationToken);
            to.Flush(flushToDisk: true);
        }

        File.Move(partial, file);
        return Summary(store, digest, file, resumed, startedAgain);
    }

    private static async Task WriteAsync(
        IStoreExport store, Stream to, LineDigest digest, PartialExport? resumed, TimeProvider clock, Action<long>? progress, CancellationToken cancellationToken)
    {
        using var writer = new ExportWriter(to, digest);
        if (resumed is null)
        {
            await writer.WriteHeaderAsync(
                new HeaderLine
                {
                    Format = HeaderLine.TheFormat,
                    Version = HeaderLine.TheVersion,
                    ExportId = Guid.NewGuid().ToString(),
                    MadeAt = clock.GetUtcNow().ToUnixTimeMilliseconds(),
                    Parley = ServerVersion.Text,
                    Source = store.Source,
                    InUse = store.InUse,
                    Stamp = store.Stamp,
                },
                cancellationToken);
        }

        await writer.WriteAsync(store, resumed?.LastKind ?? LineKinds.InOrder[0], progress, cancellationToken);
    }

    private static ExportSummary Summary(IStoreExport store, LineDigest digest, string? file, long resumed, string? startedAgain) =>
        new(file, digest.Lines + 1, digest.Counts, digest.DataSha256, store.InUse, resumed, startedAgain);

    private static FileStream Open(string partial, bool keep)
    {
        if (!keep)
            File.Delete(partial);
        else
            OwnerOnly.Close(partial);
        // The file contains every message.
        return new FileStream(partial, OwnerOnly.Options(keep ? FileMode.Open : FileMode.CreateNew, FileAccess.ReadWrite, bufferSize: 1 << 16));
    }
}
