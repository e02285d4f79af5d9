using System.Text.RegularExpressions;

namespace Parley.Cli.Tmux;

/// <summary>The fixed text of wakes. It never has words of a message in it.</summary>
internal static partial class WakeText
{
    /// <summary>Whether a draft is nothing but a text of ours: this one, or one that an earlier wake left behind. It may be wrapped.</summary>
    public static bool IsOurs(string draft, string text) => Squeeze(draft) is var bare && (bare == Squeeze(text) || Wakes().IsMatch(bare));

    /// <summary>The text without blanks and line breaks, which depend on the pane's width.</summary>
    public static string Squeeze(string text) => string.Concat(text.Where(letter => !char.IsWhiteSpace(letter)));

    [GeneratedRegex(@"^(Parley:\d+messages?waiting\.Read(them|it)withtheparleyinboxtool\.)+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Wakes();
}
