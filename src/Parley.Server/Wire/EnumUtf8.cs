using System.Text;
using System.Text.Json;

namespace Parley.Server.Wire;

/// <summary>An enum's words on the wire, as bytes.</summary>
internal static class EnumUtf8<TEnum>
    where TEnum : struct, Enum
{
    private static readonly (TEnum Value, byte[] Word)[] Words =
        [.. Enum.GetValues<TEnum>().Select(value => (value, Encoding.UTF8.GetBytes(JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()))))];

    internal static bool TryRead(ref Utf8JsonReader reader, out TEnum value)
    {
        foreach (var (candidate, word) in Words)
        {
            if (reader.ValueTextEquals(word))
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }

    internal static ReadOnlySpan<byte> Of(TEnum value)
    {
        foreach (var (candidate, word) in Words)
        {
            if (EqualityComparer<TEnum>.Default.Equals(candidate, value))
                return word;
        }

        throw new ArgumentOutOfRangeException(nameof(value));
    }
}
