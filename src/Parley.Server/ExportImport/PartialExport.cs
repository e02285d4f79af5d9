using Parley.Server.Monitoring;

namespace Parley.Server.ExportImport;

/// <summary>What an interrupted export has left.</summary>
internal sealed class PartialExport
{
    private readonly HeaderLine _header;

    private PartialExport(HeaderLine header) => _header = header;

    /// <summary>The kind of its last complete line.</summary>
    internal string LastKind { get; private set; } = LineKinds.InOrder[0];

    /// <returns>Null if the file does not start like an export.</returns>
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

    /// <returns>Why it cannot be continued; null if it can.</returns>
    internal string? CanNotGoOn(string stamp) =>
        _header.Version != HeaderLine.TheVersion || _header.Parley != ServerVersion.Text ? "another version of Parley started it"
        : _header.Stamp != stamp ? "the store has changed since"
        : null;

    /// <summary>Counts what is there, and positions the stream after its last complete line.</summary>
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
                // The last line is written again.
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
