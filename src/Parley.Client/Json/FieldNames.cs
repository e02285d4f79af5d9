using System.Text;
using System.Text.Json;

namespace Parley.Client;

/// <summary>The names of an object's fields, in the order in which the server writes them. Trying the next one first finds nearly every field with
/// one comparison.</summary>
internal sealed class FieldNames(params string[] names)
{
    private readonly byte[][] _names = [.. names.Select(Encoding.UTF8.GetBytes)];

    /// <summary>The index of the name at the reader, or -1.</summary>
    /// <param name="next">Where to look first; starts at 0.</param>
    public int Find(ref Utf8JsonReader reader, ref int next)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            var candidate = next + i < _names.Length ? next + i : next + i - _names.Length;
            if (!reader.ValueTextEquals(_names[candidate]))
                continue;
            next = candidate + 1;
            return candidate;
        }

        return -1;
    }
}

/// <summary>The words of an enum, read without allocating a string.</summary>
internal sealed class EnumWords<TEnum>
    where TEnum : struct, Enum
{
    private static readonly (byte[] Word, TEnum Value)[] Values =
        [.. Enum.GetValues<TEnum>().Select(value => (Encoding.UTF8.GetBytes(Words.Of(value)), value))];

    /// <summary>The value at the reader; null for null, and for a word that only a newer server knows.</summary>
    public static TEnum? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return null;
        foreach (var (word, value) in Values)
        {
            if (reader.ValueTextEquals(word))
                return value;
        }

        return null;
    }
}
