using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Parley.Server.Webhooks;

/// <summary>The signature that shows a receiver that a delivery is from this server and current.</summary>
internal static class WebhookSignature
{
    /// <summary>A secret created by the server. The prefix tells people, and scanners for leaked secrets, what it is.</summary>
    internal static string NewSecret() => "parley_webhook_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary><c>sha256=HEX</c>: HMAC-SHA256 over the time, a dot, and the body. Because the time is included, nobody can send a recorded delivery
    /// again later.</summary>
    /// <param name="timestamp">Unix seconds.</param>
    internal static string Of(string secret, long timestamp, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{timestamp}.")));
        hash.AppendData(body);
        return $"sha256={Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }
}
