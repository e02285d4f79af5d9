using FsCheck;
using FsCheck.Fluent;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Routing;

public abstract class RoutingExplanationTests(StorageUnderTest storage)
{
    private static readonly (string Field, string Value)[] Conditions =
    [
        ("types", """["question", "human_*"]"""), ("senders", """["role:lead", "ada"]"""), ("senders", """["bob"]"""), ("to", """["bob", "*", "human"]"""),
        ("words", """["postgres", "fire"]"""), ("pattern", "\"(?i)down$\""), ("metadata", """{"env": "production"}"""),
    ];

    private static readonly string[] Targets =
    [
        "\"bob\"", "\"human\"", "\"ada\"", "\"nobody-here\"", "\"capability:dba\"", "\"capability:dance\"", "\"role:lead\"", "\"squad:none\"", "\"*\"",
        """["bob", "dan"]""", """["ada", "cyd"]""", """["capability:dba", "human"]""",
    ];

    private static readonly string[] Contents = ["Postgres is down", "Is the house on fire?", "hello", "It went DOWN"];

    [Fact]
    public async Task What_is_explained_is_what_happens()
    {
        await using var host = await StartAsync();
        await host.RegisterAsync("""{"agent_id": "cyd", "role": "lead", "capabilities": ["dba"]}""");
        var rule =
            from first in Gen.Elements(Conditions)
            from second in Gen.Elements(Conditions)
            from conditions in Gen.Choose(0, 2)
            from to in Gen.Elements(Targets.Select(target => $", \"to\": {target}").Append(""))
            from priority in Gen.Choose(0, 4)
            from metadata in Gen.Elements("", "", """, "metadata": {"team": "data"}""", """, "metadata": {"env": "staging", "n": [1.0, null]}""")
            from stop in Gen.Elements("false", "false", "true")
            let when = string.Join(", ", new[] { first, second }.Take(conditions).DistinctBy(condition => condition.Field).Select(condition => $"\"{condition.Field}\": {condition.Value}"))
            select $$"""
                "when": { {{when}} }{{to}}{{metadata}}, "priority": {{Math.Max(1, priority)}}, "stop": {{stop}}
                """;
        var send =
            from to in Gen.Elements(Targets)
            from type in Gen.Elements("text", "question", "human_intervention_required")
            from content in Gen.Elements(Contents)
            from priority in Gen.Choose(1, 4)
            from metadata in Gen.Elements("null", """{"env": "production"}""", """{"env": "production", "team": "web"}""")
            select $$"""{"sender_id": "ada", "to": {{to}}, "message_type": "{{type}}", "content": "{{content}}", "priority": {{priority}}, "metadata": {{metadata}}}""";
        var cases = from rules in rule.ArrayOf() from one in send select new Case(rules, one);

        GeneratedCases.Hold(150, 6, Arb.From(cases, Shorter), one => HoldsAsync(host, one).GetAwaiter().GetResult());
    }

    private static IEnumerable<Case> Shorter(Case whole) => GeneratedCases.Shorter(whole.Rules).Select(rules => whole with { Rules = rules });

    private static async Task HoldsAsync(RuledFleet host, Case one)
    {
        await host.SetAsync($"[{string.Join(",\n", one.Rules.Select((rule, at) => $$"""{"name": "r{{at}}", {{rule}}}"""))}]");

        var explained = await host.ExplainAsync(one.Send);
        var answer = await host.Host.SendAsync(HttpMethod.Post, "/api/v1/messages", host.Ada, one.Send);

        if (!answer.Response.IsSuccessStatusCode)
        {
            Assert.Equal(answer.As(WireJson.Lenient.Problem).Code, explained.Problem?.Code);
            return;
        }

        var sent = answer.As(WireJson.Lenient.SendAnswer);
        var trace = await host.TraceAsync(sent);
        Assert.Null(explained.Problem);
        Assert.Equal(trace.Message.To, explained.To);
        Assert.Equal(sent.Deliveries.Select(delivery => delivery.AgentId), explained.Recipients);
        Assert.Equal(sent.DeliveriesTotal, explained.RecipientsTotal);
        Assert.Equal(trace.Message.Priority, explained.Priority);
        Assert.Equal(trace.Message.Metadata?.GetRawText(), explained.Metadata?.GetRawText());
        Assert.Equal(trace.Routing, explained.Routing);
        Assert.Equal(trace.Rules, explained.Rules.Where(rule => rule.Matches).Select(rule => rule.Name));
        Assert.All(explained.Candidates, candidate => Assert.Equal(explained.Recipients.Contains(candidate.AgentId), candidate.Chosen));
    }

    [Fact]
    public async Task An_explanation_says_what_would_happen_and_nothing_does()
    {
        await using var host = await StartAsync();
        await host.SetAsync(
            """
            [{"name": "db", "when": {"words": ["postgres"]}, "to": "capability:dba", "priority": 3, "metadata": {"team": "data"}},
             {"name": "other", "when": {"types": ["alert"]}, "priority": 4}]
            """);
        var head = host.Host.Default.Log.Head;

        var answer = await host.ExplainAsync("""{"sender_id": "ada", "to": "bob", "content": "Postgres is slow"}""");
        var refused = await host.ExplainAsync("""{"sender_id": "ada", "to": "bbo", "content": "x"}""");

        Assert.Equal(["capability:dba"], answer.To);
        Assert.Equal(["dan"], answer.Recipients);
        Assert.Equal(Priority.High, answer.Priority);
        Assert.Equal([("db", true), ("other", false)], answer.Rules.Select(rule => (rule.Name, rule.Matches)));
        Assert.Equal("its type is none of the rule's types", answer.Rules[1].Reason);
        Assert.Equal(("dan", true), (Assert.Single(answer.Candidates).AgentId, answer.Candidates[0].Chosen));
        Assert.Equal(ErrorCodes.UnknownRecipient, refused.Problem!.Code);
        Assert.Equal(head, host.Host.Default.Log.Head);
    }

    private async Task<RuledFleet> StartAsync() => await RuledFleet.StartAsync(await ConceptHost.StartAsync(storage));

    /// <param name="Rules">Each without its name.</param>
    private sealed record Case(string[] Rules, string Send)
    {
        public override string ToString() => $"{string.Join('\n', Rules)}\n{Send}";
    }
}

public sealed class SqliteRoutingExplanationTests() : RoutingExplanationTests(new OnSqlite());

public sealed class PostgresRoutingExplanationTests(PostgresDatabases databases) : RoutingExplanationTests(new OnPostgres(databases));
