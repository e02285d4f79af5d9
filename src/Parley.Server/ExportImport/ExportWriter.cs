using System.Buffers;
using System.Text.Json;

namespace Parley.Server.ExportImport;

/// <summary>Writes a store's lines one by one, as they are read.</summary>
internal sealed class ExportWriter(Stream to, LineDigest digest) : IDisposable
{
    private readonly ArrayBufferWriter<byte> _line = new(4096);
    private readonly Utf8JsonWriter _json = new(Stream.Null, new JsonWriterOptions { Encoder = LineJson.Lines.Options.Encoder, SkipValidation = true });

    /// <param name="from">The kind to continue with, after as many of its lines as the digest has counted.</param>
    /// <param name="progress">Called for each line.</param>
    internal async Task WriteAsync(IStoreExport store, string from, Action<long>? progress, CancellationToken cancellationToken)
    {
        foreach (var kind in LineKinds.InOrder.SkipWhile(kind => kind != from))
        {
            await foreach (var line in store.ReadAsync(kind, digest.Counts.GetValueOrDefault(kind), cancellationToken))
            {
                digest.Add(Format(line), kind);
                await to.WriteAsync(_line.WrittenMemory, cancellationToken);
                progress?.Invoke(digest.Lines);
            }
        }

        _ = Format(digest.End());
        await to.WriteAsync(_line.WrittenMemory, cancellationToken);
        await to.FlushAsync(cancellationToken);
    }

    internal async Task WriteHeaderAsync(HeaderLine header, CancellationToken cancellationToken)
    {
        digest.AddHeader(Format(header));
        await to.WriteAsync(_line.WrittenMemory, cancellationToken);
    }

    public void Dispose() => _json.Dispose();

    private ReadOnlySpan<byte> Format(ExportLine line)
    {
        _line.ResetWrittenCount();
        _json.Reset(_line);
        JsonSerializer.Serialize(_json, line, LineJson.Lines.ExportLine);
        _json.Flush();
        _line.Write("\n"u8);
        return _line.WrittenSpan;
    }
}
