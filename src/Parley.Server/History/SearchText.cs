using System.Buffers;
using System.Globalization;
using System.Text;
using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>Splits a text into words, in the same way for indexing and searching on both databases.</summary>
/// <remarks>
/// <para>The text is split here and not by the databases, because each has its own rules, and neither finds anything in a text without spaces. A word
/// is a run of letters and digits, in lower case and without accents. There are no stop words and no stemming, in any language. So
/// <c>src/Mailbox.cs</c> is three consecutive words.</para>
/// <para>In scripts without spaces between words, and in Korean, which attaches particles to words, each character is a word, so a search finds text
/// anywhere.</para>
/// <para>An identifier such as <c>readNextFrame</c> is indexed as its parts, followed by the whole.</para>
/// </remarks>
internal static class SearchText
{
    /// <summary>PostgreSQL limits a <c>tsvector</c> to 1 MB. This much text, with the positions of its words, fits.</summary>
    private const int MostLetters = 256 * 1024;

    /// <summary>Anything longer is data, not a word. It can be found by its beginning.</summary>
    private const int LongestWord = 100;

    private static readonly SearchValues<char> PlainLettersAndDigits =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The words of a text in order, separated by spaces. The same words as <see cref="Words"/>, but much faster for ASCII, which most texts
    /// are.</summary>
    internal static string Joined(string text)
    {
        var letters = text.AsSpan(0, Math.Min(text.Length, MostLetters));
        return Ascii.IsValid(letters) ? JoinedPlain(letters) : string.Join(' ', Words(text));
    }

    /// <summary>The words of a text, in order.</summary>
    internal static IEnumerable<string> Words(string text) => Runs(text[..Math.Min(text.Length, MostLetters)]).SelectMany(PartsAndItself);

    /// <summary>The phrases of a search. All of them must be present, and the words of each must be consecutive. Each term is a phrase, and so is
    /// text in quotes.</summary>
    internal static IEnumerable<IReadOnlyList<string>> Phrases(string text)
    {
        var parts = text.Split('"');
        for (var i = 0; i < parts.Length; i++)
        {
            foreach (var term in i % 2 == 1 ? [parts[i]] : parts[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                var runs = Runs(term).ToList();
                // A single identifier is searched as a whole, so that its case does not matter.
                IReadOnlyList<string> phrase = runs is [var only] ? [Fold(only)] : [.. runs.SelectMany(PartsAndItself)];
                if (phrase.Count > 0)
                    yield return phrase;
            }
        }
    }

    private static string JoinedPlain(ReadOnlySpan<char> text)
    {
        // A run may be written twice, the second time in parts, and each part is followed by a space.
        var words = ArrayPool<char>.Shared.Rent((3 * text.Length) + 1);
        var length = 0;
        while (text.IndexOfAny(PlainLettersAndDigits) is >= 0 and var start)
        {
            text = text[start..];
            var end = text.IndexOfAnyExcept(PlainLettersAndDigits);
            var run = end < 0 ? text : text[..end];
            text = text[run.Length..];
            length += AddPartsAndItself(run[..Math.Min(run.Length, LongestWord)], words.AsSpan(length));
        }

        var joined = words.AsSpan(0, Math.Max(length - 1, 0)).ToString();
        ArrayPool<char>.Shared.Return(words);
        return joined;
    }

    /// <returns>How many characters were written, including the space after the last word.</returns>
    private static int AddPartsAndItself(ReadOnlySpan<char> run, Span<char> words)
    {
        var (start, length) = (0, 0);
        for (var i = 1; i < run.Length; i++)
        {
            if (!IsBoundary(run, i))
                continue;
            length += Add(run[start..i], words[length..]);
            start = i;
        }

        if (start > 0)
            length += Add(run[start..], words[length..]);
        return length + Add(run, words[length..]);
    }

    private static int Add(ReadOnlySpan<char> word, Span<char> words)
    {
        Ascii.ToLower(word, words, out var length);
        words[length] = ' ';
        return length + 1;
    }

    private static IEnumerable<string> PartsAndItself(string run)
    {
        var start = 0;
        for (var i = 1; i < run.Length; i++)
        {
            if (!IsBoundary(run, i))
                continue;
            yield return Fold(run[start..i]);
            start = i;
        }

        if (start > 0)
            yield return Fold(run[start..]);
        yield return Fold(run);
    }

    /// <summary><c>read|Next</c>, and <c>HTTP|Server</c>.</summary>
    private static bool IsBoundary(ReadOnlySpan<char> run, int at) => char.IsUpper(run[at])
        && (char.IsLower(run[at - 1]) || (char.IsUpper(run[at - 1]) && at + 1 < run.Length && char.IsLower(run[at + 1])));

    private static IEnumerable<string> Runs(string text)
    {
        var run = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            var stands = StandsAlone(rune);
            if (run.Length > 0 && (stands || !IsOfWord(rune)))
            {
                yield return run.ToString();
                run.Clear();
            }

            if (stands)
                yield return rune.ToString();
            else if (IsOfWord(rune) && run.Length < LongestWord)
                run.Append(rune);
        }

        if (run.Length > 0)
            yield return run.ToString();
    }

    private static string Fold(string word)
    {
        if (Ascii.IsValid(word))
            return word.ToLowerInvariant();
        var letters = new StringBuilder(word.Length);
        foreach (var rune in word.EnumerateRunes())
            letters.Append(PlainLetters.Of(rune));
        return letters.ToString();
    }

    private static bool IsOfWord(Rune rune) => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static bool StandsAlone(Rune rune) => rune.Value is
        (>= 0x0E00 and <= 0x0EFF) // Thai, Lao
        or (>= 0x1000 and <= 0x109F) // Myanmar
        or (>= 0x1780 and <= 0x17FF) // Khmer
        or (>= 0x3040 and <= 0x30FF) or (>= 0x31F0 and <= 0x31FF) or (>= 0xFF66 and <= 0xFF9F) // Hiragana, Katakana
        or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF) // Han
        or (>= 0xAC00 and <= 0xD7AF) // Hangul
        && IsOfWord(rune);
}
