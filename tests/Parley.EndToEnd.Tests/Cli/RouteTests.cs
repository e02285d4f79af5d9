using System.Text.Json;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>Routing rules, as a person at a terminal sets and asks about them.</summary>
public sealed class RouteTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Rules = """{"rules": [{"name": "database", "when": {"words": ["postgres"]}, "to": "capability:dba", "priority": 3}]}""";

    [Fact]
    public async Task Rules_are_set_listed_explained_counted_and_set_again_as_they_were_listed()
    {
        await server.RunAsync("projects", "create", "routed");
        await RunAsync("register", "db-1", "--capability", "dba");
        Assert.Contains("No rules", (await RunAsync("route", "list")).Error, StringComparison.Ordinal);

        Assert.Equal(0, (await SetAsync(Rules, "--project", "routed")).ExitCode);
        Assert.Contains((await RunAsync("route", "list")).Lines, line => line.StartsWith("database", StringComparison.Ordinal) && line.Contains("to capability:dba", StringComparison.Ordinal));
        var explained = (await RunAsync("route", "explain", "human", "Is Postgres down?")).Output;
        Assert.Contains("recipients  db-1", explained, StringComparison.Ordinal);
        Assert.Contains("database: matches (sent to capability:dba; priority 2 raised to 3)", explained, StringComparison.Ordinal);
        var sent = await RunAsync("send", "human", "Is Postgres down?");
        Assert.Contains("db-1", sent.Output + sent.Error, StringComparison.Ordinal);
        Assert.Contains((await RunAsync("route", "stats")).Lines, line => line.StartsWith("rule     database", StringComparison.Ordinal));

        var listed = (await RunAsync("route", "list", "--json")).Output;
        Assert.Equal(0, (await SetAsync(listed, "--project", "routed")).ExitCode);
        var again = JsonSerializer.Deserialize((await RunAsync("route", "list", "--json")).Output, WireJson.Lenient.RoutingRules)!;
        Assert.Equal("database", Assert.Single(again.Rules).Name);
    }

    [Theory]
    [InlineData("", "Standard input is empty.")]
    [InlineData("{\"rules\": [", "Standard input is not valid JSON at line 1, byte 12.")]
    [InlineData("[]", "Standard input has no rules.")]
    [InlineData("{}", "Standard input has no rules.")]
    [InlineData("{\"rules\": [{\"name\": \"a\", \"whn\": {}}]}", "rules[0].whn: is not a field here; did you mean 'when'?")]
    [InlineData("{\"rules\": [{\"name\": \"a\"}]}", "rules[0]: does nothing: give it a to, a priority, metadata, or \"stop\": true.")]
    public async Task What_is_wrong_with_rules_is_one_sentence(string rules, string sentence)
    {
        var run = await SetAsync(rules);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Equal($"parley: {sentence}", run.Error.Split('\n')[0].Trim());
    }

    private Task<CliRun> RunAsync(params string[] arguments) => server.RunAsync([.. arguments, "--project", "routed"]);

    private Task<CliRun> SetAsync(string rules, params string[] more) =>
        Binary.RunAsync(server.Environment, ["route", "set", "-", .. more], TestContext.Current.CancellationToken, rules);
}
