using System.Text.Json;
using ModelContextProtocol.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Mcp.Tools;

/// <summary>The arguments of a call, checked against what the tool declares.</summary>
internal sealed class ToolArguments
{
    private readonly Dictionary<string, JsonElement> _values;

    private ToolArguments(Dictionary<string, JsonElement> values) => _values = values;

    internal IEnumerable<string> Names => _values.Keys;

    internal bool Has(string name) => _values.ContainsKey(name);

    internal JsonElement? Find(string name) => _values.TryGetValue(name, out var value) ? value : null;

    internal string? Text(string name) => Find(name)?.GetString();

    internal double? Number(string name) => Find(name)?.GetDouble();

    internal bool? Flag(string name) => Find(name)?.GetBoolean();

    /// <summary>A list of texts; empty if it is absent.</summary>
    internal IReadOnlyList<string> Texts(string name) => Find(name) is { } list ? [.. list.EnumerateArray().Select(item => item.GetString()!)] : [];

    /// <param name="given">Null values count as absent: models write them for what they do not want to say.</param>
    /// <returns>The arguments, or what is wrong with them, for the model to read.</returns>
    internal static (ToolArguments? Arguments, string? Wrong) Read(Tool tool, IDictionary<string, JsonElement>? given)
    {
        var declared = tool.InputSchema.GetProperty("properties");
        var known = declared.EnumerateObject().Select(property => property.Name).ToList();
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var faults = new List<string>();
        foreach (var (name, value) in given ?? new Dictionary<string, JsonElement>(StringComparer.Ordinal))
        {
            if (value.ValueKind == JsonValueKind.Null || IsEmptyId(name, value))
                continue;
            if (!declared.TryGetProperty(name, out var schema))
                faults.Add(Unknown(name, known));
            else if (Fitted(value, schema) is not { } fitted)
                faults.Add($"{name} must be {Wanted(schema)}");
            else
                values[name] = fitted;
        }

        foreach (var required in tool.InputSchema.GetProperty("required").EnumerateArray().Select(name => name.GetString()!))
        {
            if (!values.ContainsKey(required))
                faults.Add($"{required} is missing");
        }

        return faults.Count == 0 ? (new ToolArguments(values), null) : (null, $"The arguments of {tool.Name} are wrong: {string.Join("; ", faults)}.");
    }

    /// <summary>An empty id would make the path of a list.</summary>
    private static bool IsEmptyId(string name, JsonElement value) =>
        (name == "key" || name.EndsWith("_id", StringComparison.Ordinal)) && value.ValueKind == JsonValueKind.String && value.GetString()!.Trim().Length == 0;

    private static string Unknown(string name, List<string> known)
    {
        var meant = DidYouMean.To(name, known);
        return $"there is no {SafeText.Of(name)}{(meant is null ? $" (it takes {string.Join(", ", known)})" : $"; did you mean {meant}?")}";
    }

    /// <summary>The value if it is of the declared type; a single text also stands for a list of one.</summary>
    /// <returns>Null if it is not.</returns>
    private static JsonElement? Fitted(JsonElement value, JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out var type))
            return value;
        switch (type.GetString())
        {
            case "string":
                return value.ValueKind == JsonValueKind.String && IsListed(value, schema) ? value : null;
            case "boolean":
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value : null;
            case "integer":
                return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _) && IsInRange(value, schema) ? value : null;
            case "number":
                return value.ValueKind == JsonValueKind.Number && IsInRange(value, schema) ? value : null;
            default:
                if (value.ValueKind == JsonValueKind.String)
                    return JsonElement.Parse($"[{value.GetRawText()}]");
                return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) ? value : null;
        }
    }

    private static bool IsListed(JsonElement value, JsonElement schema) =>
        !schema.TryGetProperty("enum", out var words) || words.EnumerateArray().Any(word => word.ValueEquals(value.GetString()));

    private static bool IsInRange(JsonElement value, JsonElement schema) =>
        (!schema.TryGetProperty("minimum", out var least) || value.GetDouble() >= least.GetDouble()) &&
        (!schema.TryGetProperty("maximum", out var most) || value.GetDouble() <= most.GetDouble());

    private static string Wanted(JsonElement schema)
    {
        if (schema.TryGetProperty("enum", out var words))
            return $"one of {string.Join(", ", words.EnumerateArray().Select(word => word.GetString()))}";
        var range = (schema.TryGetProperty("minimum", out var least), schema.TryGetProperty("maximum", out var most)) switch
        {
            (true, true) => $" from {least.GetRawText()} to {most.GetRawText()}",
            (true, false) => $" from {least.GetRawText()} on",
            _ => "",
        };
        return schema.GetProperty("type").GetString() switch
        {
            "string" => "text",
            "boolean" => "true or false",
            "integer" => $"a whole number{range}",
            "number" => $"a number{range}",
            _ => "a list of texts",
        };
    }
}
