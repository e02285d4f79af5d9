using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Parley.Server.Tests.Agents;
using Xunit;

namespace Parley.Server.Tests.Mcp;

/// <summary>An agent without an SDK of Parley: it has the official client of MCP alone.</summary>
internal sealed class McpUser : IAsyncDisposable
{
    /// <summary>The newest revision, which has no sessions, and one from before.</summary>
    public const string Newest = "2026-07-28", Older = "2025-06-18";

    private McpUser(McpClient client) => Client = client;

    public McpClient Client { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<McpUser> ConnectAsync(ConceptHost host, string token, string revision = Newest, string query = "")
    {
        var transport = new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(host.Client.BaseAddress!, $"/mcp{query}"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" },
        });
        return new McpUser(await McpClient.CreateAsync(transport, new McpClientOptions { ProtocolVersion = revision }, cancellationToken: Cancellation));
    }

    /// <summary>Calls a tool that must succeed.</summary>
    /// <returns>What the model reads, and the same as data.</returns>
    public async Task<(string Text, JsonElement Data)> CallAsync(string tool, string arguments = "{}")
    {
        var result = await TryAsync(tool, arguments);
        Assert.True(result.IsError is not true, TextOf(result));
        return (TextOf(result), result.StructuredContent ?? default);
    }

    /// <summary>Calls a tool that must not succeed.</summary>
    /// <returns>What the model reads.</returns>
    public async Task<string> FailAsync(string tool, string arguments = "{}")
    {
        var result = await TryAsync(tool, arguments);
        Assert.True(result.IsError, TextOf(result));
        return TextOf(result);
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    private async Task<CallToolResult> TryAsync(string tool, string arguments) => await Client.CallToolAsync(
        new CallToolRequestParams
        {
            Name = tool,
            Arguments = JsonNode.Parse(arguments)!.AsObject().ToDictionary(pair => pair.Key, pair => JsonSerializer.SerializeToElement(pair.Value)),
        },
        Cancellation);

    private static string TextOf(CallToolResult result) => Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;
}
