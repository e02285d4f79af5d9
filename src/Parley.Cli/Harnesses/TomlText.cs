namespace Parley.Cli.Harnesses;

/// <summary>As much of TOML as it takes to know that a table can be added at the end of a file.</summary>
internal static class TomlText
{
    /// <exception cref="SettingsException">A string or a list is not closed, so that what follows would belong to it.</exception>
    internal static void Check(string text)
    {
        var (line, depth) = (1, 0);
        for (var at = 0; at < text.Length; at++)
        {
            var letter = text[at];
            if (letter == '\n')
                line++;
            else if (letter == '#')
                at = (text.IndexOf('\n', at) is >= 0 and var end ? end : text.Length) - 1;
            else if (letter is '"' or '\'')
                at = StringEnd(text, at, ref line);
            else if (letter is '[' or '{')
                depth++;
            else if (letter is ']' or '}' && --depth < 0)
                throw new SettingsException($"is not valid TOML: there is a '{letter}' too many in line {line}", "Correct it, and run this again.");
        }

        if (depth > 0)
            throw new SettingsException("is not valid TOML: a bracket is not closed", "Correct it, and run this again.");
    }

    /// <returns>The place of the last quote.</returns>
    private static int StringEnd(string text, int at, ref int line)
    {
        var (quote, first) = (text[at], line);
        var isLong = at + 2 < text.Length && text[at + 1] == quote && text[at + 2] == quote;
        for (at += isLong ? 3 : 1; at < text.Length; at++)
        {
            if (text[at] == '\n')
            {
                line++;
                if (!isLong)
                    break;
            }
            else if (text[at] == '\\' && quote == '"')
            {
                at++;
            }
            else if (text[at] == quote && (!isLong || (at + 2 < text.Length && text[at + 1] == quote && text[at + 2] == quote)))
            {
                if (!isLong)
                    return at;
                // Up to two quotes may stand before the three that end it.
                while (at + 3 < text.Length && text[at + 3] == quote)
                    at++;
                return at + 2;
            }
        }

        throw new SettingsException($"is not valid TOML: the string in line {first} is not closed", "Correct it, and run this again.");
    }
}
