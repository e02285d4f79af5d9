using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Parley.Server.Tests.Tasks;
using Xunit;
using static Parley.Server.Tests.Questions.Asking;

namespace Parley.Server.Tests.Questions;

/// <summary>Questions asked, seen, and answered at two nodes of one database.</summary>
public sealed class QuestionNodesTests(PostgresDatabases databases)
{
    [Fact]
    public async Task An_agent_is_shown_as_blocked_at_both_nodes_and_a_call_at_one_hears_of_the_answer_at_the_other()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var (be, person) = (await nodes.One.AgentAsync("be"), await nodes.Other.TokenAsync(TokenKind.Operator));

        var asked = await AskedAsync(nodes.One, be);
        await UntilActivityAsync(nodes.Other, person, AgentActivity.BlockedOnHuman);
        var waits = nodes.One.SendAsync(HttpMethod.Get, $"{Api}/{asked.QuestionId}?wait=60", be);
        Read(await AnswerAsync(nodes.Other, person, asked.QuestionId, """{"answer": "1"}"""));

        Assert.Equal("sqlite", Read(await waits).Answer);
        await UntilActivityAsync(nodes.One, be, AgentActivity.Unknown);
        await UntilActivityAsync(nodes.Other, person, AgentActivity.Unknown);
        // Each of the two changes is in the log once.
        var activities = (await nodes.One.LogAsync()).Where(entry => entry.Type == "agent_status")
            .Select(entry => System.Text.Json.JsonSerializer.Deserialize(entry.Json, WireJson.Lenient.Agent)!.Activity).ToList();
        Assert.Equal([AgentActivity.BlockedOnHuman, AgentActivity.Unknown], activities[^2..]);
        Assert.Single(activities, AgentActivity.BlockedOnHuman);
    }

    [Fact]
    public async Task A_node_that_starts_knows_who_waits()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var be = await nodes.One.AgentAsync("be");
        var (first, second) = (await AskedAsync(nodes.One, be), await AskedAsync(nodes.One, be));
        Read(await WithdrawAsync(nodes.One, be, first.QuestionId));

        await using var data = nodes.One.Data.Join();
        await using var third = await ConceptHost.StartAsync(data, nodes.One.Clock);

        Assert.Equal(AgentActivity.BlockedOnHuman, (await AgentAsync(third, be, "be")).Activity);
        Read(await WithdrawAsync(third, be, second.QuestionId));
        Assert.Equal(AgentActivity.Unknown, (await AgentAsync(third, be, "be")).Activity);
    }

    private static Task UntilActivityAsync(ConceptHost host, string token, AgentActivity activity) =>
        Polling.UntilAsync(() => $"the agent to be {activity}", async () => (await AgentAsync(host, token, "be")).Activity == activity);
}
