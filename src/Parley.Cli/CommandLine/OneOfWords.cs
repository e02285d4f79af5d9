using System.CommandLine;

namespace Parley.Cli.CommandLine;

/// <summary>Options and arguments that take one of a few words.</summary>
internal static class OneOfWords
{
    /// <summary>Accepts only these words, names the option in the error for any other, and uses the words for completion and help.</summary>
    public static void OneOf<T>(this Option<T> option, params string[] words)
    {
        option.HelpName = string.Join('|', words);
        option.CompletionSources.Add(words);
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !words.Contains(result.Tokens[0].Value, StringComparer.Ordinal))
                result.AddError($"{option.Name} takes {Listed(words)}, not '{result.Tokens[0].Value}'.");
        });
    }

    /// <inheritdoc cref="OneOf{T}(Option{T}, string[])"/>
    public static void OneOf<T>(this Argument<T> argument, params string[] words)
    {
        argument.CompletionSources.Add(words);
        argument.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !words.Contains(result.Tokens[0].Value, StringComparer.Ordinal))
                result.AddError($"<{argument.Name}> is {Listed(words)}, not '{result.Tokens[0].Value}'.");
        });
    }

    /// <summary><c>a, b, or c</c>.</summary>
    public static string Listed(IReadOnlyList<string> words, string joined = "or") => words.Count switch
    {
        1 => words[0],
        2 => $"{words[0]} {joined} {words[1]}",
        _ => $"{string.Join(", ", words.Take(words.Count - 1))}, {joined} {words[^1]}",
    };
}
