using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Parley.Protocol;

namespace Parley.Server.Security;

/// <summary>A token's text: <c>parley_agent_</c> and 32 random bytes. The prefix tells people, and scanners for leaked secrets, what it is.</summary>
internal static class TokenText
{
    private const int SecretBytes = 32;

    public static string New(TokenKind kind) => PrefixOf(kind) + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>Whether a text has the form of a token of this kind. Only <see cref="TokenVault"/> knows whether it is valid.</summary>
    public static bool IsToken(string text, TokenKind kind) =>
        text.StartsWith(PrefixOf(kind), StringComparison.Ordinal)
        && Base64Url.IsValid(text.AsSpan(PrefixOf(kind).Length), out var length) && length == SecretBytes;

    private static string PrefixOf(TokenKind kind) => kind switch
    {
        TokenKind.Admin => "parley_admin_",
        TokenKind.Operator => "parley_operator_",
        TokenKind.Agent => "parley_agent_",
        TokenKind.Join => "parley_join_",
        TokenKind.Observer => "parley_observer_",
        var unknown => throw new UnreachableException($"No prefix for tokens of kind '{unknown}'."),
    };
}

/// <summary>The SHA-256 hash of a token's text. The text is random enough that neither a salt nor a slow hash is needed.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct TokenHash : IEquatable<TokenHash>
{
    private readonly UInt128 _high;
    private readonly UInt128 _low;

    public TokenHash(ReadOnlySpan<byte> bytes)
    {
        _high = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]);
    }

    public static TokenHash Of(string token)
    {
        // No token is longer. A header may be, and hashing it would be wasted work.
        const int Longest = 128;
        if (token.Length > Longest)
            return default;

        Span<byte> text = stackalloc byte[Longest * 3];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(token, text)], hash);
        return new TokenHash(hash);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _high);
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(16), _low);
        return bytes;
    }

    /// <summary>Takes the same time for any two hashes, because it compares all bits.</summary>
    public bool Equals(TokenHash other) => ((_high ^ other._high) | (_low ^ other._low)) == UInt128.Zero;

    public override bool Equals(object? obj) => obj is TokenHash other && Equals(other);

    public override int GetHashCode() => _high.GetHashCode();
}
