namespace Parley.Server.Storage.Postgres;

/// <summary>Words that no text holds, put beside a message's own: its project, and the block of the log in which it stands. A search asks
/// for them too.</summary>
/// <remarks>An inverted index knows no order. Asked for a word that is in every second of ten million messages, it would gather all of them
/// to find the newest few; asked for the word and a block, it skips all that is not of the block. So a search looks into the newest blocks
/// first, and without a block only for words so rare that those hold too few.</remarks>
internal static class SearchMarks
{
    private const int BlockBits = 14;

    /// <summary>A text's marks, as the text form of an array.</summary>
    internal static string Of(int project, long place) => $"{{#p{project},#b{place >> BlockBits}}}";

    /// <summary>A <c>tsquery</c> for what is of a project.</summary>
    internal static string Project(int project) => $"'#p{project}'";

    /// <summary>The first place of the block that is so many before a place's.</summary>
    internal static long Back(long place, int blocks) => ((place >> BlockBits) - blocks) << BlockBits;

    /// <summary>A <c>tsquery</c> for one block or another, from a place's block back.</summary>
    internal static string Blocks(long place, int count) =>
        $"({string.Join(" | ", Enumerable.Range(0, count).Select(back => $"'#b{(place >> BlockBits) - back}'"))})";
}
