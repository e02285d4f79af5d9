using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Parley.Client;

/// <summary>Reuses strings that occur in message after message (names, roles, types). Not for ids, which would only displace these. Used by one
/// reader at a time.</summary>
internal sealed class StringPool
{
    private const int Longest = 64;
    private readonly string?[] _strings = new string?[512];

    /// <summary>The string at the reader; null if the value is null.</summary>
    public string? Get(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        var text = reader.ValueSpan;
        if (reader.ValueIsEscaped || text.Length is 0 or > Longest)
            return reader.GetString();

        ref var slot = ref _strings[Hash(text) & (uint)(_strings.Length - 1)];
        if (slot is { } known && Ascii.Equals(text, known))
            return known;
        return slot = reader.GetString();
    }

    private static uint Hash(ReadOnlySpan<byte> text)
    {
        var hash = (uint)text.Length;
        while (text.Length >= sizeof(uint))
        {
            hash = (hash ^ MemoryMarshal.Read<uint>(text)) * 0x9E3779B1;
            text = text[sizeof(uint)..];
        }

        foreach (var letter in text)
            hash = (hash ^ letter) * 0x9E3779B1;
        return hash ^ (hash >> 15);
    }
}
