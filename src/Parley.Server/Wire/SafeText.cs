using System.Text;

namespace Parley.Server.Wire;

/// <summary>Text from outside, made harmless for a terminal or a model.</summary>
internal static class SafeText
{
    /// <summary>The text, with control, invisible, and bidirectional formatting characters shown as codes such as <c>&lt;U+202E&gt;</c>. Line breaks
    /// and tabs stay.</summary>
    internal static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";

        var safe = new StringBuilder(text.Length);
        Rune[] runes = [.. text.ReplaceLineEndings("\n").EnumerateRunes()];
        for (var i = 0; i < runes.Length; i++)
        {
            if (IsHarmless(runes, i))
                safe.Append(runes[i]);
            else
                safe.Append("<U+").Append(runes[i].Value.ToString("X4")).Append('>');
        }

        return safe.ToString();
    }

    private static bool IsHarmless(Rune[] runes, int at)
    {
        var rune = runes[at];
        if (rune.Value is '\n' or '\t')
            return true;
        if (InvisibleText.IsJoiner(rune))
            return at > 0 && at + 1 < runes.Length && !runes[at - 1].IsAscii && !runes[at + 1].IsAscii;
        return !Rune.IsControl(rune) && !InvisibleText.IsInvisible(rune);
    }
}
