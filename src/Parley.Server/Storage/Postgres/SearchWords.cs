using System.Text;
using Parley.Server.History;

namespace Parley.Server.Storage.Postgres;

/// <summary>A text's words, in the form in which PostgreSQL's full-text search stores and searches them.</summary>
/// <remarks>Does not use <c>to_tsvector</c>, whose parser treats a path, an address, or a version as one word.</remarks>
internal static class SearchWords
{
    // PostgreSQL's positions end here, and it keeps no more of them for one word.
    private const int LastPlace = 16_383;
    private const int MostPlaces = 255;

    /// <summary>The text format of a <c>tsvector</c>: each word with its positions.</summary>
    internal static string Vector(string text)
    {
        var places = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var place = 0;
        foreach (var word in SearchText.Words(text))
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

    /// <summary><c>tsquery</c> expressions that must all match, in their text format.</summary>
    /// <returns>Empty if there is no word to search for.</returns>
    internal static IReadOnlyList<string> Terms(string text) => [.. SearchText.Phrases(text).Select(Phrase)];

    private static string Phrase(IReadOnlyList<string> words) => words is [var only] ? $"'{only}'" : $"({string.Join(" <-> ", words.Select(word => $"'{word}'"))})";
}
