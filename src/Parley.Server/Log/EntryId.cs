using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Parley.Server.Log;

/// <summary>Ids of everything that has a log entry: UUIDv7 (RFC 9562) whose free bits contain the entry's <c>seq</c>.</summary>
/// <remarks>So an id leads to its entry without an index: 48 bits of milliseconds, then seq's upper 12 bits (rand_a) and lower 28 bits (top of
/// rand_b), then 34 random ones. Ids of one project sort in log order, even within a millisecond. Knowing an id gives no access: that depends on the
/// caller.</remarks>
internal static class EntryId
{
    /// <summary>The largest seq of a project: 127 days without a pause at 100,000 entries a second.</summary>
    internal const long MaxSeq = (1L << 40) - 1;

    private const int RandomBits = 34;

    /// <summary>The random bits of an id's lower half.</summary>
    internal const ulong RandomMask = (1UL << RandomBits) - 1;

    [ThreadStatic]
    private static ulong[]? _drawn;

    [ThreadStatic]
    private static int _drawnNext;

    internal static Guid Create(long milliseconds, long seq, ulong random)
    {
        Span<byte> bytes = stackalloc byte[16];
        var high = ((ulong)milliseconds << 16) | 0x7000UL | ((ulong)seq >> 28);
        var low = 0x8000_0000_0000_0000UL | (((ulong)seq & 0xFFF_FFFF) << RandomBits) | (random & RandomMask);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The seq in an id; 0, which no entry has, for an id that the server cannot have made.</summary>
    internal static long SeqOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = id.TryWriteBytes(bytes, bigEndian: true, out _);
        var high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        var low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        if ((high & 0xF000) != 0x7000 || low >> 62 != 2)
            return 0;
        return (long)(((high & 0xFFF) << 28) | ((low >> RandomBits) & 0xFFF_FFFF));
    }

    /// <summary>Bits for one id. Drawn 64 at a time: a call of the system's generator costs more than the rest of an id.</summary>
    internal static ulong Random()
    {
        if (_drawnNext == 0)
        {
            _drawn ??= new ulong[64];
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_drawn.AsSpan()));
            _drawnNext = _drawn.Length;
        }

        return _drawn![--_drawnNext];
    }
}
