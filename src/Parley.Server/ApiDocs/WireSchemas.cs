using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Parley.Protocol;

namespace Parley.Server.ApiDocs;

/// <summary>The JSON Schemas of the wire types, each with its name, referring to each other.</summary>
internal sealed class WireSchemas(WireDocs docs)
{
    private readonly SortedDictionary<string, JsonNode?> _schemas = new(StringComparer.Ordinal);

    /// <summary>A reference to a type's schema, which is created on first use.</summary>
    internal JsonObject Reference(Type type)
    {
        var name = type.Name;
        if (_schemas.TryAdd(name, null))
        {
            var schema = WireJson.Lenient.Options.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions
            {
                TreatNullObliviousAsNonNullable = true,
                TransformSchemaNode = (context, node) => Transform(type, context, node),
            });
            _schemas[name] = schema;
        }

        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    /// <summary>All schemas that are referred to.</summary>
    internal JsonObject ToJson() => new(_schemas.Select(schema => KeyValuePair.Create(schema.Key, schema.Value)));

    private JsonNode Transform(Type root, JsonSchemaExporterContext context, JsonNode node)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var isNullable = type != context.TypeInfo.Type || context.PropertyInfo is { IsSetNullable: true } or { IsGetNullable: true };
        if (type.Namespace == typeof(Message).Namespace && !context.Path.IsEmpty && type != root)
            return isNullable ? new JsonObject { ["oneOf"] = new JsonArray(Reference(type), new JsonObject { ["type"] = "null" }) } : Reference(type);

        var schema = node as JsonObject ?? [];
        if (context.PropertyInfo?.CustomConverter is AddressesConverter)
            schema = JsonNode.Parse("""{"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}""")!.AsObject();
        else if (context.PropertyInfo?.CustomConverter is QuestionOptionsConverter)
            schema = new JsonObject { ["type"] = new JsonArray("array", "null"), ["items"] = new JsonObject { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, Reference(typeof(QuestionOption))) } };
        else if (type == typeof(Priority))
            schema = JsonNode.Parse("""{"type": "integer", "enum": [1, 2, 3, 4]}""")!.AsObject();
        else if (type == typeof(DateTimeOffset))
            schema = JsonNode.Parse($$"""{"type": {{(isNullable ? """["string", "null"]""" : "\"string\"")}}, "format": "date-time"}""")!.AsObject();

        var summary = context.Path.IsEmpty ? docs.Of(type) : context.PropertyInfo?.AttributeProvider is MemberInfo member ? docs.Of(member) : null;
        if (summary is not null)
            schema["description"] = summary;
        return schema;
    }
}
