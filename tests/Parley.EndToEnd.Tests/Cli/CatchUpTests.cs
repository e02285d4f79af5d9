using System.Text.Json;
using Parley.Client;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary><c>parley catch-up</c></summary>
public sealed class CatchUpTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task It_prints_text_for_a_model_or_JSON_within_the_budget()
    {
        var task = JsonSerializer.Deserialize(
            (await server.RunAsync("tasks", "create", "Build it", "--description", string.Concat(Enumerable.Repeat("word ", 2_000)), "--agent", "back-1", "--as", "back-1", "--json")).Output,
            WireJson.Lenient.AgentTask)!;
        await server.RunAsync("send", "back-1", "Is it \u001b[31mready?", "--type", "question", "--as", "back-2");

        var text = await server.RunAsync("catch-up", "--as", "back-1", "--budget-tokens", "500");
        var json = await server.RunAsync("catch-up", "--as", "back-1", "--budget-tokens", "500", "--json");

        Assert.True(text.ExitCode == 0, text.Error);
        Assert.StartsWith("You are back-1 (back-1, llm) in project default.", text.Output, StringComparison.Ordinal);
        Assert.Contains($"- {task.TaskId} Build it: assigned, priority 2, fence 1, lease until ", text.Output, StringComparison.Ordinal);
        Assert.Contains("> Is it <U+001B>[31mready?", text.Output, StringComparison.Ordinal);
        var caughtUp = JsonSerializer.Deserialize(json.Output, WireJson.Lenient.AgentCatchUp)!;
        Assert.Equal((task.TaskId, 10_000), (Assert.Single(caughtUp.Tasks).TaskId, caughtUp.Tasks[0].Shortened));
        Assert.InRange(json.Output.TrimEnd().Length, 1_000, 2_000);
        Assert.InRange(text.Output.TrimEnd().Length, 1_000, 2_000);
        Assert.Equal(CatchUpText.Of(caughtUp).Replace("\u001b", "<U+001B>", StringComparison.Ordinal), text.Output.TrimEnd().ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_budget_that_is_too_small_is_refused_with_what_to_write()
    {
        var run = await server.RunAsync("catch-up", "--as", "back-3", "--budget-tokens", "399");

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("--budget-tokens takes a number from 400 to 1000000, not '399'.", run.Error, StringComparison.Ordinal);
    }
}
