using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Parley.Server.Tests.Agents;
using Xunit;

namespace Parley.Server.Tests.Mcp;

/// <summary>The inbox and threads as resources, and the news of them.</summary>
public sealed class McpResourceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(McpUser.Newest)]
    [InlineData(McpUser.Older)]
    public async Task An_inbox_and_a_thread_are_read_without_changing_anything(string revision)
    {
        await using var host = await ConceptHost.StartAsync();
        await using var be = await McpUser.ConnectAsync(host, await host.RegisterAsync("be-1"), revision);
        await using var pm = await McpUser.ConnectAsync(host, await host.RegisterAsync("pm-1"), revision);
        var thread = (await pm.CallAsync("send", """{"to": "be-1", "content": "The build is red."}""")).Data.GetProperty("conversation_thread_id").GetString();

        for (var times = 0; times < 2; times++)
            Assert.Contains("The build is red.", await ReadAsync(be, "parley://inbox"), StringComparison.Ordinal);
        Assert.Contains("The build is red.", await ReadAsync(be, $"parley://threads/{thread}"), StringComparison.Ordinal);
        Assert.Equal("parley://inbox", Assert.Single(await be.Client.ListResourcesAsync(cancellationToken: Cancellation)).Uri);
        Assert.Equal("parley://threads/{id}", Assert.Single(await be.Client.ListResourceTemplatesAsync(cancellationToken: Cancellation)).UriTemplate);
        var missing = await Assert.ThrowsAsync<McpProtocolException>(() => ReadAsync(be, "parley://threads/0199e1c1-0000-7000-8000-000000000700"));
        Assert.Equal(McpErrorCode.InvalidParams, missing.ErrorCode);
    }

    [Fact]
    public async Task A_session_is_told_of_what_arrives()
    {
        await using var host = await ConceptHost.StartAsync();
        await using var be = await McpUser.ConnectAsync(host, await host.RegisterAsync("be-1"), McpUser.Older);
        await using var pm = await McpUser.ConnectAsync(host, await host.RegisterAsync("pm-1"), McpUser.Older);
        var thread = (await pm.CallAsync("send", """{"to": "be-1", "content": "First."}""")).Data.GetProperty("conversation_thread_id").GetString();
        var (inbox, talk) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var one = await be.Client.SubscribeToResourceAsync("parley://inbox", Told(inbox), cancellationToken: Cancellation);
        await using var other = await be.Client.SubscribeToResourceAsync($"parley://threads/{thread}", Told(talk), cancellationToken: Cancellation);
        await Assert.ThrowsAsync<McpProtocolException>(async () => await be.Client.SubscribeToResourceAsync("parley://threads/x", cancellationToken: Cancellation));

        await pm.CallAsync("send", $$"""{"to": "be-1", "content": "Second.", "thread": "{{thread}}"}""");

        await inbox.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
        await talk.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
    }

    [Fact]
    public async Task A_client_without_a_session_holds_a_call_open_and_is_told_there()
    {
        await using var host = await ConceptHost.StartAsync();
        var token = await host.RegisterAsync("be-1");
        await using var pm = await McpUser.ConnectAsync(host, await host.RegisterAsync("pm-1"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp")
        {
            Content = new StringContent(
                """
                {"jsonrpc": "2.0", "id": "listen-1", "method": "subscriptions/listen", "params": {
                  "notifications": {"toolsListChanged": true, "resourceSubscriptions": ["parley://inbox", "parley://threads/0199e1c1-0000-7000-8000-000000000700"]},
                  "_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}}}
                """, Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("MCP-Protocol-Version", McpUser.Newest);
        request.Headers.Add("Mcp-Method", "subscriptions/listen");
        using var answer = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));

        var acknowledged = await NextAsync(events);
        Assert.Equal("notifications/subscriptions/acknowledged", (string?)acknowledged["method"]);
        Assert.Equal("""{"resourceSubscriptions":["parley://inbox"]}""", acknowledged["params"]!["notifications"]!.ToJsonString());
        await pm.CallAsync("send", """{"to": "be-1", "content": "The build is red."}""");

        var updated = await NextAsync(events);
        Assert.Equal("notifications/resources/updated", (string?)updated["method"]);
        Assert.Equal("parley://inbox", (string?)updated["params"]!["uri"]);
        Assert.Equal("listen-1", (string?)updated["params"]!["_meta"]!["io.modelcontextprotocol/subscriptionId"]);
    }

    private static Func<ResourceUpdatedNotificationParams, CancellationToken, ValueTask> Told(TaskCompletionSource told) => (_, _) =>
    {
        told.TrySetResult();
        return ValueTask.CompletedTask;
    };

    private static async Task<string> ReadAsync(McpUser user, string uri) =>
        Assert.IsType<TextResourceContents>(Assert.Single((await user.Client.ReadResourceAsync(uri, cancellationToken: Cancellation)).Contents)).Text;

    private static async Task<JsonNode> NextAsync(StreamReader events)
    {
        while (await events.ReadLineAsync(Cancellation) is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal) && line.Length > "data: ".Length)
                return JsonNode.Parse(line["data:".Length..])!;
        }

        throw new InvalidOperationException("The stream has ended.");
    }
}
