namespace Parley.Server.Wire;

/// <summary>What fits into a model's context, estimated.</summary>
internal static class TokenBudget
{
    /// <summary>The usual estimate for English text and JSON. Counting exactly would take the tokenizer of the reader's model.</summary>
    internal const int CharactersPerToken = 4;

    internal const int MostTokens = 1_000_000;

    /// <summary>Marks where a text was cut.</summary>
    private const string Ellipsis = "…";

    /// <summary>The beginning of a text, with an ellipsis: at the end of a word if there is one, and never within a character.</summary>
    /// <param name="most">How many characters may remain; fewer than the text has.</param>
    internal static string Cut(string text, int most)
    {
        if (most < Ellipsis.Length)
            return "";
        var end = most - Ellipsis.Length;
        if (end > 0 && char.IsLowSurrogate(text[end]))
            end--;
        var word = text.AsSpan(0, end).LastIndexOfAny(' ', '\n');
        return string.Concat(text.AsSpan(0, word > end / 2 ? word : end), Ellipsis);
    }
}
