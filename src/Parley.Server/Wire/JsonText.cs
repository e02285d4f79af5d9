using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Parley.Server.Wire;

/// <summary>Text that JSON's grammar allows but the wire does not: bytes that are not UTF-8, NUL, and half a surrogate pair. Such text causes errors
/// later and elsewhere (a C string in the database, a reader in another language), so it is stopped here.</summary>
internal static class JsonText
{
    /// <summary>Whether every text in a JSON document can be stored and read back. Does not check the grammar.</summary>
    public static bool IsSound(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            return false;

        // The grammar refuses raw control characters, so NUL and half pairs can occur only as \u escapes.
        return !json.Contains((byte)'\\') || json.IndexOf("\\u"u8) < 0 || EscapesAreSound(json);
    }

    /// <summary>Whether an array may contain a null. False is certain; true may be caused by a text that looks like one.</summary>
    public static bool MayHoldNullItems(ReadOnlySpan<byte> json)
    {
        for (var at = json.IndexOf("null"u8); at >= 0;)
        {
            if (json[..at].TrimEnd(" \t\r\n"u8) is [.., (byte)'[' or (byte)','])
                return true;
            var next = json[(at + 4)..].IndexOf("null"u8);
            at = next < 0 ? -1 : at + 4 + next;
        }

        return false;
    }

    /// <summary>Whether the raw content of one string token, including escapes, is free of NUL and lone surrogates.</summary>
    public static bool IsSoundString(ReadOnlySpan<byte> escaped)
    {
        for (var at = escaped.IndexOf((byte)'\\'); at >= 0 && at + 1 < escaped.Length;)
        {
            var length = 2;
            if (escaped[at + 1] == (byte)'u')
            {
                var unit = CodeUnit(escaped[at..]);
                length = 6;
                if (unit == 0 || char.IsLowSurrogate((char)unit))
                    return false;
                if (char.IsHighSurrogate((char)unit))
                {
                    if (!char.IsLowSurrogate((char)CodeUnit(escaped[(at + 6)..])))
                        return false;
                    length = 12;
                }
            }

            var next = escaped[(at + length)..].IndexOf((byte)'\\');
            at = next < 0 ? -1 : at + length + next;
        }

        return true;
    }

    private static bool EscapesAreSound(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped && !IsSoundString(reader.ValueSpan))
                    return false;
            }
        }
        catch (JsonException)
        {
            // It is not JSON at all. Whoever parses it next reports where and why.
            return true;
        }

        return true;
    }

    private static int CodeUnit(ReadOnlySpan<byte> escape) =>
        escape.Length >= 6 && escape[0] == (byte)'\\' && escape[1] == (byte)'u'
        && Utf8Parser.TryParse(escape.Slice(2, 4), out ushort unit, out var read, 'x') && read == 4
            ? unit
            : 0;
}
