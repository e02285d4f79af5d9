using System.Security.Cryptography;

namespace Parley.Client;

/// <summary>Keys by which the server knows a send that is made again. Ordered within one maker: neighbours in time are then neighbours
/// in the server's index, so that a fast sender touches one page of it rather than one a message.</summary>
internal sealed class IdempotencyKeys
{
    /// <summary>Characters of a key: 8 of prefix, 8 of counter, 5 bits each.</summary>
    public const int Length = 16;

    private const int Half = Length / 2;

    // In the order of ASCII, and without vowels but 'a', so that no words arise.
    private static ReadOnlySpan<byte> Alphabet => "0123456789abcdfghjkmnpqrstvwxyz~"u8;

    private readonly byte[] _prefix = new byte[Half];
    private long _count;

    public IdempotencyKeys() => Digits(BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))), _prefix);

    /// <summary>A number that rises with each call; <see cref="Write"/> makes the key of it.</summary>
    public long Next() => Interlocked.Increment(ref _count);

    /// <summary>Writes the key of a number, always the same for the same one, into the first <see cref="Length"/> bytes.</summary>
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

    /// <summary>A key for one send by itself.</summary>
    public static string Random() => Guid.CreateVersion7().ToString("N");

    private static void Digits(long number, Span<byte> text)
    {
        for (var i = text.Length - 1; i >= 0; i--, number >>= 5)
            text[i] = Alphabet[(int)(number & 31)];
    }
}
