using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Messages;

/// <summary>A preview says what a send would do, and does none of it.</summary>
public abstract class PreviewTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/messages", Preview = $"{Api}/preview";

    [Theory]
    [InlineData("bob")]
    [InlineData("Bob the Builder")]
    [InlineData("*")]
    [InlineData("role:reviewer")]
    [InlineData("capability:dba")]
    [InlineData("squad:alpha")]
    [InlineData("topic:builds.failed")]
    [InlineData("human")]
    [InlineData("bob", "squad:alpha", "human")]
    [InlineData("role:nobody")]
    public async Task It_says_what_the_send_says_then(params string[] to)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada, bob) = (await host.TokenAsync(TokenKind.Admin), await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        await PostAsync(host, admin, "/api/v1/agents/bob", """{"name": "Bob the Builder", "role": "reviewer", "capabilities": ["dba"]}""", HttpMethod.Put);
        await PostAsync(host, bob, "/api/v1/agents/bob/subscriptions", """{"topics": ["builds.*"]}""", HttpMethod.Put);
        using var socket = await TestSocket.ConnectAsync(host, "cyd", await host.RegisterAsync("cyd"));
        _ = await host.RegisterAsync("eve");
        await PostAsync(host, admin, "/api/v1/agents/eve/pause", "{}");
        await PostAsync(host, admin, "/api/v1/squads", """{"squad_id": "alpha", "members": [{"agent_id": "bob"}, {"agent_id": "cyd"}, {"agent_id": "eve"}]}""");
        await PostAsync(host, ada, Api, """{"to": "bob", "content": "first"}""");
        await PostAsync(host, ada, Api, """{"to": "bob", "content": "low", "priority": 1}""");
        var json = $$"""{"to": {{JsonSerializer.Serialize(to, WireJson.Strict.StringArray)}}, "content": "x", "priority": 2}""";
        var before = (await host.LogAsync()).Count;

        var preview = (await PostAsync(host, ada, Preview, json)).As(WireJson.Lenient.SendPreview);
        var after = (await host.LogAsync()).Count;
        var sent = (await PostAsync(host, ada, Api, json)).As(WireJson.Lenient.SendAnswer);

        Assert.Equal(before, after);
        Assert.Equal(Shown(sent.Deliveries), Shown(preview.Deliveries));
        Assert.Equal(sent.DeliveriesTotal, preview.DeliveriesTotal);

        static IEnumerable<string> Shown(IReadOnlyList<DeliveryOutlook> deliveries) =>
            deliveries.Select(one => $"{one.AgentId} {one.Status} {one.Ahead} {Fate(one)} {one.Refused}").Order(StringComparer.Ordinal);

        // Whether a connection takes it in the same commit also depends on what is on its way to it.
        static string Fate(DeliveryOutlook delivery) => delivery.Outlook is Outlook.Pushed or Outlook.WhenIdle ? "taken" : $"{delivery.Outlook}";
    }

    [Fact]
    public async Task A_preview_of_a_message_to_people_opens_no_inbox()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = (await host.TokenAsync(TokenKind.Admin), await host.RegisterAsync("ada"));

        var preview = (await PostAsync(host, ada, Preview, """{"to": "human", "content": "x"}""")).As(WireJson.Lenient.SendPreview);
        await PostAsync(host, admin, Preview, """{"to": "ada", "content": "x"}""");

        Assert.Equal("human", Assert.Single(preview.Deliveries).AgentId);
        Assert.Equal(["ada"], (await PostAsync(host, admin, "/api/v1/agents", null, HttpMethod.Get)).As(WireJson.Lenient.PageAgent).Items.Select(agent => agent.AgentId));
    }

    [Fact]
    public async Task Nothing_is_stored_and_no_budget_is_spent()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = (await host.TokenAsync(TokenKind.Admin), await host.RegisterAsync("ada"));
        _ = await host.RegisterAsync("bob");
        await PostAsync(host, admin, "/api/v1/budgets/agents/ada", """{"messages": 1}""", HttpMethod.Put);
        var before = (await host.LogAsync()).Count;

        const string Json = """{"to": "bob", "content": "x", "idempotency_key": "k"}""";
        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Post, Preview, ada, Json)).Status);

        Assert.Equal(before, (await host.LogAsync()).Count);
        Assert.Empty((await PostAsync(host, await host.TokenAsync(TokenKind.Observer), Api, null, HttpMethod.Get)).As(WireJson.Lenient.PageMessage).Items);
        // The key is free, also for another message, and so is the budget.
        var sent = (await PostAsync(host, ada, Api, """{"to": "bob", "content": "y", "idempotency_key": "k"}""")).As(WireJson.Lenient.SendAnswer);
        Assert.False(sent.Duplicate);
    }

    [Fact]
    public async Task What_the_send_would_be_refused_for_it_is_refused_for()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = (await host.TokenAsync(TokenKind.Admin), await host.RegisterAsync("ada"));
        _ = await host.RegisterAsync("bob");
        await PostAsync(host, admin, "/api/v1/schemas/typed", """{"schema": {"type": "object", "required": ["a"]}}""", HttpMethod.Put);
        var run = (await PostAsync(host, ada, "/api/v1/executions", """{"title": "A run"}""")).As(WireJson.Lenient.Execution).ExecutionId;
        await PostAsync(host, ada, $"/api/v1/executions/{run}/complete", "{}");
        await RefusedAsync("""{"to": "nobody", "content": "x"}""", HttpStatusCode.NotFound);
        await RefusedAsync("""{"to": "bob"}""", HttpStatusCode.BadRequest);
        await RefusedAsync("""{"to": "bob", "content": "x", "colour": 1}""", HttpStatusCode.BadRequest);
        await RefusedAsync("""{"to": "bob", "message_type": "typed", "payload": {}}""");
        await RefusedAsync($$"""{"to": "bob", "content": "x", "execution_id": "{{run}}"}""");
        await RefusedAsync("""{"to": "bob", "content": "x", "sender_id": "bob"}""", HttpStatusCode.Forbidden);
        await PostAsync(host, admin, "/api/v1/projects/default", """{"settings": {"mailbox_limit": 1}}""", HttpMethod.Put);
        await PostAsync(host, ada, Api, """{"to": "bob", "content": "x"}""");
        await RefusedAsync("""{"to": "bob", "content": "x"}""", HttpStatusCode.TooManyRequests);
        _ = await host.RegisterAsync("cyd");
        await PostAsync(host, admin, "/api/v1/budgets/agents/ada", """{"messages": 1}""", HttpMethod.Put);
        await PostAsync(host, ada, Api, """{"to": "*", "content": "x"}""");
        await RefusedAsync("""{"to": "*", "content": "x"}""");

        async Task RefusedAsync(string json, HttpStatusCode? status = null)
        {
            var rehearsed = await host.SendAsync(HttpMethod.Post, Preview, ada, json);
            var sent = await host.SendAsync(HttpMethod.Post, Api, ada, json);
            Assert.True((int)rehearsed.Status >= 400, json);
            Assert.Equal((sent.Status, sent.Text), (rehearsed.Status, rehearsed.Text));
            if (status is { } wanted)
                Assert.Equal(wanted, rehearsed.Status);
        }
    }

    [Fact]
    public async Task Rules_are_applied_and_capabilities_keep_their_turn()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = (await host.TokenAsync(TokenKind.Admin), await host.RegisterAsync("ada"));
        foreach (var id in new[] { "b1", "b2" })
        {
            _ = await host.RegisterAsync(id);
            await PostAsync(host, admin, $"/api/v1/agents/{id}", """{"capabilities": ["dba"]}""", HttpMethod.Put);
        }

        await PostAsync(
            host, admin, "/api/v1/routing/rules", """{"rules": [{"name": "r", "when": {"types": ["db"]}, "to": "capability:dba", "priority": 4}]}""", HttpMethod.Put);
        const string Json = """{"to": "b1", "message_type": "db", "content": "x"}""";

        for (var i = 0; i < 3; i++)
        {
            var first = (await PostAsync(host, ada, Preview, Json)).As(WireJson.Lenient.SendPreview);
            var again = (await PostAsync(host, ada, Preview, Json)).As(WireJson.Lenient.SendPreview);
            var sent = (await PostAsync(host, ada, Api, Json)).As(WireJson.Lenient.SendAnswer);

            Assert.Equal(("capability:dba", Priority.Critical), (Assert.Single(first.To), first.Priority));
            Assert.Contains(first.Routing, line => line.Contains("rule r", StringComparison.Ordinal));
            Assert.Equal(first.Deliveries[0].AgentId, again.Deliveries[0].AgentId);
            Assert.Equal(first.Deliveries[0].AgentId, sent.Deliveries[0].AgentId);
        }
    }

    [Fact]
    public async Task It_counts_against_the_rate_limit()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = (await host.TokenAsync(TokenKind.Admin), await host.RegisterAsync("ada"));
        _ = await host.RegisterAsync("bob");
        await PostAsync(host, admin, "/api/v1/projects/default", """{"settings": {"rate_limit_per_second": 1, "rate_limit_burst": 2}}""", HttpMethod.Put);

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 3; i++)
            answers.Add((await host.SendAsync(HttpMethod.Post, Preview, ada, """{"to": "bob", "content": "x"}""")).Status);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], answers);
    }

    private static async Task<Answer> PostAsync(ConceptHost host, string token, string path, string? json, HttpMethod? method = null)
    {
        var answer = await host.SendAsync(method ?? HttpMethod.Post, path, token, json);
        Assert.True((int)answer.Status < 300, $"{path}: {answer.Text}");
        return answer;
    }
}

public sealed class SqlitePreviewTests() : PreviewTests(new OnSqlite());

public sealed class PostgresPreviewTests(PostgresDatabases databases) : PreviewTests(new OnPostgres(databases));
