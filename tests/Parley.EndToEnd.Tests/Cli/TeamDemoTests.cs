using System.Text.Json;
using Parley.EndToEnd.Tests.Docs;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>The story of the team: whether everything that it tells really happened, and nothing is left behind.</summary>
public sealed class TeamDemoTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly string[] Chapters =
        ["A plan", "What both must know", "One file, two agents", "Two that cannot stop", "Work for whoever can do it", "A person decides", "Done"];

    [Fact]
    public async Task The_team_goes_from_plan_to_done_and_leaves_nothing_behind()
    {
        var run = await server.RunAsync("demo", "team", "--fast", "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        var lines = run.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(Chapters, All("chapter").Select(chapter => chapter.GetProperty("title").GetString()));
        foreach (var page in All("chapter").Select(chapter => chapter.GetProperty("page").GetString()))
            Assert.True(File.Exists(Path.Combine(MarkdownPage.Root, "docs", "concepts", $"{page}.md")), page);
        var workflow = All("workflow").Last().Deserialize(WireJson.Lenient.Workflow)!;
        Assert.Equal(WorkflowStatus.Completed, workflow.Status);
        Assert.All(workflow.Steps, step => Assert.Equal(WorkflowStepStatus.Completed, step.Status));
        Assert.Equal(QuestionStatus.Defaulted, All("question").Last().Deserialize(WireJson.Lenient.Question)!.Status);
        Assert.Equal(AgentTaskStatus.Completed, Assert.Single(All("task")).Deserialize(WireJson.Lenient.AgentTask)!.Status);
        var storm = Assert.Single(All("storm")).Deserialize(WireJson.Lenient.Storm)!;
        Assert.Equal((StormStatus.Cancelled, true), (storm.Status, storm.Replies < 100));
        Assert.Equal(ExecutionStatus.Completed, lines[^1].GetProperty("data").Deserialize(WireJson.Lenient.Execution)!.Status);
        // Nothing waits, not for the operators either.
        foreach (var list in new[] { "reservations list", "questions list --status open", "storms list --open", "workflow list" })
            Assert.Empty(JsonDocument.Parse((await server.RunAsync([.. list.Split(' '), "--json"])).Output).RootElement.GetProperty("items").EnumerateArray());
        var agents = JsonSerializer.Deserialize((await server.RunAsync("agents", "--json")).Output, WireJson.Lenient.PageAgent)!;
        Assert.All(agents.Items, agent => Assert.Equal((agent.AgentId, new MailboxCounts()), (agent.AgentId, agent.Mailbox)));

        IEnumerable<JsonElement> All(string name) => lines.Where(line => line.GetProperty("event").GetString() == name).Select(line => line.GetProperty("data"));
    }

    [Fact]
    public async Task A_person_at_the_terminal_decides_for_the_team()
    {
        // The first line is no answer, so the demo asks for another.
        var run = await Binary.RunAsync(
            Binary.InTerminal(server.Environment, "demo", "team", "--fast"), TestContext.Current.CancellationToken, input: "maybe\n2\n");

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        var output = run.Output;
        Assert.Contains("human answered: wait", output, StringComparison.Ordinal);
        Assert.Contains("expected 1 (ship it), 2 (wait)", output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Matches("- release .* skipped", output);
    }
}
