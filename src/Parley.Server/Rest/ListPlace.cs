using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Rest;

/// <summary>Pages of lists that are sorted newest first, by a number that increases with each new item. <c>next</c> is the number of the last item
/// shown, so items added or removed in the meantime do not shift pages.</summary>
internal static class ListPlace
{
    /// <summary>Reads <c>after</c>: only items below <paramref name="below"/> are requested.</summary>
    public static bool TryRead(ListQuery query, out long below, [NotNullWhen(false)] out ApiProblem? problem)
    {
        below = long.MaxValue;
        problem = null;
        if (query.After is null || (long.TryParse(query.After, NumberStyles.None, CultureInfo.InvariantCulture, out below) && below > 0))
            return true;
        problem = Problems.InvalidField("after", "must be the `next` of the previous page");
        return false;
    }

    /// <summary>Makes a page from the items found.</summary>
    /// <param name="found">One item more than requested, if there is one.</param>
    public static Page<TWire> Page<T, TWire>(IReadOnlyList<T> found, int limit, Func<T, TWire> show, Func<T, long> number) => new()
    {
        Items = [.. found.Take(limit).Select(show)],
        Next = found.Count > limit ? number(found[limit - 1]).ToString(CultureInfo.InvariantCulture) : null,
    };
}
