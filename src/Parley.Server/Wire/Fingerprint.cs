using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;

namespace Parley.Server.Wire;

/// <summary>Tells whether two requests with one idempotency key are the same: 64 bits over the request.</summary>
/// <remarks>It is stored, so it must not change from one run to the next (as <see cref="HashCode"/> does). It is not a security feature: only
/// requests of the same caller are compared. Mixing: multiply and fold, 64 bits per step.</remarks>
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

    /// <summary>Adds JSON by its value: whitespace and the order of members do not matter. Numbers are compared as text. The JSON is in the form of
    /// <see cref="JsonSpelling"/>, or empty.</summary>
    internal void AddValue(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            Add(json);
            return;
        }

        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        reader.Read();
        Mix(ValueOf(ref reader));
    }

    private static ulong ValueOf(ref Utf8JsonReader reader)
    {
        var print = default(Fingerprint);
        print.Add((long)reader.TokenType);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                // A sum does not depend on the order.
                ulong members = 0;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                    members += MemberOf(ref reader);
                print.Mix(members);
                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    print.Mix(ValueOf(ref reader));
                break;
            default:
                print.Add(reader.ValueSpan);
                break;
        }

        return print._state;
    }

    private static ulong MemberOf(ref Utf8JsonReader reader)
    {
        var print = default(Fingerprint);
        print.Add(reader.ValueSpan);
        reader.Read();
        print.Mix(ValueOf(ref reader));
        // Each bit affects all others. Otherwise, two members that swap their values could give the same sum.
        var state = (print._state ^ (print._state >> 32)) * Odd;
        return state ^ (state >> 29);
    }

    internal readonly long Value => (long)_state;

    private void Mix(ulong value) => _state = BitOperations.RotateLeft((_state ^ value) * Odd, 29) ^ value;
}
