namespace Parley.Server.Storage.Postgres;

/// <summary>Artificial words that no text contains, stored with a message's own words: its project, and its block of the log. A search asks for them
/// too.</summary>
/// <remarks>An inverted index has no order. To find the newest few messages with a word that half of ten million messages contain, it would collect
/// all of them. If the query also has a block, the index skips everything outside the block. So a search looks at the newest blocks first, and
/// searches without a block only for words that are too rare in those.</remarks>
internal static class SearchMarks
{
    private const int BlockBits = 14;

    /// <summary>A text's marks, in the text format of an array.</summary>
    internal static string Of(int project, long place) => $"{{#p{project},#b{place >> BlockBits}}}";

    /// <summary>A <c>tsquery</c> that matches everything in a project.</summary>
    internal static string Project(int project) => $"'#p{project}'";

    /// <summary>The first place of the block that comes this many blocks before that of a place.</summary>
    internal static long Back(long place, int blocks) => ((place >> BlockBits) - blocks) << BlockBits;

    /// <summary>A <c>tsquery</c> that matches any of several blocks, from a place's block backward.</summary>
    internal static string Blocks(long place, int count) =>
        $"({string.Join(" | ", Enumerable.Range(0, count).Select(back => $"'#b{(place >> BlockBits) - back}'"))})";
}
