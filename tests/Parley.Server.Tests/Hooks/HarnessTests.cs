using System.Net;
using System.Text.Json.Nodes;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Storms;
using Parley.Server.Wakes;
using Xunit;

namespace Parley.Server.Tests.Hooks;

/// <summary>What is particular to one harness, as the real programs were seen to do it.</summary>
public abstract class HarnessTests(StorageUnderTest storage)
{
    [Theory]
    [InlineData("gemini", "BeforeAgent", "AfterAgent")]
    [InlineData("copilot", "UserPromptSubmit", "Stop")]
    public async Task The_text_that_puts_off_the_end_of_a_turn_comes_back_as_a_prompt_and_is_not_given_again(string harness, string prompt, string end)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (lead, worker) = (await host.RegisterAsync("lead"), await host.RegisterAsync("worker"));
        await CallAsync(host, worker, harness, prompt, ("prompt", "Go on."));
        var sent = (await host.SayAsync(lead, "worker", "One more thing.")).MessageId;

        var reason = (string?)(await CallAsync(host, worker, harness, end))["reason"];
        Assert.Contains("One more thing.", reason);
        Assert.Empty((await CallAsync(host, worker, harness, prompt, ("prompt", $"{reason}\n"))).AsObject());
        Assert.Empty((await CallAsync(host, worker, harness, end)).AsObject());

        var trace = (await host.SendAsync(HttpMethod.Get, $"/api/v1/messages/{sent}/trace", lead)).As(WireJson.Lenient.MessageTrace);
        Assert.Equal((DeliveryState.Acknowledged, 1), (trace.Deliveries[0].State, trace.Deliveries[0].Attempt));
    }

    [Fact]
    public async Task Gemini_does_not_say_which_events_are_a_subagents_but_they_come_while_its_tool_runs()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (lead, worker) = (await host.RegisterAsync("lead"), await host.RegisterAsync("worker"));
        Task<JsonNode> ToolAsync(string name, string tool) => CallAsync(host, worker, "gemini", name, ("tool_name", tool));
        await CallAsync(host, worker, "gemini", "BeforeAgent", ("prompt", "Go on."));
        await ToolAsync("BeforeTool", "invoke_agent");
        await host.SayAsync(lead, "worker", "For the agent itself.", more: ", \"surface\": \"next_boundary\"");

        await ToolAsync("BeforeTool", "run_shell_command");
        Assert.Empty((await ToolAsync("AfterTool", "run_shell_command")).AsObject());
        Assert.Contains("For the agent itself.", (await ToolAsync("AfterTool", "invoke_agent")).ToJsonString());

        await ToolAsync("BeforeTool", "invoke_agent");
        await CallAsync(host, worker, "gemini", "BeforeAgent", ("prompt", "The person interrupted the turn."));
        await host.SayAsync(lead, "worker", "After the interruption.", more: ", \"surface\": \"next_boundary\"");
        Assert.Contains("After the interruption.", (await ToolAsync("AfterTool", "run_shell_command")).ToJsonString());
    }

    [Fact]
    public async Task A_session_that_starts_while_its_first_turn_goes_on_does_not_make_the_agent_idle()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var worker = await host.RegisterAsync("worker");
        await CallAsync(host, worker, "copilot", "UserPromptSubmit", ("prompt", "Go on."));

        await CallAsync(host, worker, "copilot", "SessionStart", ("source", "new"));
        Assert.Equal(AgentActivity.Working, await ActivityAsync(host, worker));
        await CallAsync(host, worker, "copilot", "Stop");
        await CallAsync(host, worker, "copilot", "SessionStart", ("source", "resume"));

        Assert.Equal(AgentActivity.Idle, await ActivityAsync(host, worker));
    }

    [Fact]
    public async Task The_plugin_of_OpenCode_gets_a_text_for_the_prompt_for_the_output_of_a_tool_and_for_a_turn_of_its_own()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (lead, worker) = (await host.RegisterAsync("lead"), await host.RegisterAsync("worker"));
        Assert.Empty((await CallAsync(host, worker, "opencode", "session.created")).AsObject());
        foreach (var moment in new[] { "chat.message", "tool.execute.after", "session.idle" })
        {
            await host.SayAsync(lead, "worker", $"Before {moment}.", more: ", \"surface\": \"next_boundary\"");
            Assert.Empty((await CallAsync(host, worker, "opencode", "tool.execute.before")).AsObject());
            Assert.Contains($"Before {moment}.", (string?)(await CallAsync(host, worker, "opencode", moment))["text"]);
        }

        Assert.Empty((await CallAsync(host, worker, "opencode", "session.idle")).AsObject());
        Assert.NotNull((string?)(await CallAsync(host, worker, "opencode", "chat.message", ("prompt", WakeRules.Text(1))))["block"]);
    }

    [Fact]
    public async Task A_wake_that_is_dropped_in_the_middle_of_a_turn_does_not_make_the_agent_idle()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var worker = await host.RegisterAsync("worker");
        await CallAsync(host, worker, "claude", "UserPromptSubmit", ("prompt", "Go on."), ("prompt_id", "1"));

        Assert.Equal("block", (string?)(await CallAsync(host, worker, "claude", "UserPromptSubmit", ("prompt", WakeRules.Text(1)), ("prompt_id", "1")))["decision"]);
        Assert.Equal(AgentActivity.Working, await ActivityAsync(host, worker));

        await CallAsync(host, worker, "claude", "Stop", ("prompt_id", "1"));
        Assert.NotEmpty((await CallAsync(host, worker, "claude", "UserPromptSubmit", ("prompt", WakeRules.Text(1)), ("prompt_id", "2"))).AsObject());
        Assert.Equal(AgentActivity.Idle, await ActivityAsync(host, worker));
    }

    private static async Task<JsonNode> CallAsync(ConceptHost host, string token, string harness, string name, params (string Name, string Value)[] more)
    {
        var input = new JsonObject { ["hook_event_name"] = name, ["session_id"] = "s1", ["cwd"] = "/work" };
        foreach (var (field, value) in more)
            input[field] = value;
        var answer = await host.SendAsync(HttpMethod.Post, $"/api/v1/hooks/{harness}", token, input.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return JsonNode.Parse(answer.Text)!;
    }

    private static async Task<AgentActivity> ActivityAsync(ConceptHost host, string token) =>
        (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/worker", token)).As(WireJson.Lenient.Agent).Activity;
}

public sealed class SqliteHarnessTests() : HarnessTests(new OnSqlite());

public sealed class PostgresHarnessTests(PostgresDatabases databases) : HarnessTests(new OnPostgres(databases));
