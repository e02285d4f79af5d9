namespace Parley.Server.ExportImport;

/// <summary>The result of an import.</summary>
/// <param name="Lines">All lines of the export.</param>
/// <param name="Counts">The number of lines by kind.</param>
/// <param name="DataSha256">The digest in the export's last line, which was found to be correct.</param>
/// <param name="Resumed">How many lines an interrupted import had already imported.</param>
/// <param name="NewEpochs">Whether every project started a new epoch, because the store was in use during the export.</param>
public sealed record ImportSummary(long Lines, IReadOnlyDictionary<string, long> Counts, string DataSha256, long Resumed, bool NewEpochs);

/// <summary>Fills a store from an export, in batches that are stored completely or not at all.</summary>
internal sealed class Importer(IStoreImport store, TimeProvider clock)
{
    /// <summary>The most bytes in a batch, so that long messages do not fill the memory.</summary>
    private const int BatchBytes = 8 << 20;

    private readonly List<ExportLine> _batch = [];
    private int _batchBytes;

    /// <summary>The most lines in a batch: this many share a commit, and are imported again after a kill.</summary>
    internal int BatchLines { get; init; } = 2_000;

    internal async Task<ImportSummary> RunAsync(Stream from, Action<long>? progress, CancellationToken cancellationToken)
    {
        using var digest = new LineDigest();
        await using var lines = new LineReader(from);
        var header = await ReadHeaderAsync(lines, digest, cancellationToken);
        var resumed = 0L;
        if (store.Progress is { } before)
        {
            await CatchUpAsync(lines, digest, header, before, cancellationToken);
            resumed = before.Lines;
        }
        else
        {
            await store.BeginAsync(At(header, digest), cancellationToken);
        }

        // If others were using the store, its log may have grown since. Readers must not mistake a place there for one here.
        long? epoch = header.InUse ? clock.GetUtcNow().ToUnixTimeSeconds() : null;
        var end = await TakeAsync(lines, digest, header, epoch, progress, cancellationToken);
        await CheckEndAsync(lines, digest, end, cancellationToken);
        await store.FinishAsync(cancellationToken);
        return new ImportSummary(digest.Lines + 1, digest.Counts, digest.DataSha256, resumed, header.InUse);
    }

    /// <summary>Reads a file once before anything is stored. If it is truncated or altered, it is refused, and nothing has changed.</summary>
    internal static async Task CheckAsync(Stream file, CancellationToken cancellationToken)
    {
        using var digest = new LineDigest();
        await using var lines = new LineReader(file);
        _ = await ReadHeaderAsync(lines, digest, cancellationToken);
        while (await lines.ReadAsync(cancellationToken))
        {
            var kind = lines.Kind();
            if (kind == EndLine.Kind)
            {
                await CheckEndAsync(lines, digest, (EndLine)lines.Parse(), cancellationToken);
                return;
            }

            digest.Add(lines.Line, kind);
        }

        throw CutOff(lines);
    }

    private async Task<EndLine> TakeAsync(
        LineReader lines, LineDigest digest, HeaderLine header, long? epoch, Action<long>? progress, CancellationToken cancellationToken)
    {
        while (await lines.ReadAsync(cancellationToken))
        {
            var line = lines.Parse();
            if (line is EndLine end)
            {
                await StoreAsync(At(header, digest), cancellationToken);
                return end;
            }

            digest.Add(lines.Line, lines.Kind());
            _batch.Add(line is ProjectLine project && epoch is { } now ? project with { Epoch = Math.Max(now, project.Epoch + 1) } : line);
            _batchBytes += lines.Line.Length;
            if (_batch.Count < BatchLines && _batchBytes < BatchBytes)
                continue;
            await StoreAsync(At(header, digest), cancellationToken);
            progress?.Invoke(digest.Lines);
        }

        throw CutOff(lines);
    }

    private async ValueTask StoreAsync(ImportProgress reached, CancellationToken cancellationToken)
    {
        await store.TakeAsync(_batch, reached, cancellationToken);
        _batch.Clear();
        _batchBytes = 0;
    }

    /// <summary>Skips what was already imported, and checks by its digest that it is the same.</summary>
    private static async Task CatchUpAsync(LineReader lines, LineDigest digest, HeaderLine header, ImportProgress before, CancellationToken cancellationToken)
    {
        if (header.ExportId != before.ExportId)
        {
            throw new TransferRefusedException(
                TransferRefusal.Conflict,
                $"The import of another export into this database was started ({before.ExportId}, this one is {header.ExportId}). Continue with that one's file, or name an empty database.");
        }

        while (digest.Lines < before.Lines)
        {
            if (!await lines.ReadAsync(cancellationToken))
                throw CutOff(lines);
            digest.Add(lines.Line, lines.Kind());
        }

        if (digest.Sha256 != before.Sha256)
            throw Damaged("The export was altered after its import was started: the lines that were already imported are different now.");
    }

    private static async Task<HeaderLine> ReadHeaderAsync(LineReader lines, LineDigest digest, CancellationToken cancellationToken)
    {
        if (!await lines.ReadAsync(cancellationToken))
            throw Damaged("This is not a Parley export: it has no first line.");
        if (lines.Parse() is not HeaderLine { Format: HeaderLine.TheFormat } header)
            throw Damaged("This is not a Parley export: its first line is not that of an export.");
        if (header.Version != HeaderLine.TheVersion)
        {
            throw new TransferRefusedException(
                TransferRefusal.Damaged,
                FormattableString.Invariant(
                    $"The export has version {header.Version} of the format, made by Parley {header.Parley}; this Parley reads version {HeaderLine.TheVersion}. Import it with the Parley that made it."));
        }

        digest.AddHeader(lines.Line);
        return header;
    }

    private static async Task CheckEndAsync(LineReader lines, LineDigest digest, EndLine end, CancellationToken cancellationToken)
    {
        if (digest.Contradiction(end) is { } contradiction)
            throw Damaged($"The export was altered: {contradiction}.");
        if (await lines.ReadAsync(cancellationToken) || lines.IsCutOff)
            throw Damaged("There are lines after the end of the export.");
    }

    private static ImportProgress At(HeaderLine header, LineDigest digest) => new(header.ExportId, digest.Lines, digest.Sha256);

    private static TransferRefusedException CutOff(LineReader lines) => Damaged(
        FormattableString.Invariant($"The export is cut off after line {lines.Number}: its last line, which has the counts, is missing."));

    private static TransferRefusedException Damaged(string what) => new(TransferRefusal.Damaged, $"{what} Copy it again from where it was made.");
}
