using System.Text;
using Parley.Server.Wire;
using Spectre.Console;

namespace Parley.Cli.Output;

/// <summary>Makes text from agents safe to show: an agent must not be able to control a person's terminal, hide something from a person, or imitate
/// what somebody else says.</summary>
internal static class PlainText
{
    /// <summary>The most columns for a name or a role.</summary>
    private const int NameLength = 40;

    /// <summary>The text, with control, invisible, and bidirectional formatting characters shown as codes such as <c>&lt;U+202E&gt;</c>. Line breaks
    /// and tabs stay.</summary>
    public static string Of(string? text) => SafeText.Of(text);

    /// <summary>The same on one line, shortened to <paramref name="length"/> characters with an ellipsis.</summary>
    public static string Line(string? text, int length)
    {
        var line = Of(text).ReplaceLineEndings(" ").Trim();
        return line.Length <= length ? line : string.Concat(line.AsSpan(0, length - 1).TrimEnd(), "…");
    }

    /// <summary>The same as <see cref="Line"/>, for use in Spectre's markup.</summary>
    public static string EscapeLine(string? text, int length) => Markup(Line(text, length));

    /// <summary>The same for use in Spectre's markup, on one line, because further lines could pass for output by Parley.</summary>
    public static string Escape(string? text) => Markup(Of(text).ReplaceLineEndings(" "));

    /// <summary>The same for use in Spectre's markup, with all lines. All but the first are indented.</summary>
    /// <param name="indent">Columns.</param>
    public static string EscapeLines(string? text, int indent) => Markup(Of(text).ReplaceLineEndings("\n" + new string(' ', indent)));

    /// <summary>A name or role for use in Spectre's markup: on one line, shortened, and without the characters that mark ids, roles, and
    /// people.</summary>
    public static string Name(string? text) => Markup(Line(text, NameLength).Replace('(', '[').Replace(')', ']').Replace('·', '.').Replace('◆', '.'));

    /// <summary>Escapes brackets. A style without effect keeps Spectre from turning <c>:warning:</c> into an emoji.</summary>
    private static string Markup(string text) => Spectre.Console.Markup.Escape(text).Replace(":", ":[default][/]");
}
