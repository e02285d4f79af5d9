using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.OpenApi;
using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.ApiDocs;

/// <summary>What the generator cannot know and an endpoint's own metadata says: its query, its refusals, and examples of everything.</summary>
internal sealed class OperationDetails : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var path = context.Description.RelativePath ?? "";
        var needsToken = metadata.OfType<RequiredPermission>().LastOrDefault()?.Permission is not null;

        if (metadata.OfType<Operation>().LastOrDefault() is { } declared)
            operation.Description = Describe(declared);
        AddParameters(operation, metadata, path, needsToken);
        AddBodyExamples(operation, metadata);
        AddAnswers(operation, metadata);
        AddProblems(operation, metadata);
        if (!needsToken)
            operation.Security = [];
        return Task.CompletedTask;
    }

    private static string Describe(Operation operation)
    {
        var frames = operation.Frames.Select(face => $"`{face.Meaning.Name}`").ToArray();
        string[] parts =
        [
            .. operation.Details is { } details ? [details] : Array.Empty<string>(),
            operation.Allows is null ? "Needs no token." : $"Who may: {OperationsReference.WhoMay(operation)}.",
            .. frames.Length > 0 ? [$"Over a WebSocket: {string.Join(", ", frames)}."] : Array.Empty<string>(),
        ];
        return string.Join("\n\n", parts);
    }

    private static void AddParameters(OpenApiOperation operation, IList<object> metadata, string path, bool needsToken)
    {
        operation.Parameters ??= [];
        // The generator does not see a path parameter that a handler takes as the item that it names.
        foreach (var part in RoutePatternFactory.Parse(path).Parameters)
        {
            if (operation.Parameters.All(known => known.Name != part.Name))
                operation.Parameters.Add(new OpenApiParameter { Name = part.Name, In = ParameterLocation.Path, Required = true, Schema = PathValue(part.Name) });
        }

        foreach (var parameter in metadata.OfType<QueryParameters>().SelectMany(query => query.All))
            operation.Parameters.Add(Parameter(parameter));
        if (needsToken && operation.Parameters.All(known => known.Name != "project_id"))
            operation.Parameters.Add(Parameter(new QueryParameter("project_id", "string") { Meaning = "The project, unless the token belongs to one; defaults to `default`." }));
        if (metadata.OfType<Operation>().Any(declared => declared.Takes.IfMatch))
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = "If-Match",
                In = ParameterLocation.Header,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                Description = "The `ETag` that the item must still have, such as `\"17\"`.",
            });
        }

        if (metadata.OfType<Refusals>().Any(refusals => refusals.Codes.Contains(ErrorCodes.IdempotencyConflict, StringComparer.Ordinal)))
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = "Idempotency-Key",
                In = ParameterLocation.Header,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                Description = "For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead.",
            });
        }
    }

    private static OpenApiSchema PathValue(string name) => new()
    {
        Type = JsonSchemaType.String,
        Pattern = name == "message_id" ? "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" : null,
    };

    private static OpenApiParameter Parameter(QueryParameter parameter)
    {
        var schema = new OpenApiSchema
        {
            Type = Enum.Parse<JsonSchemaType>(parameter.Type, ignoreCase: true),
            Format = parameter.Format,
            Minimum = parameter.Minimum?.ToString(CultureInfo.InvariantCulture),
            Maximum = parameter.Maximum?.ToString(CultureInfo.InvariantCulture),
            Enum = parameter.Words is { } words ? [.. words.Select(word => (JsonNode)word)] : null,
        };
        return new OpenApiParameter
        {
            Name = parameter.Name,
            In = ParameterLocation.Query,
            Description = parameter.Meaning,
            // Separated by commas, because this keeps URLs short. Repeating the name also works.
            Style = parameter.Repeated ? ParameterStyle.Form : null,
            Explode = !parameter.Repeated,
            Schema = parameter.Repeated ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = schema } : schema,
        };
    }

    private static void AddBodyExamples(OpenApiOperation operation, IList<object> metadata)
    {
        if (metadata.OfType<Operation>().LastOrDefault() is not { Takes: { Body: not null } takes } || operation.RequestBody is not OpenApiRequestBody body)
            return;
        var needed = RequiredFields.Of(operation.OperationId ?? "");
        body.Required = !takes.IsBodyOptional || needed.Count > 0;
        foreach (var media in body.Content?.Values ?? [])
        {
            media.Examples = Shown(takes.Examples);
            if (needed.Count > 0 && media.Schema is { } noun)
                media.Schema = new OpenApiSchema { AllOf = [noun, new OpenApiSchema { Type = JsonSchemaType.Object, Required = new HashSet<string>(needed, StringComparer.Ordinal) }] };
        }
    }

    private static void AddAnswers(OpenApiOperation operation, IList<object> metadata)
    {
        foreach (var answer in metadata.OfType<Operation>().SelectMany(declared => declared.Answers))
        {
            if (operation.Responses?.GetValueOrDefault(Text(answer.Status)) is not OpenApiResponse response)
                continue;
            if (answer.ContentType == AnswerShape.EventStream)
            {
                response.Description = "A stream of server-sent events; the AsyncAPI document describes them.";
                response.Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [AnswerShape.EventStream] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String }, Example = answer.Examples[0].Json },
                };
            }
            else if (answer.Noun is not null)
            {
                foreach (var media in response.Content?.Values ?? [])
                    media.Examples = Shown(answer.Examples);
            }
        }
    }

    private static void AddProblems(OpenApiOperation operation, IList<object> metadata)
    {
        if (!metadata.OfType<ProblemResponse>().Any())
            return;
        var codes = metadata.OfType<Refusals>().SelectMany(refusals => refusals.Codes)
            .Concat(metadata.OfType<Operation>().Any(declared => !declared.MayBeRefused) ? [] : RefusalConventions.AnyEndpoint).Distinct(StringComparer.Ordinal);
        foreach (var (status, meanings) in codes.Select(ErrorCatalog.Of).GroupBy(meaning => meaning.Status).Select(group => (group.Key, group.ToArray())))
        {
            if (operation.Responses?.GetValueOrDefault(Text(status)) is not OpenApiResponse { Content: { } content } response)
                continue;
            response.Description = string.Join(" ", meanings.Select(meaning => $"`{meaning.Code}`: {meaning.Title}."));
            foreach (var media in content.Values)
            {
                media.Examples = meanings.ToDictionary(
                    meaning => meaning.Code,
                    IOpenApiExample (meaning) => new OpenApiExample { Summary = meaning.Title, Value = ProblemExamples.Of(meaning.Code) },
                    StringComparer.Ordinal);
            }
        }
    }

    private static Dictionary<string, IOpenApiExample> Shown(IReadOnlyList<Example> examples) => examples.ToDictionary(
        example => example.Name,
        IOpenApiExample (example) => new OpenApiExample { Value = JsonNode.Parse(example.Json) },
        StringComparer.Ordinal);

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
