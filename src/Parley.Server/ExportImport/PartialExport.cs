using Parley.Server.Monitoring;

namespace Parley.Server.ExportImport;

/// <summary>What an export that was broken off has left.</summary>
internal sealed class PartialExport
{
    private readonly HeaderLine _header;

    private PartialExport(HeaderLine header) => _header = header;

    /// <summary>The kind of its last whole line.</summary>
    internal string LastKind { get; private set; } = LineKinds.InOrder[0];

    /// <returns>Null when the file does not begin as an export does.</returns>
    internal static async Task<PartialExport?> ReadAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(file);
        await using var lines = new LineReader(stream);
        try
        {
            return await lines.ReadAsync(cancellationToken) && lines.Parse() is HeaderLine { Format: HeaderLine.TheFormat } header ? new PartialExport(header) : null;
        }
        catch (TransferRefusedException)
        {
            return null;
        }
    }

    /// <returns>Why it cannot be gone on with; null: it can.</returns>
    internal string? CanNotGoOn(string stamp) =>
        _header.Version != HeaderLine.TheVersion || _header.Parley != ServerVersion.Text ? "another version of Parley started it"
        : _header.Stamp != stamp ? "the store has changed since"
        : null;

    /// <summary>Counts what is there and leaves the stream behind its last whole line.</summary>
    internal async Task RereadAsync(FileStream file, LineDigest digest, CancellationToken cancellationToken)
    {
        long end;
        await using (var lines = new LineReader(file))
        {
            _ = await lines.ReadAsync(cancellationToken);
            digest.AddHeader(lines.Line);
            end = lines.Position;
            while (await lines.ReadAsync(cancellationToken))
            {
                var kind = lines.Kind();
                // Its end is made again.
                if (kind == EndLine.Kind)
                    break;
                digest.Add(lines.Line, LastKind = kind);
                end = lines.Position;
            }
        }

        file.SetLength(end);
        file.Position = end;
    }
}
