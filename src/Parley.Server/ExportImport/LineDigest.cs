using System.Security.Cryptography;

namespace Parley.Server.ExportImport;

/// <summary>What is known about an export's lines so far: how many, of which kinds, and their digests.</summary>
internal sealed class LineDigest : IDisposable
{
    private readonly IncrementalHash _all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _data = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>Includes the header.</summary>
    internal long Lines { get; private set; }

    internal IReadOnlyDictionary<string, long> Counts => _counts;

    internal string Sha256 => Convert.ToHexStringLower(_all.GetCurrentHash());

    internal string DataSha256 => Convert.ToHexStringLower(_data.GetCurrentHash());

    /// <param name="line">With its line end.</param>
    internal void AddHeader(ReadOnlySpan<byte> line)
    {
        _all.AppendData(line);
        Lines++;
    }

    /// <param name="line">With its line end.</param>
    internal void Add(ReadOnlySpan<byte> line, string kind)
    {
        _all.AppendData(line);
        _data.AppendData(line);
        Lines++;
        _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
    }

    internal EndLine End() => new() { Counts = Counts, DataSha256 = DataSha256, Sha256 = Sha256 };

    /// <returns>What does not match an export's last line; null if everything matches.</returns>
    internal string? Contradiction(EndLine end)
    {
        foreach (var kind in Counts.Keys.Union(end.Counts.Keys))
        {
            var (found, said) = (Counts.GetValueOrDefault(kind), end.Counts.GetValueOrDefault(kind));
            if (found != said)
                return FormattableString.Invariant($"it has {found} lines of kind '{kind}', but its last line says {said}");
        }

        return end.Sha256 == Sha256 && end.DataSha256 == DataSha256 ? null : "its lines do not match its digest";
    }

    public void Dispose()
    {
        _all.Dispose();
        _data.Dispose();
    }
}
