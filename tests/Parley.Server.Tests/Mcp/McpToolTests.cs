using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Mcp;

/// <summary>The tools, as a model uses them through the official client.</summary>
public sealed class McpToolTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Revisions => [McpUser.Newest, McpUser.Older];

    [Theory]
    [MemberData(nameof(Revisions))]
    public async Task Clients_of_every_revision_get_the_same_tools_in_the_same_order(string revision)
    {
        await using var host = await ConceptHost.StartAsync();
        await using var agent = await McpUser.ConnectAsync(host, await host.RegisterAsync("be-1"), revision);

        var tools = (await agent.Client.ListToolsAsync(cancellationToken: Cancellation)).Select(tool => tool.ProtocolTool).ToList();

        Assert.Equal(revision, agent.Client.NegotiatedProtocolVersion);
        Assert.Equal(["inbox", "send", "reply", "request", "agents", "thread", "task", "memory", "reserve", "ask_human", "catch_up"], tools.Select(tool => tool.Name));
        Assert.Equal(["inbox", "send", "reply"], tools.Where(tool => tool.Meta?["anthropic/alwaysLoad"]?.GetValue<bool>() == true).Select(tool => tool.Name));
        Assert.All(tools, tool => Assert.False(tool.InputSchema.GetProperty("additionalProperties").GetBoolean()));
        Assert.All(tools, tool => Assert.InRange(tool.Description!.Length, 20, 200));
        Assert.All(tools, tool => Assert.NotNull(tool.Annotations?.ReadOnlyHint));
        Assert.InRange(agent.Client.ServerInstructions!.Length, 200, 1_500);
    }

    [Theory]
    [MemberData(nameof(Revisions))]
    public async Task A_message_is_sent_read_once_and_answered(string revision)
    {
        await using var host = await ConceptHost.StartAsync();
        await using var be = await McpUser.ConnectAsync(host, await host.RegisterAsync("be-1"), revision);
        await using var pm = await McpUser.ConnectAsync(host, await host.RegisterAsync("pm-1"), revision);

        var sent = await pm.CallAsync("send", """{"to": ["be-1"], "content": "Is the <login> page done?", "intent": "request", "priority": "high"}""");
        var id = sent.Data.GetProperty("message_id").GetString()!;
        Assert.Contains(id, sent.Text, StringComparison.Ordinal);
        Assert.Contains("be-1", sent.Text, StringComparison.Ordinal);

        var read = await be.CallAsync("inbox");
        Assert.Contains($"<parley-message id=\"{id}\" from=\"pm-1\"", read.Text, StringComparison.Ordinal);
        Assert.Contains("priority=\"high\"", read.Text, StringComparison.Ordinal);
        Assert.Contains("Is the &lt;login&gt; page done?", read.Text, StringComparison.Ordinal);
        // Some harnesses show the model the data alone: it has the same text, and none of another agent beside it.
        Assert.Equal(read.Text, read.Data.GetProperty("text").GetString());
        Assert.Equal(id, read.Data.GetProperty("items")[0].GetProperty("message_id").GetString());
        Assert.DoesNotContain("<login>", read.Data.GetRawText(), StringComparison.Ordinal);
        var delivery = await SettledAsync(host, id);
        Assert.Equal(DeliveryState.Acknowledged, delivery.State);
        Assert.NotNull(delivery.SurfacedAt);
        Assert.Equal(SurfaceEvidence.Tool, delivery.Evidence);
        Assert.Contains("No message waits for be-1.", (await be.CallAsync("inbox")).Text, StringComparison.Ordinal);

        await be.CallAsync("reply", $$"""{"message_id": "{{id}}", "content": "Yes.", "outcome": "success"}""");
        var answer = await pm.CallAsync("inbox", """{"wait": 30}""");
        Assert.Contains($"reply_to=\"{id}\"", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_ack_a_message_stays_leased_until_it_is_done()
    {
        await using var host = await ConceptHost.StartAsync();
        await using var be = await McpUser.ConnectAsync(host, await host.RegisterAsync("be-1"));
        var id = await SayAsync(host, "Migrate the database.");

        var read = await be.CallAsync("inbox", """{"ack": false}""");
        Assert.Contains("Pass their ids as done", read.Text, StringComparison.Ordinal);
        await Polling.UntilAsync(() => "a message that is surfaced", async () => (await DeliveryAsync(host, id)).SurfacedAt is not null);
        Assert.Equal(DeliveryState.Leased, (await DeliveryAsync(host, id)).State);

        Assert.Contains("1 message is acknowledged.", (await be.CallAsync("inbox", $$"""{"done": ["{{id}}"]}""")).Text, StringComparison.Ordinal);
        Assert.Equal(DeliveryState.Acknowledged, (await DeliveryAsync(host, id)).State);
        Assert.Contains("could not be acknowledged", await be.FailAsync("inbox", """{"done": ["0199e1c1-0000-7000-8000-000000000700"]}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lease_that_lapses_brings_the_message_again_and_marked()
    {
        await using var host = await ConceptHost.StartAsync();
        await using var be = await McpUser.ConnectAsync(host, await host.RegisterAsync("be-1"));
        await SayAsync(host, "Migrate the database.");
        Assert.DoesNotContain("again=\"true\"", (await be.CallAsync("inbox", """{"ack": false}""")).Text, StringComparison.Ordinal);

        var again = "";
        await Polling.UntilAsync(() => "the message again", async () =>
        {
            // First the lease lapses, and then the pause before the next attempt.
            host.Clock.Advance(TimeSpan.FromMinutes(6));
            return (again = (await be.CallAsync("inbox")).Text).Contains("Migrate", StringComparison.Ordinal);
        });
        Assert.Contains("again=\"true\"", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_goes_away_while_it_waits_takes_no_message_with_it()
    {
        await using var host = await ConceptHost.StartAsync();
        var token = await host.RegisterAsync("be-1");
        await using (var be = await McpUser.ConnectAsync(host, token))
        {
            using var going = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var waiting = be.Client.CallToolAsync("inbox", new Dictionary<string, object?> { ["wait"] = 50 }, cancellationToken: going.Token).AsTask();
            await Polling.UntilAsync(() => "an agent that waits", async () => (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/be-1", token)).As(WireJson.Lenient.Agent).Status == AgentStatus.Online);
            await going.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        var id = await SayAsync(host, "Are you there?");

        await using var back = await McpUser.ConnectAsync(host, token);
        Assert.Contains(id, (await back.CallAsync("inbox", """{"wait": 30}""")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_with_a_session_whose_connection_breaks_takes_no_message_with_it()
    {
        await using var host = await ConceptHost.StartAsync();
        var token = await host.RegisterAsync("be-1");
        using (var raw = new HttpClient { BaseAddress = host.Client.BaseAddress })
        {
            const string initialize = """
                {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}}
                """;
            using var begun = await raw.SendAsync(Post(token, null, initialize), Cancellation);
            var session = begun.Headers.GetValues("Mcp-Session-Id").Single();
            var call = raw.SendAsync(
                Post(token, session, """{"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "inbox", "arguments": {"wait": 50}}}"""), Cancellation);
            await Polling.UntilAsync(() => "an agent that waits", async () => (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/be-1", token)).As(WireJson.Lenient.Agent).Status == AgentStatus.Online);
            _ = call.ContinueWith(static broken => broken.Exception, TaskScheduler.Default);
        }

        // The server needs a moment to see it. Whatever the broken call still took comes back at once, and not when its lease lapses.
        var id = await SayAsync(host, "Are you there?");
        await using var back = await McpUser.ConnectAsync(host, token);
        Assert.Contains(id, (await back.CallAsync("inbox", """{"wait": 50}""")).Text, StringComparison.Ordinal);

        static HttpRequestMessage Post(string token, string? session, string json)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/mcp") { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json") };
            request.Headers.Accept.ParseAdd("application/json");
            request.Headers.Accept.ParseAdd("text/event-stream");
            request.Headers.Authorization = new("Bearer", token);
            if (session is not null)
                request.Headers.Add("Mcp-Session-Id", session);
            return request;
        }
    }

    [Fact]
    public async Task A_request_waits_for_its_reply()
    {
        await using var host = await ConceptHost.StartAsync();
        await using var be = await McpUser.ConnectAsync(host, await host.RegisterAsync("be-1"));
        await using var pm = await McpUser.ConnectAsync(host, await host.RegisterAsync("pm-1"));

        var asking = pm.CallAsync("request", """{"to": ["be-1"], "content": "Which port?", "wait": 50}""");
        var got = await be.CallAsync("inbox", """{"wait": 30}""");
        var id = got.Data.GetProperty("items")[0].GetProperty("message_id").GetString();
        await be.CallAsync("reply", $$"""{"message_id": "{{id}}", "content": "8080"}""");

        var answer = await asking;
        Assert.Contains("The reply says success.", answer.Text, StringComparison.Ordinal);
        Assert.Contains("8080", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tasks_memory_reservations_and_questions_are_those_of_the_project()
    {
        await using var host = await ConceptHost.StartAsync();
        await using var be = await McpUser.ConnectAsync(host, await host.RegisterAsync("be-1"));
        await using var fe = await McpUser.ConnectAsync(host, await host.RegisterAsync("fe-1"));

        var task = (await be.CallAsync("task", """{"action": "create", "title": "Build the login page", "agent_id": "fe-1", "priority": "high"}""")).Data;
        var id = task.GetProperty("task_id").GetString();
        var fence = task.GetProperty("fence").GetInt64();
        await fe.CallAsync("task", $$"""{"action": "accept", "task_id": "{{id}}", "fence": {{fence}}}""");
        await fe.CallAsync("task", $$$"""{"action": "complete", "task_id": "{{{id}}}", "fence": {{{fence}}}, "result": {"lines": 12}}""");
        Assert.Contains("\"completed\"", (await be.CallAsync("task", $$"""{"action": "get", "task_id": "{{id}}"}""")).Text, StringComparison.Ordinal);
        Assert.Contains("does not use fence", await be.FailAsync("task", """{"action": "create", "title": "x", "fence": 1}"""), StringComparison.Ordinal);
        Assert.Contains("task_id is missing", await be.FailAsync("task", """{"action": "accept"}"""), StringComparison.Ordinal);

        await be.CallAsync("memory", """{"action": "set", "key": "plan/log in", "value": {"port": 8080}}""");
        Assert.Equal(8080, (await fe.CallAsync("memory", """{"action": "get", "key": "plan/log in"}""")).Data.GetProperty("value").GetProperty("port").GetInt32());
        Assert.Contains("plan/log in", (await fe.CallAsync("memory", """{"action": "list", "prefix": "plan/"}""")).Text, StringComparison.Ordinal);
        Assert.Equal("Deleted.", (await fe.CallAsync("memory", """{"action": "delete", "key": "plan/log in"}""")).Text);

        var reserved = (await be.CallAsync("reserve", """{"paths": ["src/login/**"], "reason": "The login page"}""")).Data;
        Assert.Contains("be-1", await fe.FailAsync("reserve", """{"paths": ["src/login/page.tsx"]}"""), StringComparison.Ordinal);
        Assert.Contains("src/login/page.tsx", (await fe.CallAsync("reserve", """{"action": "check", "paths": "src/login/page.tsx"}""")).Text, StringComparison.Ordinal);
        await be.CallAsync("reserve", $$"""{"action": "release", "reservation_id": "{{reserved.GetProperty("reservation_id").GetString()}}"}""");
        await fe.CallAsync("reserve", """{"paths": ["src/login/page.tsx"]}""");

        var asked = (await be.CallAsync("ask_human", """{"question": "Which database?", "options": ["sqlite", "postgres"]}""")).Data.GetProperty("question_id").GetString();
        await host.SendAsync(HttpMethod.Post, $"/api/v1/questions/{asked}/answer", await host.TokenAsync(TokenKind.Operator), """{"answer": "postgres"}""");
        Assert.Contains("postgres", (await be.CallAsync("ask_human", $$"""{"question_id": "{{asked}}", "wait": 30}""")).Text, StringComparison.Ordinal);

        Assert.Contains("fe-1", (await be.CallAsync("agents", """{"text": "fe"}""")).Text, StringComparison.Ordinal);
        Assert.Contains("\"agent_id\":\"be-1\"", (await be.CallAsync("catch_up")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversation_is_read_whole()
    {
        await using var host = await ConceptHost.StartAsync();
        await using var be = await McpUser.ConnectAsync(host, await host.RegisterAsync("be-1"));
        var whole = string.Join(' ', Enumerable.Range(0, 2_000).Select(i => $"word{i}"));
        var id = await SayAsync(host, whole);

        var inbox = await be.CallAsync("inbox", """{"budget_tokens": 500}""");
        Assert.Contains("cut=\"true\"", inbox.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("word1999", inbox.Text, StringComparison.Ordinal);

        Assert.Contains("word1999", (await be.CallAsync("thread", $$"""{"message_id": "{{id}}"}""")).Text, StringComparison.Ordinal);
        var thread = (await be.CallAsync("thread")).Data.GetProperty("items")[0].GetProperty("conversation_thread_id").GetString();
        Assert.Contains("word1999", (await be.CallAsync("thread", $$"""{"thread_id": "{{thread}}"}""")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send", """{"content": "x"}""", "to is missing")]
    [InlineData("send", """{"to": "be-1", "contents": "x"}""", "did you mean content?")]
    [InlineData("send", """{"to": "be-1", "priority": "urgent"}""", "priority must be one of low, normal, high, critical")]
    [InlineData("send", """{"to": "nobody-1", "content": "x"}""", "nobody-1")]
    [InlineData("inbox", """{"wait": 51}""", "wait must be a number from 0 to 50")]
    [InlineData("inbox", """{"ack": "no"}""", "ack must be true or false")]
    [InlineData("inbox", """{"budget_tokens": 0}""", "budget_tokens must be a whole number from 1 on")]
    [InlineData("reply", """{"message_id": "x", "content": "x"}""", "not_found")]
    [InlineData("task", """{"action": "get", "task_id": "../agents/be-1"}""", "not_found")]
    [InlineData("task", """{"action": "get", "task_id": "pending?limit=1"}""", "not_found")]
    [InlineData("reserve", """{}""", "paths is missing")]
    [InlineData("thread", """{"thread_id": "0199e1c1-0000-7000-8000-000000000700"}""", "not_found")]
    public async Task What_is_wrong_is_said_to_the_model(string tool, string arguments, string said)
    {
        await using var host = await ConceptHost.StartAsync();
        await using var be = await McpUser.ConnectAsync(host, await host.RegisterAsync("be-1"));

        Assert.Contains(said, await be.FailAsync(tool, arguments), StringComparison.Ordinal);
    }

    private static async Task<string> SayAsync(ConceptHost host, string content, string to = "be-1")
    {
        var body = JsonSerializer.Serialize(new SendRequest { To = [to], Content = content }, WireJson.Strict.SendRequest);
        return (await host.SendAsync(HttpMethod.Post, "/api/v1/messages", await host.TokenAsync(TokenKind.Operator), body)).As(WireJson.Lenient.SendAnswer).MessageId;
    }

    private static async Task<Delivery> DeliveryAsync(ConceptHost host, string message)
    {
        var trace = await host.SendAsync(HttpMethod.Get, $"/api/v1/messages/{message}/trace", await host.TokenAsync(TokenKind.Admin));
        return Assert.Single(trace.As(WireJson.Lenient.MessageTrace).Deliveries);
    }

    /// <summary>What is settled after the answer, is soon.</summary>
    private static async Task<Delivery> SettledAsync(ConceptHost host, string message)
    {
        await Polling.UntilAsync(() => "an acknowledgment", async () => (await DeliveryAsync(host, message)).State == DeliveryState.Acknowledged);
        return await DeliveryAsync(host, message);
    }
}
