using System.Text.Json;

namespace Parley.Cli.CommandLine;

/// <summary>Options and arguments that take JSON.</summary>
internal static class JsonWords
{
    // What is nested too deeply is refused by the server as that, and not taken for a text.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1_000 };

    /// <summary>Text, unless it parses as JSON.</summary>
    public static JsonElement Value(string text)
    {
        try
        {
            return JsonElement.Parse(text, Deep);
        }
        catch (JsonException)
        {
            return JsonElement.Parse($"\"{JsonEncodedText.Encode(text)}\"");
        }
    }

    /// <returns>Null for an option that was not given.</returns>
    /// <param name="example">As one would write it in a shell.</param>
    /// <exception cref="CommandException">It is no JSON.</exception>
    public static JsonElement? Read(string? json, string option, string example)
    {
        if (json is null)
            return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException malformed)
        {
            throw new CommandException(
                ExitCode.UsedWrongly, $"{option} is no JSON: {malformed.Message}", $"Quote it for your shell: {option} {example}.", malformed);
        }
    }
}
