using System.Buffers.Binary;
using System.Numerics;

namespace Parley.Server.Wire;

/// <summary>Tells whether two requests under one idempotency key are the same: 64 bits over what was asked.</summary>
/// <remarks>Stored, so it may not change from one run to the next (as <see cref="HashCode"/> does). Not a protection: only a caller's own
/// requests are compared. Mixing: multiply and fold, 64 bits a step.</remarks>
internal struct Fingerprint
{
    private const ulong Odd = 0x9E37_79B9_7F4A_7C15;
    private ulong _state;

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        Add(bytes.Length);
        while (bytes.Length >= 8)
        {
            Mix(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        ulong rest = 0;
        for (var i = 0; i < bytes.Length; i++)
            rest |= (ulong)bytes[i] << (8 * i);
        Mix(rest);
    }

    internal void Add(string? text)
    {
        Add(text?.Length ?? -1);
        foreach (var letter in text.AsSpan())
            Mix(letter);
    }

    internal void Add(long value) => Mix((ulong)value);

    internal void Add(Guid? id)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = (id ?? Guid.Empty).TryWriteBytes(bytes);
        Add(bytes);
    }

    internal readonly long Value => (long)_state;

    private void Mix(ulong value) => _state = BitOperations.RotateLeft((_state ^ value) * Odd, 29) ^ value;
}
