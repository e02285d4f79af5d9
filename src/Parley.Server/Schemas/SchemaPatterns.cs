using System.Text;
using System.Text.RegularExpressions;

namespace Parley.Server.Schemas;

/// <summary>The regular expressions of schemas, in a form that reads each text only once. So none can run forever, and no timeout is
/// needed.</summary>
internal static class SchemaPatterns
{
    internal const int Longest = 1_000;

    /// <returns>Null, with the reason, if the expression cannot be matched that way.</returns>
    internal static (Regex? Regex, string? Reason) Compile(string pattern)
    {
        if (pattern.Length > Longest)
            return (null, $"is longer than {Longest} characters");
        try
        {
            return (new Regex(AsWritten(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant), null);
        }
        catch (NotSupportedException)
        {
            return (null, "needs backtracking, or repeats too often: lookarounds, backreferences, atomic groups, and large counts could run forever");
        }
        catch (ArgumentException)
        {
            return (null, "is not a regular expression");
        }
    }

    /// <summary>Where JSON Schema's regular expressions (ECMA-262) differ from .NET's: <c>$</c> is the very end, and <c>\d</c> and <c>\w</c> are
    /// ASCII.</summary>
    private static string AsWritten(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var letter = pattern[i];
            if (letter == '\\' && i + 1 < pattern.Length)
            {
                text.Append((pattern[++i], inClass) switch
                {
                    ('d', false) => "[0-9]",
                    ('D', false) => "[^0-9]",
                    ('w', false) => "[A-Za-z0-9_]",
                    ('W', false) => "[^A-Za-z0-9_]",
                    ('d', true) => "0-9",
                    ('w', true) => "A-Za-z0-9_",
                    var (escaped, _) => $"\\{escaped}",
                });
                continue;
            }

            inClass = letter switch { '[' => true, ']' => false, _ => inClass };
            text.Append(letter == '$' && !inClass ? @"\z" : letter.ToString());
        }

        return text.ToString();
    }
}
