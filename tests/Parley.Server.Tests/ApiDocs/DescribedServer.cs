using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Server.Settings;
using Xunit;

namespace Parley.Server.Tests.ApiDocs;

/// <summary>The whole server, once for all tests that only read what it says of itself.</summary>
public sealed class DescribedServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-docs-").FullName;
    private RunningServer? _server;

    public HttpClient Client { get; private set; } = null!;

    internal IReadOnlyList<RouteEndpoint> Endpoints => [.. Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    public async ValueTask InitializeAsync()
    {
        var settings = ServerSettings.Default with { Port = 0, DataFolder = _folder, LogLevel = LogLevel.Error, Dashboard = ServerSettings.NoDashboard };
        _server = await ParleyServer.BuildAsync(settings, cancellationToken: TestContext.Current.CancellationToken);
        await _server.StartAsync(TestContext.Current.CancellationToken);
        Client = new HttpClient { BaseAddress = _server.Address };
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    internal T Get<T>()
        where T : notnull => _server!.Services.GetRequiredService<T>();

    internal async Task<JsonNode> ReadAsync(string path) =>
        JsonNode.Parse(await Client.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken))!;

    /// <summary>Every <c>$ref</c> of a document that leads nowhere.</summary>
    internal static IEnumerable<string> BrokenReferences(JsonNode document) => Walk(document)
        .OfType<JsonObject>()
        .Where(node => node["$ref"] is JsonValue)
        .Select(node => node["$ref"]!.GetValue<string>())
        .Distinct(StringComparer.Ordinal)
        .Where(reference => reference[2..].Split('/').Aggregate((JsonNode?)document, (node, part) => (node as JsonObject)?[part]) is null);

    internal static IEnumerable<JsonNode> Walk(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(field => Walk(field.Value)).Prepend(map),
        JsonArray list => list.SelectMany(Walk).Prepend(list),
        null => [],
        _ => [node],
    };
}
