using System.Text;
using Spectre.Console;

namespace Parley.Cli.Output;

/// <summary>Text that agents wrote, made safe to show: what an agent says must not be able to steer a person's terminal.</summary>
internal static class PlainText
{
    /// <summary>The text with control and direction-changing characters replaced; line breaks and tabs stay.</summary>
    public static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";

        var safe = new StringBuilder(text.Length);
        foreach (var character in text.ReplaceLineEndings("\n"))
            safe.Append(IsHarmless(character) ? character : '\uFFFD');
        return safe.ToString();
    }

    /// <summary>The same on one line, shortened to <paramref name="length"/> characters with an ellipsis.</summary>
    public static string Line(string? text, int length)
    {
        var line = Of(text).ReplaceLineEndings(" ").Trim();
        return line.Length <= length ? line : string.Concat(line.AsSpan(0, length - 1).TrimEnd(), "…");
    }

    /// <summary>The same for use in Spectre's markup.</summary>
    public static string Escape(string? text) => Markup.Escape(Of(text));

    // U+202A-202E and U+2066-2069 reverse what stands on a line, so that a name can pass for another.
    private static bool IsHarmless(char character) =>
        character is '\n' or '\t' || !(char.IsControl(character) || character is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'));
}
