namespace Parley.Server.Reservations;

/// <summary>A set of characters (Unicode scalar values) that a name can contain: sorted ranges that do not touch each other.</summary>
internal sealed class CharacterSet
{
    private const int Last = 0x10FFFF;

    /// <summary>In the order in which examples prefer them.</summary>
    private static readonly (int From, int To)[] Readable = [('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_'), ('-', '.'), ('!', '~'), (' ', ' ')];

    /// <summary>Shared, because nearly all names consist of these, and the names of all reservations are in memory.</summary>
    private static readonly CharacterSet[] Ascii = [.. Enumerable.Range(0, 128).Select(character => new CharacterSet([(character, character)]))];

    private readonly (int From, int To)[] _ranges;

    private CharacterSet((int From, int To)[] ranges) => _ranges = ranges;

    /// <summary>Every character except the slash, NUL, and surrogates, which no name contains.</summary>
    internal static CharacterSet Any { get; } = new([(1, '/' - 1), ('/' + 1, 0xD7FF), (0xE000, Last)]);

    /// <summary>Without the capital letters: if case does not matter, all letters are read as small ones.</summary>
    internal static CharacterSet AnySmall { get; } = new([(1, '/' - 1), ('/' + 1, 'A' - 1), ('Z' + 1, 0xD7FF), (0xE000, Last)]);

    internal bool IsEmpty => _ranges.Length == 0;

    /// <summary>The only character; null if there are more, or none.</summary>
    internal int? Single => _ranges is [var (from, to)] && from == to ? from : null;

    internal static CharacterSet Of(int character) => character < Ascii.Length ? Ascii[character] : new CharacterSet([(character, character)]);

    /// <param name="ranges">In any order; they may overlap.</param>
    internal static CharacterSet Of(IEnumerable<(int From, int To)> ranges)
    {
        var merged = new List<(int From, int To)>();
        foreach (var (from, to) in ranges.Where(range => range.From <= range.To).OrderBy(range => range.From))
        {
            if (merged.Count > 0 && from <= merged[^1].To + 1)
                merged[^1] = (merged[^1].From, Math.Max(merged[^1].To, to));
            else
                merged.Add((from, to));
        }

        return new CharacterSet([.. merged]);
    }

    /// <summary>Git folds only the letters of ASCII.</summary>
    internal static int Small(int character) => character is >= 'A' and <= 'Z' ? character + ('a' - 'A') : character;

    internal CharacterSet Not()
    {
        var rest = new List<(int From, int To)>();
        var next = 0;
        foreach (var (from, to) in _ranges)
        {
            if (from > next)
                rest.Add((next, from - 1));
            next = to + 1;
        }

        if (next <= Last)
            rest.Add((next, Last));
        return new CharacterSet([.. rest]);
    }

    internal CharacterSet And(CharacterSet other)
    {
        var both = new List<(int From, int To)>();
        for (int i = 0, j = 0; i < _ranges.Length && j < other._ranges.Length;)
        {
            var (one, two) = (_ranges[i], other._ranges[j]);
            var (from, to) = (Math.Max(one.From, two.From), Math.Min(one.To, two.To));
            if (from <= to)
                both.Add((from, to));
            if (one.To < two.To)
                i++;
            else
                j++;
        }

        return new CharacterSet([.. both]);
    }

    /// <summary>With the small letter for each capital one.</summary>
    internal CharacterSet WithSmall() => Of(_ranges.Concat(
        _ranges.Where(range => range.From <= 'Z' && range.To >= 'A').Select(range => (Small(Math.Max(range.From, 'A')), Small(Math.Min(range.To, 'Z'))))));

    internal bool Contains(int character)
    {
        foreach (var (from, to) in _ranges)
        {
            if (character <= to)
                return character >= from;
        }

        return false;
    }

    /// <summary>Whether there is a character that both sets contain.</summary>
    internal bool Meets(CharacterSet other)
    {
        for (int i = 0, j = 0; i < _ranges.Length && j < other._ranges.Length;)
        {
            var (one, two) = (_ranges[i], other._ranges[j]);
            if (Math.Max(one.From, two.From) <= Math.Min(one.To, two.To))
                return true;
            if (one.To < two.To)
                i++;
            else
                j++;
        }

        return false;
    }

    /// <summary>A character that both sets contain, if possible a letter.</summary>
    internal bool TryMeet(CharacterSet other, out int character)
    {
        if (Single is { } only && other.Single is { } others)
        {
            character = only;
            return only == others;
        }

        var both = And(other)._ranges;
        character = 0;
        if (both.Length == 0)
            return false;
        character = both[0].From;
        foreach (var (from, to) in Readable)
        {
            foreach (var range in both)
            {
                if (Math.Max(range.From, from) > Math.Min(range.To, to))
                    continue;
                character = Math.Max(range.From, from);
                return true;
            }
        }

        return true;
    }
}
