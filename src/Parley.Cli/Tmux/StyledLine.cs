using System.Text;

namespace Parley.Cli.Tmux;

/// <summary>A line of a screen, and which of its characters are faint. Programs show hints in an empty input faintly; without that, they would look like
/// a text that somebody has typed.</summary>
internal sealed record StyledLine(string Text, string FaintMask)
{
    private const char Escape = '\u001b';
    private const char Faint = 'f';
    private const char Reverse = 'r';
    private const char Plain = '.';

    /// <summary>Reads lines as <c>capture-pane -e</c> prints them. Styles go on from line to line.</summary>
    public static IReadOnlyList<StyledLine> Read(IEnumerable<string> lines)
    {
        var (faint, reverse) = (false, false);
        var read = new List<StyledLine>();
        foreach (var line in lines)
        {
            var (text, mask) = (new StringBuilder(line.Length), new StringBuilder(line.Length));
            for (var at = 0; at < line.Length; at++)
            {
                if (line[at] != Escape)
                {
                    // What programs use to keep a blank from wrapping is a blank.
                    text.Append(line[at] == '\u00a0' ? ' ' : line[at]);
                    mask.Append(reverse ? Reverse : faint ? Faint : Plain);
                    continue;
                }

                var end = at + 1;
                if (end < line.Length && line[end] == '[')
                {
                    end++;
                    while (end < line.Length && line[end] is not (>= '@' and <= '~'))
                        end++;
                    if (end < line.Length && line[end] == 'm')
                        (faint, reverse) = Style(line.AsSpan(at + 2, end - at - 2), faint, reverse);
                }

                at = end;
            }

            read.Add(new StyledLine(text.ToString(), mask.ToString()));
        }

        return read;
    }

    /// <summary>Whether all that is visible from a column on is faint. The character under the cursor is reversed, whatever it was.</summary>
    public bool IsFaintFrom(int column)
    {
        var faint = false;
        for (var at = column; at < Text.Length; at++)
        {
            if (Text[at] == ' ' || FaintMask[at] == Reverse)
                continue;
            if (FaintMask[at] != Faint)
                return false;
            faint = true;
        }

        return faint;
    }

    private static (bool Faint, bool Reverse) Style(ReadOnlySpan<char> codes, bool faint, bool reverse)
    {
        var parts = codes.ToString().Split(';');
        for (var index = 0; index < parts.Length; index++)
        {
            switch (parts[index])
            {
                case "" or "0":
                    (faint, reverse) = (false, false);
                    break;
                case "2":
                    faint = true;
                    break;
                case "22":
                    faint = false;
                    break;
                case "7":
                    reverse = true;
                    break;
                case "27":
                    reverse = false;
                    break;
                case "38" or "48" or "58":
                    // A color of its own: 38;5;N or 38;2;R;G;B.
                    index += index + 1 < parts.Length && parts[index + 1] == "2" ? 4 : 2;
                    break;
            }
        }

        return (faint, reverse);
    }
}
