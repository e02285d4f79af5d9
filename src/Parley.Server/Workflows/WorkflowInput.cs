using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Parley.Server.Operations;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>A body in JSON or in YAML, which people prefer for plans that they write by hand.</summary>
internal static class WorkflowInput
{
    private const string Yaml = "application/yaml";

    // The last two were usual before there was a registered one (RFC 9512).
    private static readonly string[] YamlTypes = [Yaml, "application/x-yaml", "text/yaml"];

    internal static Input<T> Of<T>(params Example[] examples)
        where T : class => new JsonOrYaml<T>(examples);

    private sealed class JsonOrYaml<T>(Example[] examples) : Input<T>
        where T : class
    {
        internal override InputShape Shape { get; } = new() { Body = typeof(T), Examples = examples, TakesAnyContentType = true };

        internal override async ValueTask<Result<T>> ReadAsync(HttpContext http, OperationOrigin origin)
        {
            var isYaml = MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) &&
                YamlTypes.Contains(type.MediaType.ToString(), StringComparer.OrdinalIgnoreCase);
            var (bytes, problem) = await BodyBytes.ReadAsync(http, anyType: isYaml, orType: Yaml);
            if (problem is not null)
                return problem;
            if (bytes.IsEmpty)
                return Problems.InvalidField(JsonDiagnosis.WholeBody, "is empty; expected an object");
            if (isYaml)
            {
                if (!YamlDocument.TryToJson(bytes.Span, out var json, out var fault))
                    return Problems.InvalidField(JsonDiagnosis.WholeBody, fault);
                bytes = json;
            }

            if (!JsonInput.TryRead<T>(bytes.Span, out var value, out problem))
                return problem;
            origin.Print(value);
            return value;
        }
    }
}
