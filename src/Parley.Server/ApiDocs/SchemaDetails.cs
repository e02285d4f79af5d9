using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Parley.Protocol;

namespace Parley.Server.ApiDocs;

/// <summary>What the wire's own converters hide from the generator, and what the sources say of each noun and field.</summary>
internal sealed class SchemaDetails(WireDocs docs) : IOpenApiSchemaTransformer
{
    private const JsonSchemaType Numbers = JsonSchemaType.Integer | JsonSchemaType.Number;

    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (context.JsonPropertyInfo?.CustomConverter is AddressesConverter)
            SayAddresses(schema);
        else if (type == typeof(Priority))
            SayPriority(schema);
        else if (type == typeof(DateTimeOffset))
            schema.Type = type == context.JsonTypeInfo.Type ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
        else if (schema.Type is { } types && (types & Numbers) != 0)
            SayNumber(schema, types);

        // A noun is described once, where it stands; a field of its type must not overwrite that.
        if (type.Namespace == typeof(Message).Namespace)
            schema.Description = docs.Of(type) ?? schema.Description;
        else if (context.JsonPropertyInfo?.AttributeProvider is MemberInfo member)
            schema.Description = docs.Of(member) ?? schema.Description;
        return Task.CompletedTask;
    }

    private static void SayAddresses(OpenApiSchema schema)
    {
        schema.Type = null;
        schema.Items = null;
        schema.OneOf =
        [
            new OpenApiSchema { Type = JsonSchemaType.String },
            new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
        ];
    }

    /// <summary>The generator thinks of numbers written as text, which the server neither writes nor takes.</summary>
    private static void SayNumber(OpenApiSchema schema, JsonSchemaType types)
    {
        schema.Type = types & ~JsonSchemaType.String;
        schema.Pattern = null;
    }

    private static void SayPriority(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Integer;
        schema.Enum = [.. Enum.GetValues<Priority>().Select(value => (JsonNode)(int)value)];
        schema.Minimum = ((int)Priority.Low).ToString(CultureInfo.InvariantCulture);
        schema.Maximum = ((int)Priority.Critical).ToString(CultureInfo.InvariantCulture);
    }
}
