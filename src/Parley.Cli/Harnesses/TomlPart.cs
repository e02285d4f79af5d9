using System.Text.RegularExpressions;

namespace Parley.Cli.Harnesses;

/// <summary>The MCP server in a TOML file: a block at its end, between two comments by which it is found again.</summary>
/// <param name="lines">What stands between them.</param>
internal sealed partial class TomlPart(string file, IReadOnlyList<string> lines) : SettingsPart(file, "MCP server")
{
    private const string Begin = "# >>> parley: 'parley hook remove codex' takes this out", End = "# <<< parley";

    internal override bool IsIn(string text) => text.Contains(Block(NewLine(text)), StringComparison.Ordinal);

    internal override bool IsPartlyIn(string text) => Find(text) is not null;

    internal override string PutIn(string? text)
    {
        if (text is null)
            return Block("\n");
        if (IsIn(text))
            return text;
        if (TakeOut(text) is not { } left)
            return Block("\n");
        TomlText.Check(left);
        if (Table().IsMatch(left) || Key().IsMatch(left))
            throw new SettingsException("has an MCP server 'parley' that this command did not install", "Remove that table, or keep it and use --no-mcp.");
        if (Inline().IsMatch(left))
            throw new SettingsException("has 'mcp_servers' as a value, to which no table can be added", "Write its servers as tables, [mcp_servers.NAME], and run this again.");
        // Always one line end more than the file needs, so that taking the block out gives the same file again.
        return left + NewLine(left) + Block(NewLine(left));
    }

    internal override string? TakeOut(string text)
    {
        if (Find(text) is not { } place)
            return text;
        var (from, to) = place;
        var isNew = from == 0;
        // The line end that was put in before the block, unless it has come to separate two lines of the user.
        if (from > 0 && (to == text.Length || from == 1 || text[from - 2] == '\n' || (text[from - 2] == '\r' && text.AsSpan(0, from - 2).EndsWith("\n"))))
            from -= from > 1 && text[from - 2] == '\r' ? 2 : 1;
        var left = text.Remove(from, to - from);
        return isNew && left.Length == 0 ? null : left;
    }

    private static (int From, int To)? Find(string text)
    {
        var from = text.IndexOf(Begin, StringComparison.Ordinal);
        var end = from < 0 ? -1 : text.IndexOf(End, from, StringComparison.Ordinal);
        if (end < 0)
            return from < 0 ? null : throw new SettingsException($"has the line '{Begin}' without the line '{End}' that ends it", "Add that line, or remove the block, and run this again.");
        end += End.Length;
        if (end < text.Length && text[end] == '\r')
            end++;
        return (from, end < text.Length && text[end] == '\n' ? end + 1 : end);
    }

    private static string NewLine(string text) => text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    private string Block(string newLine) => string.Join(newLine, [Begin, .. lines, End, ""]);

    [GeneratedRegex(@"^[ \t]*\[[ \t]*mcp_servers[ \t]*\.[ \t]*[""']?parley[""']?[ \t]*[.\]]", RegexOptions.Multiline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Table();

    [GeneratedRegex(@"^[ \t]*(mcp_servers[ \t]*\.[ \t]*)?[""']?parley[""']?[ \t]*[.=]", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Key();

    [GeneratedRegex(@"^[ \t]*mcp_servers[ \t]*=", RegexOptions.Multiline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Inline();
}
