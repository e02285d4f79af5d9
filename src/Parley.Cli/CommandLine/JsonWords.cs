using System.Text.Json;

namespace Parley.Cli.CommandLine;

/// <summary>Options and arguments that take JSON.</summary>
internal static class JsonWords
{
    // JSON that is nested too deeply is sent as it is; the server refuses it and says why.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1_000 };

    /// <summary>Treats the text as JSON if it parses, and otherwise as text.</summary>
    /// <param name="what">How errors refer to it.</param>
    /// <exception cref="CommandException">It starts like an object but is not JSON, which is probably a mistake.</exception>
    public static JsonElement Value(string text, string what)
    {
        try
        {
            return JsonElement.Parse(text, Deep);
        }
        catch (JsonException malformed) when (text.StartsWith('{'))
        {
            throw Malformed(malformed, what, $"If it is meant as text, write it as a JSON string: '\"{text}\"'.");
        }
        catch (JsonException)
        {
            return JsonElement.Parse($"\"{JsonEncodedText.Encode(text)}\"");
        }
    }

    /// <returns>Null if the option is absent.</returns>
    /// <param name="name">The name of the option or argument.</param>
    /// <param name="example">An example for a shell.</param>
    /// <exception cref="CommandException">It is not JSON.</exception>
    public static JsonElement? Read(string? json, string name, string example)
    {
        if (json is null)
            return null;
        try
        {
            return JsonElement.Parse(json, Deep);
        }
        catch (JsonException malformed)
        {
            throw Malformed(malformed, name, $"Quote it for your shell: {example}.");
        }
    }

    /// <param name="path"><c>-</c> for standard input.</param>
    /// <exception cref="CommandException">It cannot be read, or is not JSON.</exception>
    public static async Task<JsonElement> FileAsync(string path, CancellationToken cancellationToken)
    {
        var what = path == "-" ? "Standard input" : $"'{path}'";
        try
        {
            var text = path == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(path, cancellationToken);
            return string.IsNullOrWhiteSpace(text) ? throw new CommandException(ExitCode.UsedWrongly, $"{what} is empty.", null) : JsonElement.Parse(text, Deep);
        }
        catch (JsonException malformed)
        {
            throw Malformed(malformed, what, null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                ExitCode.UsedWrongly, $"{what} {(fault is FileNotFoundException or DirectoryNotFoundException ? "does not exist" : "cannot be read")}.", null, fault);
        }
    }

    // The exception's own text refers to parts of a .NET reader.
    private static CommandException Malformed(JsonException malformed, string what, string? remedy) => new(
        ExitCode.UsedWrongly, $"{what} is not valid JSON at line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}.", remedy, malformed);
}
