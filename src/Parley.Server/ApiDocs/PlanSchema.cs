using System.Text.Json.Nodes;
using Parley.Protocol;

namespace Parley.Server.ApiDocs;

/// <summary>The JSON Schema of a workflow's plan, for editors and for programs that write plans: the part of the OpenAPI document that describes one, as
/// a document of its own. Like the server, it allows no field that it does not name.</summary>
internal static class PlanSchema
{
    private const string Components = "#/components/schemas/", Definitions = "#/$defs/";

    /// <param name="openApi">The document, as it is served.</param>
    public static JsonObject Of(JsonNode openApi)
    {
        var schemas = openApi["components"]!["schemas"]!.AsObject();
        var plan = Own(schemas, nameof(WorkflowRequest));
        var definitions = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        Gather(plan, schemas, definitions);

        plan["oneOf"] = Given("steps", "definition");
        definitions[nameof(WorkflowStepRequest)]["oneOf"] = Given("agent", "capability", "person", "workflow");
        var document = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "The plan of a workflow in Parley",
        };
        foreach (var (name, value) in plan)
            document[name] = value?.DeepClone();
        document["$defs"] = new JsonObject(definitions.Select(definition => KeyValuePair.Create(definition.Key, (JsonNode?)definition.Value)));
        return document;
    }

    private static JsonObject Own(JsonObject schemas, string name)
    {
        var own = schemas[name]!.DeepClone().AsObject();
        if (own.ContainsKey("properties"))
            own["additionalProperties"] = false;
        return own;
    }

    /// <summary>Collects what a schema refers to, and turns the references to it.</summary>
    private static void Gather(JsonNode? node, JsonObject schemas, SortedDictionary<string, JsonObject> definitions)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
                Gather(item, schemas, definitions);
        }

        if (node is not JsonObject map)
            return;
        foreach (var (_, value) in map)
            Gather(value, schemas, definitions);
        if (map["$ref"]?.GetValue<string>() is not { } reference)
            return;
        var name = reference[Components.Length..];
        map["$ref"] = Definitions + name;
        if (!definitions.ContainsKey(name))
            Gather(definitions[name] = Own(schemas, name), schemas, definitions);
    }

    /// <summary>That a field is given. Null means the same as absent.</summary>
    private static JsonArray Given(params ReadOnlySpan<string> fields)
    {
        var choices = new JsonArray();
        foreach (var field in fields)
        {
            var given = new JsonObject { ["not"] = new JsonObject { ["type"] = "null" } };
            choices.Add((JsonNode)new JsonObject { ["required"] = new JsonArray(field), ["properties"] = new JsonObject { [field] = given } });
        }

        return choices;
    }
}
