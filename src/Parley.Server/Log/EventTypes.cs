namespace Parley.Server.Log;

/// <summary>The event types that a reader wants. A type consists of words separated by dots. In a filter, <c>*</c> matches any characters within a
/// word, and <c>&gt;</c> at the end matches one or more words. Empty for all types.</summary>
internal sealed class EventTypes
{
    private readonly HashSet<string> _exact = new(StringComparer.Ordinal);
    private readonly List<string> _patterns = [];

    internal EventTypes(IEnumerable<string> wanted)
    {
        foreach (var one in wanted)
        {
            if (one.AsSpan().ContainsAny('*', '>'))
                _patterns.Add(one);
            else
                _exact.Add(one);
        }
    }

    internal static EventTypes All { get; } = new([]);

    internal bool Take(string type)
    {
        if ((_exact.Count == 0 && _patterns.Count == 0) || _exact.Contains(type))
            return true;
        foreach (var pattern in _patterns)
        {
            if (Matches(pattern, type))
                return true;
        }

        return false;
    }

    internal static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> type)
    {
        while (true)
        {
            if (pattern is ">")
                return type.Length > 0;
            var (dot, given) = (pattern.IndexOf('.'), type.IndexOf('.'));
            if (!MatchesWord(dot < 0 ? pattern : pattern[..dot], given < 0 ? type : type[..given]))
                return false;
            if (dot < 0 || given < 0)
                return dot < 0 && given < 0;
            pattern = pattern[(dot + 1)..];
            type = type[(given + 1)..];
        }
    }

    private static bool MatchesWord(ReadOnlySpan<char> pattern, ReadOnlySpan<char> word)
    {
        // If a star matched too little, extend it by one character and try the rest again.
        int at = 0, given = 0, star = -1, taken = 0;
        while (given < word.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
                (star, taken, at) = (at, given, at + 1);
            else if (at < pattern.Length && pattern[at] == word[given])
                (at, given) = (at + 1, given + 1);
            else if (star >= 0)
                (at, taken, given) = (star + 1, taken + 1, taken + 1);
            else
                return false;
        }

        return pattern[at..].Trim('*').IsEmpty;
    }
}
