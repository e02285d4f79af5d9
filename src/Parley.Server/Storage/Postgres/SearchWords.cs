using System.Text;
using Parley.Server.History;

namespace Parley.Server.Storage.Postgres;

/// <summary>A text's words as PostgreSQL's full-text search stores and asks for them.</summary>
/// <remarks>Not split by <c>to_tsvector</c>, whose parser takes a path, an address, or a version for one word.</remarks>
internal static class SearchWords
{
    // PostgreSQL counts no further, and keeps no more places of one word.
    private const int LastPlace = 16_383;
    private const int MostPlaces = 255;

    /// <summary>The text form of a <c>tsvector</c>: each word with the places where it stands.</summary>
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

    /// <summary>The text forms of <c>tsquery</c> that must all hold.</summary>
    /// <returns>Empty when there is no word to look for.</returns>
    internal static IReadOnlyList<string> Terms(string text) => [.. SearchText.Phrases(text).Select(Phrase)];

    private static string Phrase(IReadOnlyList<string> words) => words is [var only] ? $"'{only}'" : $"({string.Join(" <-> ", words.Select(word => $"'{word}'"))})";
}
