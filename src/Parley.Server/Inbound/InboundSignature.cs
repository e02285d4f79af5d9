using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Parley.Server.Inbound;

/// <summary>The signature with which the sender proves that it knows the hook's secret: HMAC-SHA256 over the time and the body or, as GitHub does it,
/// over only the body.</summary>
internal sealed class InboundSignature
{
    internal const string Header = "X-Parley-Signature", TimeHeader = "X-Parley-Timestamp", GitHubHeader = "X-Hub-Signature-256";

    private const string Prefix = "sha256=";

    /// <summary>How far the signed time may be from the server's.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>Used if there is no hook, so that the HMAC is computed in any case.</summary>
    private static readonly byte[] Nobodys = RandomNumberGenerator.GetBytes(32);

    private readonly byte[] _given;

    /// <summary>The signed bytes before the body.</summary>
    private readonly byte[] _before;

    private InboundSignature(byte[] given, byte[] before) => (_given, _before) = (given, before);

    /// <summary>Identifies a delivery that has no other id: the same body signed at the same time is the same delivery. Null if no time is signed,
    /// because then the same body may be sent twice for good reasons.</summary>
    internal string? Key => _before.Length == 0 ? null : Prefix + Convert.ToHexStringLower(_given);

    /// <returns>Null if it is missing, malformed, or too old.</returns>
    internal static InboundSignature? Read(IHeaderDictionary headers, DateTimeOffset now)
    {
        // If both headers are present, the one with the time counts. Otherwise, a recorded request could be repeated forever.
        if (!headers.ContainsKey(Header))
            return Digest(headers, GitHubHeader) is { } plain ? new InboundSignature(plain, []) : null;
        if (Digest(headers, Header) is not { } given || headers[TimeHeader] is not [{ Length: > 0 and <= 12 } time]
            || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > Window.TotalSeconds)
        {
            return null;
        }

        return new InboundSignature(given, Encoding.ASCII.GetBytes($"{time}."));
    }

    /// <summary>Whether it was made with this secret over these bytes.</summary>
    /// <param name="secret">Null if there is no such hook; the answer is then false, after the same computation.</param>
    internal bool Fits(string? secret, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret is null ? Nobodys : Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(_before);
        hmac.AppendData(body);
        Span<byte> wanted = stackalloc byte[SHA256.HashSizeInBytes];
        hmac.GetHashAndReset(wanted);
        return CryptographicOperations.FixedTimeEquals(wanted, _given) & (secret is not null);
    }

    private static byte[]? Digest(IHeaderDictionary headers, string name)
    {
        if (headers[name] is not [{ } text] || text.Length != Prefix.Length + (2 * SHA256.HashSizeInBytes) || !text.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var digest = new byte[SHA256.HashSizeInBytes];
        return Convert.FromHexString(text.AsSpan(Prefix.Length), digest, out _, out _) == System.Buffers.OperationStatus.Done ? digest : null;
    }
}
