using System.Globalization;
using System.Text;

namespace Parley.Server.Storage.Postgres;

/// <summary>A text's words as PostgreSQL's full-text search stores and asks for them.</summary>
/// <remarks>Split here and not by <c>to_tsvector</c>, whose parser takes a path, an address or a version for one word, so that nobody
/// would find <c>Mailbox</c> in <c>src/Mailbox.cs</c>. A word is a run of letters and digits in lower case, as in SQLite's index, but for
/// accents, which count here; and no word is left out or cut to its stem, in any language.</remarks>
internal static class SearchWords
{
    /// <summary>A <c>tsvector</c> takes 1 MB; twice this, with the places of its words, fits.</summary>
    private const int MostLetters = 256 * 1024;

    /// <summary>What is longer is no word but data: its beginning finds it.</summary>
    private const int LongestWord = 100;

    // PostgreSQL counts no further, and keeps no more places of one word.
    private const int LastPlace = 16_383;
    private const int MostPlaces = 255;

    /// <summary>The text form of a <c>tsvector</c>: each word with the places where it stands.</summary>
    internal static string Vector(string text)
    {
        var places = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var place = 0;
        foreach (var word in Split(text))
        {
            place = Math.Min(place + 1, LastPlace);
            if (!places.TryGetValue(word, out var list))
                places.Add(word, list = []);
            if (list.Count < MostPlaces)
                list.Add(place);
        }

        var vector = new StringBuilder(text.Length * 2);
        foreach (var (word, list) in places)
            vector.Append('\'').Append(word).Append("':").AppendJoin(',', list).Append(' ');
        return vector.ToString();
    }

    /// <summary>The text forms of <c>tsquery</c> that must all hold: every word must be there, those in quotes side by side. So must what one run of
    /// other signs joins: <c>src/Mailbox</c> is two words that follow each other.</summary>
    /// <returns>Empty when there is no word to look for.</returns>
    internal static IReadOnlyList<string> Terms(string text)
    {
        var phrases = new List<string>();
        var parts = text.Split('"');
        for (var i = 0; i < parts.Length; i++)
        {
            var terms = i % 2 == 1 ? [parts[i]] : parts[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            phrases.AddRange(terms.Select(Phrase).Where(phrase => phrase.Length > 0));
        }

        return phrases;
    }

    private static string Phrase(string term)
    {
        var words = Split(term).Select(word => $"'{word}'").ToList();
        return words.Count > 1 ? $"({string.Join(" <-> ", words)})" : string.Concat(words);
    }

    private static IEnumerable<string> Split(string text)
    {
        var word = new StringBuilder();
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, MostLetters)).ToString().EnumerateRunes())
        {
            if (IsOfWord(letter))
            {
                if (word.Length < LongestWord)
                    word.Append(Rune.ToLowerInvariant(letter));
            }
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }

        if (word.Length > 0)
            yield return word.ToString();
    }

    private static bool IsOfWord(Rune letter) => Rune.IsLetterOrDigit(letter) || Rune.GetUnicodeCategory(letter) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
}
