using System.Globalization;
using System.Text;

namespace Parley.Server.Storage.Postgres;

/// <summary>News in the text of notifications: the number of the sending node, then the numbers of each item, separated by commas:
/// <c>7;12,345,5;12,346,5;...</c>.</summary>
internal static class NumberText
{
    /// <param name="numbers">Adds the numbers of one item.</param>
    /// <returns>As many texts as needed, in order.</returns>
    internal static IEnumerable<string> Of<T>(int node, IReadOnlyList<T> news, Action<T, List<long>> numbers)
    {
        var (text, all) = (new StringBuilder(), new List<long>());
        foreach (var one in news)
        {
            if (text.Length == 0)
                text.Append(CultureInfo.InvariantCulture, $"{node}");
            all.Clear();
            numbers(one, all);
            for (var i = 0; i < all.Count; i++)
                text.Append(i == 0 ? ';' : ',').Append(CultureInfo.InvariantCulture, $"{all[i]}");
            if (text.Length < PostgresWake.MostText)
                continue;
            yield return text.ToString();
            text.Clear();
        }

        if (text.Length > 0)
            yield return text.ToString();
    }

    /// <param name="least">The fewest numbers that an item has.</param>
    /// <param name="read">Makes an item from its numbers. A newer node may have added more of them.</param>
    /// <returns>Empty if the text is not from another node.</returns>
    internal static IReadOnlyList<T> Read<T>(string text, int ownNode, int least, Func<IReadOnlyList<long>, T> read)
    {
        var parts = text.Split(';');
        if (!int.TryParse(parts[0], CultureInfo.InvariantCulture, out var node) || node == ownNode)
            return [];
        var (news, numbers) = (new List<T>(parts.Length - 1), new List<long>());
        foreach (var part in parts.Skip(1))
        {
            numbers.Clear();
            foreach (var number in part.Split(','))
            {
                if (!long.TryParse(number, CultureInfo.InvariantCulture, out var value))
                    return [];
                numbers.Add(value);
            }

            if (numbers.Count < least)
                return [];
            news.Add(read(numbers));
        }

        return news;
    }
}
