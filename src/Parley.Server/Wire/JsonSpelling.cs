using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Parley.Server.Wire;

/// <summary>How JSON is written. Stored JSON is on one line, because a line break would end an SSE field, and does not use a six-letter escape where
/// one letter is enough. So limits count the actual content, and the same text has the same bytes.</summary>
internal static class JsonSpelling
{
    private const int EscapeLength = 6;

    private static readonly SearchValues<byte> Longer = SearchValues.Create("\\\n\r"u8);
    private static readonly SearchValues<byte> Spaces = SearchValues.Create(" \t\n\r"u8);

    /// <summary>Converts valid JSON to the form in which it is stored. Usually, these are the same bytes.</summary>
    internal static ReadOnlyMemory<byte> Shortest(ReadOnlyMemory<byte> json)
    {
        var text = json.Span;
        var first = text.IndexOfAny(Longer);
        if (first < 0)
            return json;
        text = text[first..];
        if (!text.ContainsAny((byte)'\n', (byte)'\r') && text.IndexOf("\\u"u8) < 0 && text.IndexOf("\\/"u8) < 0)
            return json;
        var shorter = new byte[json.Length];
        return shorter.AsMemory(0, Write(json.Span, shorter));
    }

    private static int Write(ReadOnlySpan<byte> json, Span<byte> to)
    {
        var (written, isText) = (0, false);
        while (json.Length > 0)
        {
            // No replacement is longer than the original.
            if (json[0] == (byte)'\\')
            {
                written += WriteEscape(ref json, to[written..]);
                continue;
            }

            isText ^= json[0] == (byte)'"';
            if (isText || !Spaces.Contains(json[0]))
                to[written++] = json[0];
            json = json[1..];
        }

        return written;
    }

    private static int WriteEscape(ref ReadOnlySpan<byte> json, Span<byte> to)
    {
        if (json[1] == (byte)'/')
        {
            to[0] = (byte)'/';
            json = json[2..];
            return 1;
        }

        if (json[1] != (byte)'u')
            return Copy(ref json, 2, to);
        var unit = UnitOf(json);
        if (char.IsHighSurrogate(unit) && json.Length >= 2 * EscapeLength && json[EscapeLength] == (byte)'\\' && json[EscapeLength + 1] == (byte)'u' &&
            UnitOf(json[EscapeLength..]) is var low && char.IsLowSurrogate(low))
        {
            json = json[(2 * EscapeLength)..];
            return new Rune(unit, low).EncodeToUtf8(to);
        }

        // Half a pair is not valid text. The check for such text finds it.
        if (char.IsSurrogate(unit))
            return Copy(ref json, EscapeLength, to);
        json = json[EscapeLength..];
        var letter = unit switch { '"' => '"', '\\' => '\\', '\b' => 'b', '\t' => 't', '\n' => 'n', '\f' => 'f', '\r' => 'r', _ => '\0' };
        if (letter != '\0')
        {
            (to[0], to[1]) = ((byte)'\\', (byte)letter);
            return 2;
        }

        if (unit >= ' ')
            return new Rune(unit).EncodeToUtf8(to);
        "\\u00"u8.CopyTo(to);
        _ = Utf8Formatter.TryFormat((byte)unit, to[4..], out _, new StandardFormat('x', 2));
        return EscapeLength;
    }

    private static int Copy(ref ReadOnlySpan<byte> json, int length, Span<byte> to)
    {
        json[..length].CopyTo(to);
        json = json[length..];
        return length;
    }

    /// <summary>The code unit of the escape at the start of the text.</summary>
    private static char UnitOf(ReadOnlySpan<byte> escape) =>
        Utf8Parser.TryParse(escape[2..EscapeLength], out ushort unit, out _, 'x') ? (char)unit : throw new FormatException("This is no JSON.");
}
