using System.Text.Json;

namespace Parley.Server.Schemas;

/// <summary>One subschema: its location, and which other subschemas it applies to which values.</summary>
internal sealed class SchemaNode(string pointer, JsonElement source)
{
    internal string Pointer { get; } = pointer;
    internal JsonElement Source { get; } = source;

    /// <summary>Applied to the same value.</summary>
    internal List<SchemaNode> Here { get; } = [];

    /// <summary>Applied to any part of the value.</summary>
    internal List<SchemaNode> Parts { get; } = [];

    /// <summary>Applied to parts of the value, at most one of them to each part.</summary>
    internal List<SchemaNode> OnePart { get; } = [];

    /// <summary>The cost of checking one value by itself: long lists of values are compared one by one.</summary>
    internal long Cost { get; set; } = 1;
}

/// <summary>A parsed schema: its subschemas by JSON Pointer, and the errors in how they refer to each other.</summary>
internal sealed class SchemaGraph
{
    private const int MostNodes = 2_000;

    /// <summary>How many list values cost as much to compare as one subschema costs to check.</summary>
    private const int ValuesPerCost = 16;

    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SchemaNode> _anchors = new(StringComparer.Ordinal);
    private readonly List<(SchemaNode From, string Target)> _references = [];
    private readonly Action<string, string> _fail;

    /// <summary>True if it has more subschemas than allowed.</summary>
    private bool _isTooLarge;

    private SchemaGraph(Action<string, string> fail) => _fail = fail;

    internal SchemaNode? Root { get; private set; }

    internal IReadOnlyCollection<SchemaNode> Nodes => _nodes.Values;

    /// <param name="fail">Called with a location (a JSON Pointer) and a reason for each error.</param>
    internal static SchemaGraph Read(JsonElement schema, Action<string, string> fail)
    {
        var graph = new SchemaGraph(fail);
        graph.Root = graph.Add("", schema);
        if (graph._isTooLarge)
            fail("", $"has more than {MostNodes} subschemas");
        foreach (var (from, target) in graph._references)
            graph.Link(from, target);
        return graph;
    }

    private SchemaNode? Add(string pointer, JsonElement source)
    {
        _isTooLarge |= _nodes.Count >= MostNodes;
        if (_isTooLarge)
            return null;
        var node = new SchemaNode(pointer, source);
        _nodes[pointer] = node;
        if (source.ValueKind != JsonValueKind.Object)
            return node;
        foreach (var keyword in source.EnumerateObject())
            Take(node, keyword.Name, keyword.Value, $"{pointer}/{Escape(keyword.Name)}");
        return node;
    }

    private void Take(SchemaNode node, string keyword, JsonElement value, string pointer)
    {
        switch (keyword)
        {
            case "allOf" or "anyOf" or "oneOf":
                AddItems(node.Here, value, pointer);
                break;
            case "not" or "if" or "then" or "else":
                AddOne(node.Here, value, pointer);
                break;
            case "dependentSchemas":
                AddMembers(node.Here, value, pointer);
                break;
            case "properties":
                AddMembers(node.OnePart, value, pointer);
                break;
            case "patternProperties":
                foreach (var member in AddMembers(node.Parts, value, pointer))
                    CheckPattern(member.Name, $"{pointer}/{Escape(member.Name)}");
                break;
            case "prefixItems":
                AddItems(node.OnePart, value, pointer);
                break;
            case "additionalProperties" or "items":
                AddOne(node.OnePart, value, pointer);
                break;
            case "unevaluatedProperties" or "unevaluatedItems" or "propertyNames" or "contains":
                AddOne(node.Parts, value, pointer);
                break;
            case "$defs" or "definitions":
                AddMembers([], value, pointer);
                break;
            case "contentSchema":
                AddOne([], value, pointer);
                break;
            default:
                TakeOther(node, keyword, value, pointer);
                break;
        }
    }

    private void TakeOther(SchemaNode node, string keyword, JsonElement value, string pointer)
    {
        switch (keyword)
        {
            case "$ref" when value.ValueKind == JsonValueKind.String:
                _references.Add((node, value.GetString()!));
                break;
            case "$anchor" when value.ValueKind == JsonValueKind.String:
                if (!_anchors.TryAdd(value.GetString()!, node))
                    _fail(pointer, $"'{value.GetString()}' is also the anchor of another subschema");
                break;
            case "$schema" when value.ValueKind == JsonValueKind.String:
                if (value.GetString()!.TrimEnd('#') != "https://json-schema.org/draft/2020-12/schema")
                    _fail(pointer, "is another dialect; only https://json-schema.org/draft/2020-12/schema is supported");
                break;
            case "$id" when node.Pointer.Length > 0:
                _fail(pointer, "is for the whole schema; give a subschema an '$anchor' or refer to it by '#/...'");
                break;
            case "$dynamicRef" or "$dynamicAnchor" or "$recursiveRef" or "$recursiveAnchor" or "$vocabulary":
                _fail(pointer, "is not supported; use '$ref'");
                break;
            case "pattern" when value.ValueKind == JsonValueKind.String:
                CheckPattern(value.GetString()!, pointer);
                break;
            case "enum" or "required" when value.ValueKind == JsonValueKind.Array:
                node.Cost += value.GetArrayLength() / ValuesPerCost;
                break;
        }
    }

    private void AddOne(List<SchemaNode> into, JsonElement value, string pointer)
    {
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False && Add(pointer, value) is { } node)
            into.Add(node);
    }

    private void AddItems(List<SchemaNode> into, JsonElement value, string pointer)
    {
        if (value.ValueKind != JsonValueKind.Array)
            return;
        var index = 0;
        foreach (var item in value.EnumerateArray())
            AddOne(into, item, $"{pointer}/{index++}");
    }

    private IEnumerable<JsonProperty> AddMembers(List<SchemaNode> into, JsonElement value, string pointer)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return [];
        foreach (var member in value.EnumerateObject())
            AddOne(into, member.Value, $"{pointer}/{Escape(member.Name)}");
        return value.EnumerateObject();
    }

    private void CheckPattern(string pattern, string pointer)
    {
        if (SchemaPatterns.Compile(pattern).Reason is { } reason)
            _fail(pointer, reason);
    }

    private void Link(SchemaNode from, string target)
    {
        var place = $"{from.Pointer}/$ref";
        if (!target.StartsWith('#'))
        {
            _fail(place, $"refers outside the schema, to '{target}'; only references that begin with '#' are followed");
            return;
        }

        var name = Uri.UnescapeDataString(target[1..]);
        var found = name.Length == 0 || name[0] == '/' ? _nodes.GetValueOrDefault(name) : _anchors.GetValueOrDefault(name);
        if (found is null)
            _fail(place, $"refers to '{target}', but there is no subschema there");
        else
            from.Here.Add(found);
    }

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
