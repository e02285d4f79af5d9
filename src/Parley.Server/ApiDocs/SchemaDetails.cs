using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Parley.Protocol;
using Parley.Server.Operations;

namespace Parley.Server.ApiDocs;

/// <summary>What the wire's own converters hide from the generator, and what the source code says about each type and field.</summary>
internal sealed class SchemaDetails(WireDocs docs, OperationCatalog catalog) : IOpenApiSchemaTransformer
{
    private const JsonSchemaType Numbers = JsonSchemaType.Integer | JsonSchemaType.Number;

    private readonly RequiredFields _required = new(catalog);

    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (context.JsonPropertyInfo?.CustomConverter is AddressesConverter)
            SayAddresses(schema);
        else if (context.JsonPropertyInfo?.CustomConverter is QuestionOptionsConverter)
            SayOptions(schema);
        else if (type == typeof(Priority))
            SayPriority(schema, isNullable: type != context.JsonTypeInfo.Type);
        else if (type.IsEnum)
            SayWords(schema);
        else if (type == typeof(DateTimeOffset))
            schema.Type = type == context.JsonTypeInfo.Type ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
        else if (schema.Type is { } types && (types & Numbers) != 0)
            SayNumber(schema, types);

        if (context.JsonPropertyInfo is null && _required.Of(context.JsonTypeInfo) is { Count: > 0 } required)
            schema.Required = new HashSet<string>(required, StringComparer.Ordinal);

        // A type is described once, in its own schema. A field of that type must not overwrite the description.
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

    private static void SayOptions(OpenApiSchema schema)
    {
        var text = new OpenApiSchema { Type = JsonSchemaType.String };
        var perhaps = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null };
        var option = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string>(["value"], StringComparer.Ordinal),
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) { ["value"] = text, ["label"] = perhaps, ["detail"] = perhaps },
        };
        schema.Type = JsonSchemaType.Array | JsonSchemaType.Null;
        schema.Items = new OpenApiSchema { OneOf = [text, option] };
    }

    /// <summary>The generator assumes that numbers may be written as text, which the server neither writes nor accepts.</summary>
    private static void SayNumber(OpenApiSchema schema, JsonSchemaType types)
    {
        schema.Type = types & ~JsonSchemaType.String;
        schema.Pattern = null;
    }

    /// <summary>An inline number without a name of its own, because code generators do nothing useful with an enum of numbers.</summary>
    private static void SayPriority(OpenApiSchema schema, bool isNullable)
    {
        schema.Type = isNullable ? JsonSchemaType.Integer | JsonSchemaType.Null : JsonSchemaType.Integer;
        schema.Format = "int32";
        schema.Enum = null;
        schema.Minimum = ((int)Priority.Low).ToString(CultureInfo.InvariantCulture);
        schema.Maximum = ((int)Priority.Critical).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Only the words, whether or not the first field found may be null. Fields that may be null say so themselves.</summary>
    private static void SayWords(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.String;
        schema.Enum = [.. (schema.Enum ?? []).Where(word => word is not null && word.GetValueKind() == JsonValueKind.String)];
    }
}
