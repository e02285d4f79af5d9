using System.Text;

namespace Parley.Server.Wire;

/// <summary>Names that are reserved for Parley and its people, and names that look like them: people would trust an agent with such a name.</summary>
internal static class ReservedNames
{
    /// <summary>Letters of other scripts, digits, and symbols that look like a letter in the reserved names
    /// (https://www.unicode.org/Public/security/latest/confusables.txt).</summary>
    private static readonly Dictionary<int, char> LookAlikes = Make(
        ('a', "4@\u0430\u03B1\u0251"), ('e', "3\u0435\u0454\u03B5"), ('h', "\u04BB\u0570"), ('l', "i1|!\u0456\u04CF\u0131\u03B9\u2223"), ('m', "\u043C\u03BC\u1D0D"),
        ('n', "\u043F\u0578\u03B7"), ('o', "0\u043E\u03BF\u0585\u04E9\u00F8"), ('p', "\u0440\u03C1\u2374"), ('r', "\u0433\u1D26"), ('s', "5$\u0455\u0282"),
        ('t', "7+\u0442\u03C4"), ('u', "\u03C5\u057D\u1D1C"), ('y', "\u0443\u04AF\u03B3"));

    // After the table, which it needs when it is created.
    private static readonly HashSet<string> Skeletons = new(new[] { "human", "operator", "parley", "system" }.Select(SkeletonOf), StringComparer.Ordinal);

    /// <summary>Whether the text looks like one of them.</summary>
    internal static bool IsReserved(string text) => Skeletons.Contains(SkeletonOf(text));

    /// <summary>The letters that a text looks like, without case, accents, spaces, and symbols in between.</summary>
    private static string SkeletonOf(string text)
    {
        var letters = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (PlainLetters.Of(rune) is not { } plain)
                continue;
            if (LookAlikes.TryGetValue(plain.Value, out var letter))
                letters.Append(letter);
            else if (Rune.IsLetterOrDigit(plain))
                letters.Append(plain);
        }

        return letters.Replace("rn", "m").ToString();
    }

    private static Dictionary<int, char> Make(params (char Letter, string Like)[] table) =>
        table.SelectMany(row => row.Like.EnumerateRunes().Select(rune => (rune.Value, row.Letter))).DistinctBy(pair => pair.Value).ToDictionary();
}
