using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Parley.Server.Webhooks;

/// <summary>By what a receiver knows that a delivery is from here, and from now.</summary>
internal static class WebhookSignature
{
    /// <summary>A secret that the server makes. The prefix tells a person, and a scanner of leaked secrets, what it is.</summary>
    internal static string NewSecret() => "parley_webhook_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary><c>sha256=HEX</c>: HMAC-SHA256 over the time, a dot, and the body. With the time in it, nobody can send a delivery again later.</summary>
    /// <param name="timestamp">Unix seconds.</param>
    internal static string Of(string secret, long timestamp, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{timestamp}.")));
        hash.AppendData(body);
        return $"sha256={Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }
}
