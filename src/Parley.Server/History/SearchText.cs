using System.Buffers;
using System.Globalization;
using System.Text;
using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>The words of a text, as both databases index them and look for them.</summary>
/// <remarks>
/// <para>Split here and not by the databases, which each have rules of their own and find nothing in a text without spaces. A word is a run of letters and
/// digits, in lower case and without accents; none is left out or cut to its stem, in any language. So <c>src/Mailbox.cs</c> is three words that follow
/// each other.</para>
/// <para>In scripts that put no space between words, and in Korean, which joins particles to them, each character is a word: what is looked for is found
/// wherever it stands.</para>
/// <para>An identifier such as <c>readNextFrame</c> is its parts, and then itself.</para>
/// </remarks>
internal static class SearchText
{
    /// <summary>A <c>tsvector</c> of PostgreSQL takes 1 MB; this, with the places of its words, fits.</summary>
    private const int MostLetters = 256 * 1024;

    /// <summary>What is longer is no word but data: its beginning finds it.</summary>
    private const int LongestWord = 100;

    private static readonly SearchValues<char> PlainLettersAndDigits =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The words of a content, in their order, with a space between. The same as those of <see cref="Words"/>, at a fraction of the cost for
    /// the ASCII that most texts are.</summary>
    internal static string Joined(string text)
    {
        var letters = text.AsSpan(0, Math.Min(text.Length, MostLetters));
        return Ascii.IsValid(letters) ? JoinedPlain(letters) : string.Join(' ', Words(text));
    }

    /// <summary>The words of a content, in their order.</summary>
    internal static IEnumerable<string> Words(string text) => Runs(text[..Math.Min(text.Length, MostLetters)]).SelectMany(PartsAndItself);

    /// <summary>What a person looks for: phrases that must all be there, each of words that must follow each other. Each term is a phrase, and so is what
    /// stands in quotes.</summary>
    internal static IEnumerable<IReadOnlyList<string>> Phrases(string text)
    {
        var parts = text.Split('"');
        for (var i = 0; i < parts.Length; i++)
        {
            foreach (var term in i % 2 == 1 ? [parts[i]] : parts[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                var runs = Runs(term).ToList();
                // An identifier alone is looked for as itself, so that upper case does not matter.
                IReadOnlyList<string> phrase = runs is [var only] ? [Fold(only)] : [.. runs.SelectMany(PartsAndItself)];
                if (phrase.Count > 0)
                    yield return phrase;
            }
        }
    }

    private static string JoinedPlain(ReadOnlySpan<char> text)
    {
        // A run may be written twice, once in parts, and each part is followed by a space.
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

    /// <returns>How many characters it wrote, the space after the last word included.</returns>
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
