using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Xunit;

namespace Parley.Server.Tests.Mcp;

/// <summary>Who a caller is, is decided by the token of each request, and pages from elsewhere are kept out.</summary>
public sealed class McpIdentityTests
{
    private const string Initialize =
        """{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}}""";

    private const string ReadInbox = """{"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "inbox", "arguments": {}}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_of_one_token_is_refused_to_another()
    {
        await using var host = await ConceptHost.StartAsync();
        var (be, pm) = (await host.RegisterAsync("be-1"), await host.RegisterAsync("pm-1"));
        using var opened = await PostAsync(host, be, Initialize);
        var session = Assert.Single(opened.Headers.GetValues("Mcp-Session-Id"));

        using var own = await PostAsync(host, be, ReadInbox, session);
        using var foreign = await PostAsync(host, pm, ReadInbox, session);
        using var none = await PostAsync(host, null, ReadInbox, session);

        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        Assert.Contains("No message waits for be-1.", await own.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
    }

    [Fact]
    public async Task In_a_session_each_request_says_whom_it_acts_as()
    {
        await using var host = await ConceptHost.StartAsync();
        await host.RegisterAsync("be-1");
        var admin = await host.TokenAsync(TokenKind.Admin);
        using var opened = await PostAsync(host, admin, Initialize);
        var session = Assert.Single(opened.Headers.GetValues("Mcp-Session-Id"));

        using var asAgent = await PostAsync(host, admin, ReadInbox, session, "?agent_id=be-1");
        using var asPerson = await PostAsync(host, admin, ReadInbox, session);

        Assert.Contains("No message waits for be-1.", await asAgent.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Contains("No message waits for human.", await asPerson.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_reads_no_other_agents_inbox_and_no_other_project()
    {
        await using var host = await ConceptHost.StartAsync();
        var be = await host.RegisterAsync("be-1");
        await host.RegisterAsync("pm-1");
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Post, "/api/v1/projects", admin, """{"project_id": "other"}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/agents/register?project_id=other", admin, """{"agent_id": "spy-1"}""");
        var spy = await host.TokenAsync(TokenKind.Agent, "spy-1", "other");
        await using var pm = await McpUser.ConnectAsync(host, await host.TokenAsync(TokenKind.Agent, "pm-1"));
        var thread = (await pm.CallAsync("send", """{"to": "be-1", "content": "The key is under the mat."}""")).Data.GetProperty("conversation_thread_id").GetString();

        await using var asAnother = await McpUser.ConnectAsync(host, be, query: "?agent_id=pm-1");
        Assert.Contains("forbidden", await asAnother.FailAsync("inbox"), StringComparison.Ordinal);
        Assert.Contains("forbidden", await asAnother.FailAsync("send", """{"to": "be-1", "content": "I am pm-1."}"""), StringComparison.Ordinal);
        using var elsewhere = await PostAsync(host, spy, Initialize, query: "?project_id=default");
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
        await using var outside = await McpUser.ConnectAsync(host, spy);
        Assert.Contains("not_found", await outside.FailAsync("thread", $$"""{"thread_id": "{{thread}}"}"""), StringComparison.Ordinal);
        Assert.Contains("unknown_recipient", await outside.FailAsync("send", """{"to": "be-1", "content": "Hello"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_for_several_agents_acts_as_the_one_that_the_address_names()
    {
        await using var host = await ConceptHost.StartAsync();
        await host.RegisterAsync("be-1");
        await using var admin = await McpUser.ConnectAsync(host, await host.TokenAsync(TokenKind.Admin), query: "?agent_id=be-1");

        await admin.CallAsync("send", """{"to": "human", "content": "Done."}""");
        Assert.Equal("be-1", (await admin.CallAsync("reserve", """{"paths": "src/**"}""")).Data.GetProperty("agent_id").GetString());

        await using var person = await McpUser.ConnectAsync(host, await host.TokenAsync(TokenKind.Admin));
        Assert.Contains("from=\"be-1\"", (await person.CallAsync("inbox")).Text, StringComparison.Ordinal);
        Assert.Contains("No message waits for be-1.", (await admin.CallAsync("inbox")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Host", "evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Host", "localhost", HttpStatusCode.OK)]
    public async Task Pages_from_elsewhere_are_kept_out(string header, string value, HttpStatusCode status)
    {
        await using var host = await ConceptHost.StartAsync();
        using var answer = await PostAsync(host, await host.RegisterAsync("be-1"), Initialize, header: (header, value));

        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        await using var host = await ConceptHost.StartAsync();
        var large = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = "ping", ["params"] = new JsonObject { ["filler"] = new string('x', 40 << 20) } };
        using var answer = await PostAsync(host, await host.RegisterAsync("be-1"), large.ToJsonString());

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    private static async Task<HttpResponseMessage> PostAsync(
        ConceptHost host, string? token, string body, string? session = null, string query = "", (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/mcp{query}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        // A server that refuses a body need not read it.
        request.Headers.ExpectContinue = body.Length > 1_000_000;
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (session is not null)
            request.Headers.Add("Mcp-Session-Id", session);
        if (header is { } more)
            request.Headers.TryAddWithoutValidation(more.Name, more.Value);
        return await host.Client.SendAsync(request, Cancellation);
    }
}
