using System.Buffers;
using System.Text;

namespace Parley.Server.Wire;

/// <summary>The characters allowed in the wire's names, and how a display name becomes an id.</summary>
internal static class WireNames
{
    public const int LongestAgentId = 255;
    public const int LongestProjectId = 64;
    public const int LongestMessageType = 50;

    private static readonly SearchValues<char> IdLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    private static readonly SearchValues<char> TypeLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_.-");

    // Words that are used, or may be used later, in place of an id in a path.
    private static readonly string[] WordsOfPaths = ["human", "online", "recent", "register"];

    public static bool IsAgentId(string text) => IsId(text, LongestAgentId) && !IsReserved(text);

    public static bool IsReserved(string text) => WordsOfPaths.Contains(text, StringComparer.OrdinalIgnoreCase) || ReservedNames.IsReserved(text);

    public static bool IsProjectId(string text) => IsId(text, LongestProjectId);

    public static bool IsMessageType(string text) =>
        text.Length is > 0 and <= LongestMessageType && !text.AsSpan().ContainsAnyExcept(TypeLetters);

    /// <summary>Whether a text is an id created by the server: a UUID with hyphens, in lower case.</summary>
    public static bool IsUuid(string text) =>
        text.Length == 36 && Guid.TryParseExact(text, "D", out _) && !text.AsSpan().ContainsAnyInRange('A', 'F');

    /// <summary>An id derived from a display name: <c>Backend Developer</c> becomes <c>Backend-Developer</c>.</summary>
    /// <returns>Null if the name has no letter or digit that an id can contain.</returns>
    public static string? ToId(string name, int longest)
    {
        var id = new StringBuilder(Math.Min(name.Length, longest));
        foreach (var letter in name)
        {
            if (id.Length == longest)
                break;
            if (char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_')
                id.Append(letter);
            else if (id.Length > 0 && id[^1] != '-')
                id.Append('-');
        }

        var made = id.ToString().Trim('-', '.');
        return made.Length > 0 ? made : null;
    }

    // The characters of '.' and '..' are allowed, but a path with them leads elsewhere.
    private static bool IsId(string text, int longest) =>
        text.Length > 0 && text.Length <= longest && text is not ("." or "..") && !text.AsSpan().ContainsAnyExcept(IdLetters);
}
