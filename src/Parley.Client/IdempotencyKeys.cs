using System.Security.Cryptography;

namespace Parley.Client;

/// <summary>Creates the keys by which the server recognizes repeated sends. Keys of one client are in order, so that keys created at the same time
/// are close together in the server's index. A fast sender then touches one page of the index instead of one page per message.</summary>
internal sealed class IdempotencyKeys
{
    /// <summary>The characters in a key: 8 for the prefix and 8 for the counter, with 5 bits each.</summary>
    public const int Length = 16;

    private const int Half = Length / 2;

    // In ASCII order, and without vowels except 'a', so that keys do not form words.
    private static ReadOnlySpan<byte> Alphabet => "0123456789abcdfghjkmnpqrstvwxyz~"u8;

    private readonly byte[] _prefix = new byte[Half];
    private long _count;

    public IdempotencyKeys() => Digits(BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))), _prefix);

    /// <summary>A number that increases with each call. <see cref="Write"/> turns it into a key.</summary>
    public long Next() => Interlocked.Increment(ref _count);

    /// <summary>Writes the key for a number, always the same key for the same number, into the first <see cref="Length"/> bytes.</summary>
    public void Write(long number, Span<byte> key)
    {
        _prefix.CopyTo(key);
        Digits(number, key.Slice(Half, Half));
    }

    public string ToText(long number)
    {
        Span<byte> key = stackalloc byte[Length];
        Write(number, key);
        return System.Text.Encoding.ASCII.GetString(key);
    }

    /// <summary>A key for a single send.</summary>
    public static string Random() => Guid.CreateVersion7().ToString("N");

    private static void Digits(long number, Span<byte> text)
    {
        for (var i = text.Length - 1; i >= 0; i--, number >>= 5)
            text[i] = Alphabet[(int)(number & 31)];
    }
}
