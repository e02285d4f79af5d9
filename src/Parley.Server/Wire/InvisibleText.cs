using System.Globalization;
using System.Text;

namespace Parley.Server.Wire;

/// <summary>Characters that are invisible, or that change how the text around them is displayed. A name with such a character can pass for another
/// name, and a text can hide something that a model reads and a person does not.</summary>
internal static class InvisibleText
{
    private const int ZeroWidthNonJoiner = 0x200C, ZeroWidthJoiner = 0x200D;

    /// <summary>Whether the text contains such a character. Joiners between non-ASCII characters are allowed, because emoji and some scripts need
    /// them.</summary>
    internal static bool IsIn(string text)
    {
        var before = default(Rune);
        var joiner = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (joiner && rune.IsAscii)
                return true;
            joiner = IsJoiner(rune) && !before.IsAscii;
            if (!joiner && IsInvisible(rune))
                return true;
            before = rune;
        }

        return joiner;
    }

    /// <summary>Format characters (Unicode's category Cf: zero-width, direction, tags, soft hyphen, byte order mark), line and paragraph separators,
    /// and letters and marks that are blank by design.</summary>
    internal static bool IsInvisible(Rune rune) => !rune.IsAscii && (
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value is 0x034F // combining grapheme joiner
            or 0x115F or 0x1160 or 0x3164 or 0xFFA0 // Hangul fillers
            or 0x17B4 or 0x17B5 // Khmer inherent vowels
            or (>= 0x180B and <= 0x180F) // Mongolian variation selectors
            or 0x2800 // Braille blank
            or (>= 0xE0000 and <= 0xE0FFF)); // tags and further variation selectors

    internal static bool IsJoiner(Rune rune) => rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner;
}
