using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Parley.Cli.Harnesses;

/// <summary>How a JSON text is laid out, so that what is put in looks like the rest.</summary>
internal sealed record JsonLayout(string NewLine, char Letter, int Width)
{
    private const int LongestLine = 200;

    /// <summary>The layout of a new file.</summary>
    internal static JsonLayout Usual { get; } = new("\n", ' ', 2);

    internal static JsonLayout Of(JsonText json)
    {
        var newLine = json.Text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        if (json.Root.Items is not [var first, ..])
            return Usual with { NewLine = newLine };
        var from = first.Start;
        while (from > 0 && json.Text[from - 1] is ' ' or '\t')
            from--;
        var width = first.Start - from;
        return width is 0 or > 8 || from == 0 || json.Text[from - 1] != '\n'
            ? Usual with { NewLine = newLine }
            : new JsonLayout(newLine, json.Text[from], width);
    }

    internal string Indent(int depth) => new(Letter, depth * Width);

    /// <summary>A value that begins in a line with the indentation of a depth. What holds only words and numbers is in one line, as people write it.</summary>
    internal string Value(JsonNode? value, int depth)
    {
        if (value is not (JsonObject or JsonArray))
            return Scalar(value);
        var (open, close) = value is JsonObject ? ("{", "}") : ("[", "]");
        var items = value is JsonObject members
            ? members.Select(member => $"{Quoted(member.Key)}: {Value(member.Value, depth + 1)}").ToList()
            : [.. ((JsonArray)value).Select(item => Value(item, depth + 1))];
        var line = string.Join(", ", items);
        if (depth > 0 && IsFlat(value) && line.Length <= LongestLine)
            return value is JsonObject ? $"{open} {line} {close}" : $"{open}{line}{close}";
        var separate = NewLine + Indent(depth + 1);
        return $"{open}{separate}{string.Join($",{separate}", items)}{NewLine}{Indent(depth)}{close}";
    }

    /// <summary>Whether it holds no objects, at any depth.</summary>
    private static bool IsFlat(JsonNode value) => value is JsonObject members
        ? members.All(static member => member.Value is not (JsonObject or JsonArray) || (member.Value is JsonArray list && IsFlat(list)))
        : ((JsonArray)value).All(static item => item is not (JsonObject or JsonArray));

    private static string Scalar(JsonNode? value)
    {
        if (value is null)
            return "null";
        using var bytes = new MemoryStream();
        using (var to = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            value.WriteTo(to);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    internal static string Quoted(string key) => $"\"{JsonEncodedText.Encode(key, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
