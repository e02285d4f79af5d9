using System.Text.Json;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>Workflows, as a person at a terminal runs them.</summary>
public sealed class WorkflowTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Plan =
        """
        title: The login page
        steps:
          - {step: build, agent: be-1, action: Build it., input: {branch: "${input/branch}"}}
          - {step: docs, agent: be-1, action: Write the page.}
          - {step: review, capability: review, action: Review it., depends_on: [build, docs]}
        """;

    [Fact]
    public async Task In_a_terminal_the_drawing_stays_where_it_is_and_shows_each_state()
    {
        var file = Path.Combine(Path.GetTempPath(), $"parley-live-{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(
            file, """{"title": "Ask", "steps": [{"step": "ask", "person": "human", "action": "Well?", "default": "yes", "timeout_seconds": 1}]}""", TestContext.Current.CancellationToken);

        var run = await Binary.RunAsync(Binary.InTerminal(server.Environment, "workflow", "run", file), TestContext.Current.CancellationToken);
        var end = await server.RunAsync("workflow", "show", "--follow", (await LastAsync()).WorkflowId);
        File.Delete(file);

        Assert.True(run.ExitCode == 0, run.Output);
        // It goes up by the two lines of the drawing, and writes over them.
        var drawings = run.Output.Split("\u001b[2A");
        Assert.True(drawings.Length > 1, run.Output);
        Assert.Contains("▸ ask", drawings[0], StringComparison.Ordinal);
        Assert.Contains("✓ ask", drawings[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", end.Output, StringComparison.Ordinal);
        Assert.Contains("✓ ask", end.Output, StringComparison.Ordinal);

        async Task<Workflow> LastAsync() =>
            JsonSerializer.Deserialize((await server.RunAsync("workflow", "list", "--all", "--json")).Output, WireJson.Lenient.PageWorkflow)!.Items[0];
    }

    [Fact]
    public async Task A_plan_is_checked_run_worked_on_drawn_and_followed_to_its_end()
    {
        await server.RunAsync("projects", "create", "planned");
        Assert.Equal(2, (await PipeAsync(Plan, "workflow", "run", "-")).ExitCode);
        await RunAsync("register", "be-1");

        Assert.Equal("It is valid: (build, docs) -> review", Assert.Single((await PipeAsync(Plan, "workflow", "validate", "-")).Lines));
        var started = await PipeAsync(Plan, "workflow", "run", "-", "--input", """{"branch": "main"}""", "--no-wait", "--json");
        var id = JsonSerializer.Deserialize(started.Output, WireJson.Lenient.Workflow)!.WorkflowId;
        Assert.Contains(id, (await RunAsync("workflow", "list")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("workflow", "complete", id, "build", """{"pull_request": 17}""", "--fence", "1", "--as", "be-1")).ExitCode);
        Assert.Equal(7, (await RunAsync("workflow", "complete", id, "docs", "--fence", "9", "--as", "be-1")).ExitCode);
        Assert.Equal(0, (await RunAsync("workflow", "complete", id, "docs", "--as", "human")).ExitCode);

        var drawn = await UntilAsync(id, output => output.Contains("nobody can take review now", StringComparison.Ordinal));
        Assert.Contains("┌ ✓ build", drawn, StringComparison.Ordinal);
        Assert.Contains("└ ✓ docs", drawn, StringComparison.Ordinal);
        Assert.Contains("─ · review  capability:review  waiting  after build, docs", drawn, StringComparison.Ordinal);

        var cancelled = await RunAsync("workflow", "cancel", id, "--reason", "Not now");
        Assert.Contains("cancelled, 3 of 3 steps: Not now", cancelled.Lines[0], StringComparison.Ordinal);
        Assert.Equal(7, (await RunAsync("workflow", "complete", id, "review", "--as", "human")).ExitCode);
        await RunAsync("register", "qa-1", "--capability", "review");
        Assert.Equal(0, (await RunAsync("workflow", "retry", id, "--no-wait")).ExitCode);
        Assert.Equal(0, (await RunAsync("workflow", "cancel", id)).ExitCode);
        Assert.DoesNotContain(id, (await RunAsync("workflow", "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workflow_that_fails_while_it_is_followed_is_exit_code_1()
    {
        await server.RunAsync("projects", "create", "failing");
        // Nothing is at that place of the input, so the step fails before anybody gets it.
        const string bad = """{"steps": [{"step": "a", "person": "human", "action": "Do it.", "input": "${input/nothing}"}]}""";

        var run = await Binary.RunAsync(server.Environment, ["workflow", "run", "-", "--project", "failing"], TestContext.Current.CancellationToken, bad);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(run.Lines, line => line.Contains("✗ a  human  failed: Its input refers to ${input/nothing}", StringComparison.Ordinal));
        Assert.EndsWith("has nothing there.", run.Lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("steps: [", 2, "is not valid YAML")]
    [InlineData("steps: []", 2, "steps: is empty")]
    [InlineData("stepz: []", 2, "stepz: is not a field here; did you mean 'steps'?")]
    [InlineData("", 2, "is empty")]
    public async Task What_is_wrong_with_a_plan_is_said_in_a_sentence(string plan, int code, string sentence)
    {
        var run = await Binary.RunAsync(server.Environment, ["workflow", "run", "-"], TestContext.Current.CancellationToken, plan);

        Assert.Equal((code, ""), (run.ExitCode, run.Output));
        Assert.Contains(sentence, run.Error.Split('\n')[0], StringComparison.Ordinal);
    }

    private async Task<string> UntilAsync(string id, Func<string, bool> isSo)
    {
        while (true)
        {
            var output = (await RunAsync("workflow", "show", id)).Output;
            if (isSo(output))
                return output;
        }
    }

    private Task<CliRun> RunAsync(params string[] arguments) => server.RunAsync([.. arguments, "--project", "planned"]);

    private Task<CliRun> PipeAsync(string plan, params string[] arguments) =>
        Binary.RunAsync(server.Environment, [.. arguments, "--project", "planned"], TestContext.Current.CancellationToken, plan);
}
