using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Parley.Server.Rest;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.ApiDocs;

public sealed class OpenApiTests(DescribedServer server) : IClassFixture<DescribedServer>
{
    [Fact]
    public async Task It_is_a_whole_document_of_3_1()
    {
        var document = await server.ReadAsync("/openapi/v1.json");

        Assert.StartsWith("3.1.", document["openapi"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("Parley", document["info"]!["title"]!.GetValue<string>());
        Assert.Equal("/api/v1", document["servers"]![0]!["url"]!.GetValue<string>());
        Assert.Equal("bearer", document["components"]!["securitySchemes"]!["bearer"]!["scheme"]!.GetValue<string>());
        Assert.Empty(DescribedServer.BrokenReferences(document));
    }

    [Fact]
    public async Task Every_endpoint_of_the_API_is_in_it_with_its_query_and_its_refusals()
    {
        var operations = await OperationsAsync();
        var described = server.Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null).ToArray();

        Assert.True(described.Length > 50, "The server maps its whole API.");
        foreach (var endpoint in described)
        {
            foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods)
            {
                var key = $"{method} {PathOf(endpoint)}";
                Assert.True(operations.TryGetValue(key, out var operation), $"{key} is missing");
                var parameters = operation["parameters"]?.AsArray().Select(parameter => parameter!["name"]!.GetValue<string>()).ToArray() ?? [];
                Assert.Equal(parameters.Length, parameters.Distinct(StringComparer.Ordinal).Count());
                Assert.All(endpoint.RoutePattern.Parameters, parameter => Assert.Contains(parameter.Name, parameters));
                Assert.All(
                    endpoint.Metadata.OfType<QueryParameters>().SelectMany(query => query.All), parameter => Assert.Contains(parameter.Name, parameters));
                Assert.All(
                    endpoint.Metadata.OfType<ProblemResponse>().Any() ? endpoint.Metadata.OfType<Refusals>().SelectMany(refusals => refusals.Codes) : [],
                    code => Assert.Equal(code, ProblemOf(operation, code)?["code"]?.GetValue<string>()));
            }
        }
    }

    [Fact]
    public async Task Every_operation_has_its_own_name_and_says_what_it_does()
    {
        var operations = (await OperationsAsync()).Values;

        Assert.All(operations, operation => Assert.EndsWith(".", operation["summary"]?.GetValue<string>(), StringComparison.Ordinal));
        var names = operations.Select(operation => operation["operationId"]!.GetValue<string>()).ToArray();
        Assert.Equal(names.Length, names.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Every_body_and_every_answer_has_an_example()
    {
        foreach (var (name, operation) in await OperationsAsync())
        {
            var contents = operation["responses"]!.AsObject().Select(response => response.Value!["content"])
                .Append(operation["requestBody"]?["content"]);
            foreach (var media in contents.OfType<JsonObject>().SelectMany(content => content))
                Assert.True(media.Value!["example"] is not null || media.Value["examples"] is JsonObject { Count: > 0 }, $"{name} has no example of {media.Key}");
        }
    }

    [Fact]
    public async Task Fields_are_as_the_wire_writes_them()
    {
        var schemas = (await server.ReadAsync("/openapi/v1.json"))["components"]!["schemas"]!;

        var message = schemas["Message"]!["properties"]!;
        Assert.Equal("integer", message["seq"]!["type"]!.GetValue<string>());
        Assert.Equal("string", message["timestamp"]!["type"]!.GetValue<string>());
        Assert.Equal("A UUIDv7 created by the server.", message["message_id"]!["description"]!.GetValue<string>());
        Assert.Equal(["string", "array"], message["to"]!["oneOf"]!.AsArray().Select(one => one!["type"]!.GetValue<string>()));
        // A number without a name of its own: of an enumeration of numbers generators make nothing that can be used.
        Assert.Null(schemas["Priority"]);
        Assert.Equal(("integer", 1, 4), (message["priority"]!["type"]!.GetValue<string>(), message["priority"]!["minimum"]!.GetValue<int>(), message["priority"]!["maximum"]!.GetValue<int>()));
        Assert.Equal(["success", "error"], schemas["Outcome"]!["enum"]!.AsArray().Select(word => word?.GetValue<string>()));
        Assert.Contains("blocked_on_human", schemas["AgentActivity"]!["enum"]!.AsArray().Select(value => value!.GetValue<string>()));
        var names = DescribedServer.Walk(schemas).OfType<JsonObject>().Select(node => node["properties"]).OfType<JsonObject>().SelectMany(fields => fields);
        Assert.All(names, field => Assert.Matches("^[a-z0-9_]+$", field.Key));
    }

    private static JsonNode? ProblemOf(JsonNode operation, string code) =>
        operation["responses"]![ErrorCatalog.Of(code).Status.ToString(CultureInfo.InvariantCulture)]?["content"]?["application/problem+json"]?["examples"]?[code]?["value"];

    private async Task<Dictionary<string, JsonNode>> OperationsAsync() => (await server.ReadAsync("/openapi/v1.json"))["paths"]!.AsObject()
        .SelectMany(path => path.Value!.AsObject().Where(item => item.Key != "servers").Select(item => (Key: $"{item.Key.ToUpperInvariant()} {path.Key}", Operation: item.Value!)))
        .ToDictionary(operation => operation.Key, operation => operation.Operation, StringComparer.Ordinal);

    private static string PathOf(RouteEndpoint endpoint)
    {
        var path = endpoint.RoutePattern.RawText!.Replace("{**", "{", StringComparison.Ordinal).TrimEnd('/');
        return path.StartsWith("/api/v1/", StringComparison.Ordinal) ? path["/api/v1".Length..] : path;
    }
}
