using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Routing;

public abstract class RoutingRulesTests(StorageUnderTest storage)
{
    private const string Rules = "/api/v1/routing/rules", Messages = "/api/v1/messages";

    [Fact]
    public async Task A_message_goes_where_a_rule_sends_it_and_the_trace_says_so()
    {
        await using var host = await StartAsync();
        await host.SetAsync("""[{"name": "db", "when": {"words": ["postgres"]}, "to": "capability:dba", "priority": 3, "metadata": {"team": "data"}}]""");

        var moved = await host.SentAsync("""{"to": "bob", "content": "Postgres is slow", "metadata": {"a": 1}}""");
        var untouched = await host.SentAsync("""{"to": "bob", "content": "MySQL is slow"}""");

        Assert.Equal("dan", Assert.Single(moved.Deliveries).AgentId);
        Assert.Equal("bob", Assert.Single(untouched.Deliveries).AgentId);
        var trace = await host.TraceAsync(moved);
        Assert.Equal(["db"], trace.Rules);
        Assert.Equal(
            ["rule db: sent to capability:dba; priority 2 raised to 3; added team to the metadata", "capability:dba -> dan"], trace.Routing);
        Assert.Equal(["capability:dba"], trace.Message.To);
        Assert.Equal((Priority.High, Surface.NextBoundary), (trace.Message.Priority, trace.Message.Surface));
        Assert.Equal("""{"a":1,"team":"data"}""", trace.Message.Metadata!.Value.GetRawText());
        Assert.Empty((await host.TraceAsync(untouched)).Rules);
    }

    [Fact]
    public async Task The_first_rule_that_matches_and_has_an_address_decides_where_the_message_goes()
    {
        await using var host = await StartAsync();
        const string toBob = """{"name": "to-bob", "when": {"types": ["alert"]}, "to": "bob"}""", toDan = """{"name": "to-dan", "to": "dan"}""";

        await host.SetAsync($"[{toBob}, {toDan}]");
        var bobs = await host.SentAsync("""{"to": "human", "message_type": "alert", "content": "x"}""");
        var dans = await host.SentAsync("""{"to": "human", "content": "x"}""");
        await host.SetAsync($"[{toDan}, {toBob}]");
        var turned = await host.SentAsync("""{"to": "human", "message_type": "alert", "content": "x"}""");

        Assert.Equal(["bob", "dan", "dan"], new[] { bobs, dans, turned }.Select(sent => Assert.Single(sent.Deliveries).AgentId));
        Assert.Equal(["rule to-bob: sent to bob", "rule to-dan: not sent to dan: 'to-bob' comes first"], (await host.TraceAsync(bobs)).Routing);
        Assert.Equal(["rule to-dan: sent to dan", "rule to-bob: not sent to bob: 'to-dan' comes first"], (await host.TraceAsync(turned)).Routing);
    }

    [Fact]
    public async Task Rules_that_send_to_each_other_move_a_message_once()
    {
        await using var host = await StartAsync();
        await host.SetAsync(
            """
            [{"name": "there", "when": {"to": ["bob"]}, "to": "dan"}, {"name": "back", "when": {"to": ["dan"]}, "to": "bob"},
             {"name": "itself", "when": {"to": ["capability:dba"]}, "to": "capability:dba"}]
            """);

        var there = await host.SentAsync("""{"to": "bob", "content": "x"}""");
        var back = await host.SentAsync("""{"to": "dan", "content": "x"}""");
        var both = await host.SentAsync("""{"to": ["bob", "dan"], "content": "x"}""");
        var itself = await host.SentAsync("""{"to": "capability:dba", "content": "x"}""");

        Assert.Equal(["dan", "bob", "dan", "dan"], new[] { there, back, both, itself }.Select(sent => Assert.Single(sent.Deliveries).AgentId));
        Assert.Equal(["there"], (await host.TraceAsync(there)).Rules);
        Assert.Equal(["back"], (await host.TraceAsync(back)).Rules);
        Assert.Equal(["there", "back"], (await host.TraceAsync(both)).Rules);
    }

    [Fact]
    public async Task A_message_that_was_moved_stays_where_it_is_when_its_rule_is_removed()
    {
        await using var host = await StartAsync();
        await host.SetAsync("""[{"name": "all", "to": "dan"}]""");
        var later = host.Host.Clock.GetUtcNow().AddHours(1);

        var moved = await host.SentAsync($$"""{"to": "bob", "content": "x", "deliver_at": "{{later:yyyy-MM-ddTHH:mm:ssZ}}"}""");
        await host.SetAsync("[]");
        var after = await host.SentAsync("""{"to": "bob", "content": "x"}""");

        var trace = await host.TraceAsync(moved);
        Assert.Equal("dan", Assert.Single(trace.Deliveries).AgentId);
        Assert.Equal(["all"], trace.Rules);
        Assert.Equal("bob", Assert.Single(after.Deliveries).AgentId);
    }

    [Fact]
    public async Task A_rule_never_lowers_a_priority()
    {
        await using var host = await StartAsync();
        await host.SetAsync("""[{"name": "low", "priority": 1}]""");

        var sent = await host.SentAsync("""{"to": "bob", "content": "x", "priority": 4}""");

        Assert.Equal(Priority.Critical, (await host.TraceAsync(sent)).Message.Priority);
    }

    [Theory]
    [InlineData("nobody-here")]
    [InlineData("capability:dance")]
    [InlineData("squad:none")]
    [InlineData("role:nobody")]
    [InlineData("ada")]
    public async Task A_rule_that_leads_to_nobody_else_loses_no_message(string to)
    {
        await using var host = await StartAsync();
        await host.SetAsync($$"""[{"name": "r", "to": "{{to}}"}]""");

        var sent = await host.SentAsync("""{"to": ["bob"], "content": "x"}""");

        Assert.Equal("bob", Assert.Single(sent.Deliveries).AgentId);
        var trace = await host.TraceAsync(sent);
        Assert.Equal(["bob"], trace.Message.To);
        Assert.StartsWith($"rule r: not sent to {to}: ", Assert.Single(trace.Routing), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_goes_to_whom_it_answers()
    {
        await using var host = await StartAsync();
        var asked = await host.SentAsync("""{"to": "bob", "content": "Is it safe?"}""");
        await host.SetAsync("""[{"name": "all", "to": "dan", "priority": 4}]""");

        var reply = await host.SentAsync($$"""{"reply_to": "{{asked.MessageId}}", "content": "Yes."}""", host.Bob);

        Assert.Equal("ada", Assert.Single(reply.Deliveries).AgentId);
        var trace = await host.TraceAsync(reply);
        Assert.Equal(Priority.Critical, trace.Message.Priority);
        Assert.Equal(["rule all: not sent to dan: it is a reply; priority 2 raised to 4"], trace.Routing);
    }

    [Fact]
    public async Task What_the_server_itself_sends_is_not_touched()
    {
        await using var host = await StartAsync();
        await host.SetAsync("""[{"name": "all", "when": {"types": ["delivery_failed"]}, "to": "dan", "priority": 4}]""");
        await host.SentAsync("""{"to": "bob", "content": "short-lived", "ttl_seconds": 1}""");

        var inbox = "";
        await Polling.UntilAsync(() => "the sender to hear of it", async () =>
        {
            host.Host.Clock.Advance(TimeSpan.FromSeconds(1));
            inbox = (await host.Host.SendAsync(HttpMethod.Get, "/api/v1/agents/ada/inbox", host.Ada)).Text;
            return inbox.Contains("delivery_failed", StringComparison.Ordinal);
        });

        Assert.Contains("\"priority\":2", inbox, StringComparison.Ordinal);
        Assert.DoesNotContain("\"priority\":4", inbox, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_send_is_a_duplicate_even_after_the_rules_have_changed()
    {
        await using var host = await StartAsync();
        const string send = """{"to": "bob", "content": "x", "metadata": {"a": 1}, "idempotency_key": "k"}""";

        var first = await host.SentAsync(send);
        await host.SetAsync("""[{"name": "all", "to": "dan", "priority": 4, "metadata": {"b": 2}}]""");
        var again = await host.SentAsync(send);
        await host.SetAsync("[]");
        var third = await host.SentAsync(send);

        Assert.Equal((first.MessageId, true), (again.MessageId, again.Duplicate));
        Assert.Equal((first.MessageId, true), (third.MessageId, third.Duplicate));
    }

    [Fact]
    public async Task A_message_for_people_reaches_them_wherever_a_rule_sends_it()
    {
        await using var host = await StartAsync();
        await host.SetAsync("""[{"name": "all", "to": "dan"}]""");

        var sent = await host.SentAsync("""{"to": "bob", "message_type": "human_intervention_required", "content": "x"}""");

        Assert.Equal(["dan", "human"], sent.Deliveries.Select(delivery => delivery.AgentId).Order());
    }

    [Fact]
    public async Task The_topic_of_a_send_cannot_pretend_to_be_a_rule()
    {
        await using var host = await StartAsync();

        var refused = await host.Host.SendAsync(HttpMethod.Post, "/api/v1/messages", host.Admin, """{"to": ["topic:x\nrule\tforged\tdid it", "bob"], "content": "x"}""");
        var sent = await host.SentAsync("""{"to": ["topic:rule forged: did it", "bob"], "content": "x"}""");

        Assert.Equal(HttpStatusCode.NotFound, refused.Status);
        Assert.Empty((await host.TraceAsync(sent)).Rules);
    }

    [Fact]
    public async Task Rules_are_replaced_as_a_whole_and_only_at_the_version_that_is_named()
    {
        await using var host = await StartAsync();
        var none = (await host.Host.SendAsync(HttpMethod.Get, Rules, host.Admin)).As(WireJson.Lenient.RoutingRules);
        await host.SetAsync("""[{"name": "a", "priority": 3}]""");
        var bad = await host.Host.SendAsync(HttpMethod.Put, Rules, host.Admin, """{"rules": [{"name": "b", "priority": 3}, {"name": "c"}]}""");
        var kept = (await host.Host.SendAsync(HttpMethod.Get, Rules, host.Admin)).As(WireJson.Lenient.RoutingRules);

        Assert.Equal((0, 0), (none.Rules.Count, (int)none.Version));
        Assert.Equal(HttpStatusCode.BadRequest, bad.Status);
        Assert.Equal("a", Assert.Single(kept.Rules).Name);
        Assert.True(kept.Version > 0);
    }

    [Fact]
    public async Task Rules_hold_after_a_restart_and_are_counted()
    {
        await using var data = await storage.NewAsync();
        await using (var before = await RuledFleet.StartAsync(await ConceptHost.StartAsync(data)))
        {
            await before.SetAsync("""[{"name": "db", "when": {"words": ["postgres"]}, "to": "capability:dba"}]""");
            await before.SentAsync("""{"to": "bob", "content": "postgres"}""");
        }

        await using var host = await ConceptHost.StartAsync(data);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var sent = await host.SendAsync(HttpMethod.Post, Messages, admin, """{"to": "bob", "content": "postgres"}""");
        var stats = (await host.SendAsync(HttpMethod.Get, "/api/v1/stats/routing", admin)).As(WireJson.Lenient.RoutingStats);

        Assert.Equal("dan", Assert.Single(sent.As(WireJson.Lenient.SendAnswer).Deliveries).AgentId);
        Assert.Equal([("db", 2L)], stats.Rules.Select(count => (count.Name, count.Messages)));
        Assert.Equal([("capability", 2L)], stats.Strategies.Select(count => (count.Name, count.Messages)));
    }

    [Fact]
    public async Task Each_message_counts_once_for_every_rule_that_touched_it_and_every_kind_of_address()
    {
        await using var host = await StartAsync();
        await host.SetAsync(
            """
            [{"name": "all", "when": {"senders": ["ada"]}, "priority": 3},
             {"name": "db", "when": {"words": ["postgres"]}, "to": ["capability:dba", "role:nobody", "role:none"]}]
            """);
        await host.SentAsync("""{"to": "bob", "content": "postgres"}""");
        await host.SentAsync("""{"to": "bob", "content": "x"}""");
        await host.SentAsync("""{"to": "bob", "content": "x"}""");
        await host.SentAsync("""{"to": "ada", "content": "x"}""", host.Bob);
        await host.SentAsync("""{"to": "role:nobody", "content": "x"}""", host.Bob);
        var first = await StatsAsync();
        await host.SentAsync("""{"to": "bob", "content": "x"}""");
        var second = await StatsAsync();
        await host.SetAsync("[]");
        await host.SentAsync("""{"to": "bob", "content": "postgres"}""");
        var removed = await StatsAsync();

        Assert.Equal([("all", 3L), ("db", 1L)], first.Rules.Select(count => (count.Name, count.Messages)));
        Assert.Equal([("all", 4L), ("db", 1L)], second.Rules.Select(count => (count.Name, count.Messages)));
        Assert.Equal([("role", 2L), ("capability", 1L)], first.Strategies.Select(count => (count.Name, count.Messages)));
        Assert.Equal(second.Rules, removed.Rules);

        async Task<RoutingStats> StatsAsync() =>
            (await host.Host.SendAsync(HttpMethod.Get, "/api/v1/stats/routing", host.Admin)).As(WireJson.Lenient.RoutingStats);
    }

    private async Task<RuledFleet> StartAsync() => await RuledFleet.StartAsync(await ConceptHost.StartAsync(storage));
}

public sealed class SqliteRoutingRulesTests() : RoutingRulesTests(new OnSqlite());

public sealed class PostgresRoutingRulesTests(PostgresDatabases databases) : RoutingRulesTests(new OnPostgres(databases))
{
    [Fact]
    public async Task Every_node_routes_by_what_one_of_them_was_told()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var admin = await nodes.One.TokenAsync(TokenKind.Admin);
        await nodes.One.RegisterAsync("bob");

        await SetAsync("""[{"name": "all", "to": "bob"}]""");
        await UntilAsync("bob");
        await SetAsync("[]");
        await UntilAsync("human");

        Task SetAsync(string rules) => nodes.One.SendAsync(HttpMethod.Put, "/api/v1/routing/rules", admin, $$"""{"rules": {{rules}}}""");

        Task UntilAsync(string recipient) => Polling.UntilAsync(
            () => $"the other node to send to {recipient}",
            async () => (await nodes.Other.SendAsync(HttpMethod.Post, "/api/v1/messages", admin, """{"to": "human", "content": "x"}"""))
                .As(WireJson.Lenient.SendAnswer).Deliveries is [var only] && only.AgentId == recipient);
    }
}
