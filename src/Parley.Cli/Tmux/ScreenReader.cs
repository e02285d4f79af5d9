using System.Text.RegularExpressions;

namespace Parley.Cli.Tmux;

/// <summary>Reads the state of a program from its screen. The rules were made from screens of the real programs: Claude Code 2.1.332, Codex 0.171.0,
/// Gemini CLI 0.61.0, Copilot CLI 1.0.102.</summary>
/// <remarks>A pane counts as idle only if its cursor is in the input of the program. What a model writes can look like an empty input, but the cursor is
/// not in it.</remarks>
internal static partial class ScreenReader
{
    /// <summary>The most lines of a draft that are read.</summary>
    private const int LongestDraft = 40;

    /// <summary>How far above the input a program shows that it works.</summary>
    private const int LinesAbove = 6;

    /// <summary>A hint or two, or a status line of the user's own.</summary>
    private const int MostBelow = 6;

    private static readonly Dictionary<PaneHarness, InputRule> Inputs = new()
    {
        [PaneHarness.Claude] = new("❯", IsFramed: true, ["esc to interrupt"], []),
        [PaneHarness.Copilot] = new("❯", IsFramed: true, ["Working esc", "esc to cancel", "esc to interrupt"], []),
        [PaneHarness.Codex] = new("›", IsFramed: false, ["esc to interrupt"], ["Ask Codex to do anything"]),
        [PaneHarness.Gemini] = new(">*", IsFramed: false, ["esc to cancel"], ["Type your message or @path/to/file"]),
    };

    /// <summary>Whether the state of such a program can be read without the text of its prompt.</summary>
    public static bool Knows(PaneHarness? harness) => harness is { } known && Inputs.ContainsKey(known);

    /// <param name="harness">The program in the pane; null if it is none that Parley knows.</param>
    /// <param name="pane">The pane at the moment of the lines.</param>
    /// <param name="lines">The visible screen.</param>
    public static ScreenState Read(PaneHarness? harness, Pane pane, IReadOnlyList<StyledLine> lines)
    {
        if (pane.Prompt is { } prompt)
            return AtPrompt(prompt, pane.CursorY, lines);
        if (harness is not { } known)
            return new ScreenState.Unknown("no agent program that Parley knows runs in it");
        if (!Inputs.TryGetValue(known, out var rule))
            return new ScreenState.Unknown($"the screens of {known} are not known");
        return Find(rule, pane.CursorY, lines) is var (first, last) ? InInput(rule, first, last, lines, pane.Title) : Elsewhere(rule, lines);
    }

    /// <summary>How often a text is on the screen, however it is wrapped.</summary>
    public static int Count(IReadOnlyList<StyledLine> lines, string text)
    {
        var (all, wanted) = (WakeText.Squeeze(string.Concat(lines.Select(line => line.Text))), WakeText.Squeeze(text));
        var count = 0;
        for (var at = all.IndexOf(wanted, StringComparison.Ordinal); at >= 0; at = all.IndexOf(wanted, at + wanted.Length, StringComparison.Ordinal))
            count++;
        return count;
    }

    /// <summary>The lines of the input that the cursor is in; null if it is in none.</summary>
    private static (int First, int Last)? Find(InputRule rule, int cursor, IReadOnlyList<StyledLine> lines)
    {
        if (cursor >= lines.Count)
            return null;
        var first = cursor;
        while (!rule.Starts(lines[first].Text))
        {
            // The further lines of a draft are indented.
            if (first == 0 || cursor - first > LongestDraft || !lines[first].Text.StartsWith("  ", StringComparison.Ordinal))
                return null;
            first--;
        }

        var last = cursor;
        while (last + 1 < lines.Count && !IsRule(lines[last + 1].Text) && (rule.IsFramed || IsMore(lines[last + 1].Text)))
            last++;
        if (rule.IsFramed && (first == 0 || !IsRule(lines[first - 1].Text) || last + 1 >= lines.Count || !IsRule(lines[last + 1].Text)))
            return null;
        var below = lines.Skip(last + 1).Count(line => line.Text.Trim().Length > 0 && !IsRule(line.Text));
        return below > MostBelow ? null : (first, last);
    }

    private static ScreenState InInput(InputRule rule, int first, int last, IReadOnlyList<StyledLine> lines, string title)
    {
        var around = lines.Skip(Math.Max(first - LinesAbove, 0)).Take(first - Math.Max(first - LinesAbove, 0)).Concat(lines.Skip(last + 1)).ToList();
        if (around.Exists(line => rule.Busy.Any(sign => line.Text.Contains(sign, StringComparison.OrdinalIgnoreCase)) || Spinner().IsMatch(line.Text)) ||
            title.StartsWith('✦'))
        {
            return ScreenState.Busy;
        }

        var start = rule.TextStart(lines[first].Text);
        var text = string.Join('\n', lines.Skip(first).Take(last - first + 1).Select((line, index) => index == 0 ? Tail(line.Text, start) : line.Text.Trim())).Trim();
        if (Choice().IsMatch(text))
            return new ScreenState.Dialog(text);
        var isHint = text.Length == 0 || rule.Hints.Contains(text) || (first == last && lines[first].IsFaintFrom(start));
        return isHint ? ScreenState.Idle : new ScreenState.Draft(text);
    }

    private static ScreenState Elsewhere(InputRule rule, IReadOnlyList<StyledLine> lines)
    {
        var question = lines.LastOrDefault(line => Asks().IsMatch(line.Text)) ?? lines.LastOrDefault(line => Choice().IsMatch(line.Text.Trim(' ', '│', '❯', '›', '●')));
        if (question is not null)
            return new ScreenState.Dialog(question.Text.Trim(' ', '│'));
        return lines.Any(line => rule.Busy.Any(sign => line.Text.Contains(sign, StringComparison.OrdinalIgnoreCase)))
            ? ScreenState.Busy
            : new ScreenState.Unknown("its input is not on the screen");
    }

    /// <summary>A program with a prompt that an operator has described: everything but the prompt is work.</summary>
    private static ScreenState AtPrompt(string prompt, int cursor, IReadOnlyList<StyledLine> lines)
    {
        var sign = prompt.TrimEnd();
        for (var first = Math.Min(cursor, lines.Count - 1); first >= 0 && cursor - first < LongestDraft; first--)
        {
            if (!lines[first].Text.StartsWith(sign, StringComparison.Ordinal))
                continue;
            var text = string.Concat(lines.Skip(first).Take(cursor - first + 1).Select((line, index) => index == 0 ? Tail(line.Text, sign.Length) : line.Text)).Trim();
            // An empty line below a prompt is one of a program that was started there.
            return text.Length > 0 ? lines[cursor].Text.Length > 0 ? new ScreenState.Draft(text) : ScreenState.Busy : first == cursor ? ScreenState.Idle : ScreenState.Busy;
        }

        return ScreenState.Busy;
    }

    private static string Tail(string text, int start) => start < text.Length ? text[start..].Trim() : "";

    private static bool IsMore(string text) => text.StartsWith("  ", StringComparison.Ordinal) && text.Trim().Length > 0;

    private static bool IsRule(string text) => text.StartsWith("──────────", StringComparison.Ordinal);

    [GeneratedRegex(@"^\d+\. ", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Choice();

    [GeneratedRegex(
        "Do you want to|Do you trust|Would you like to|Enter to (confirm|select|submit)|Esc to cancel|to navigate|Press enter|Allow (execution|once)|Waiting for confirmation",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Asks();

    [GeneratedRegex("^[·✢✳✶✻✽*] .*…", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Spinner();

    /// <summary>What the input of a program looks like.</summary>
    /// <param name="Signs">The characters that it starts with, each on its own.</param>
    /// <param name="IsFramed">Whether it is between two horizontal rules.</param>
    /// <param name="Busy">What the screen shows near it during a turn.</param>
    /// <param name="Hints">What it shows while it is empty, where that is not faint.</param>
    private sealed record InputRule(string Signs, bool IsFramed, string[] Busy, string[] Hints)
    {
        public bool Starts(string line)
        {
            var at = line.StartsWith(' ') ? 1 : 0;
            return line.Length > at && Signs.Contains(line[at]) && (line.Length == at + 1 || line[at + 1] == ' ');
        }

        public int TextStart(string line) => (line.StartsWith(' ') ? 1 : 0) + 1;
    }
}
