using System.Text.Json;
using Parley.Client;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>The commands for projects, squads, executions, and dead letters, as a person or a script would use them.</summary>
public sealed class AdministrationTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task A_project_is_created_listed_shown_used_and_deleted()
    {
        var created = JsonSerializer.Deserialize((await server.RunAsync("projects", "create", "alpha", "--name", "Alpha Centauri", "--json")).Output, WireJson.Lenient.Project)!;
        Assert.Equal(("alpha", "Alpha Centauri"), (created.ProjectId, created.Name));
        Assert.Equal(7, (await server.RunAsync("projects", "create", "alpha")).ExitCode);
        Assert.Equal(0, (await server.RunAsync("register", "ada", "--project", "alpha")).ExitCode);

        var list = await server.RunAsync("projects", "list");
        Assert.Contains(list.Lines, line => line.StartsWith("alpha", StringComparison.Ordinal) && line.Contains("Alpha Centauri", StringComparison.Ordinal));
        var shown = await server.RunAsync("projects", "show", "alpha");
        Assert.Contains("project  alpha", shown.Output, StringComparison.Ordinal);

        var warned = await server.RunAsync("projects", "delete", "alpha");
        Assert.Equal(2, warned.ExitCode);
        Assert.Contains("parley projects delete alpha --yes", warned.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await server.RunAsync("projects", "show", "alpha")).ExitCode);
        Assert.Equal(0, (await server.RunAsync("projects", "delete", "alpha", "--yes")).ExitCode);
        Assert.Equal(3, (await server.RunAsync("projects", "show", "alpha")).ExitCode);
    }

    [Fact]
    public async Task A_squad_is_created_changed_written_to_and_deleted()
    {
        await server.RunAsync("register", "squad-a", "--role", "developer");
        await server.RunAsync("register", "squad-b");
        await server.RunAsync("register", "squad-c");
        Assert.Equal(0, (await server.RunAsync("squads", "create", "blue", "--member", "squad-a", "--member", "squad-b")).ExitCode);
        Assert.Equal(0, (await server.RunAsync("squads", "add", "blue", "squad-c", "--role", "reviewer")).ExitCode);
        Assert.Equal(0, (await server.RunAsync("squads", "remove", "blue", "squad-b")).ExitCode);

        var squad = JsonSerializer.Deserialize((await server.RunAsync("squads", "show", "blue", "--json")).Output, WireJson.Lenient.Squad)!;
        Assert.Equal([("squad-a", "developer"), ("squad-c", "reviewer")], squad.Members.Select(member => (member.AgentId!, member.Role!)).Order());
        Assert.Contains("reviewer", (await server.RunAsync("squads", "show", "blue")).Output, StringComparison.Ordinal);
        Assert.Contains((await server.RunAsync("squads", "list")).Lines, line => line.StartsWith("blue", StringComparison.Ordinal));
        Assert.Equal(0, (await server.RunAsync("send", "squad:blue", "Stand-up.")).ExitCode);
        Assert.Contains("Stand-up.", (await server.RunAsync("inbox", "--as", "squad-c")).Output, StringComparison.Ordinal);

        Assert.Equal(0, (await server.RunAsync("squads", "delete", "blue")).ExitCode);
        Assert.Equal(3, (await server.RunAsync("squads", "show", "blue")).ExitCode);
    }

    [Fact]
    public async Task Agents_squads_and_the_project_are_paused_and_resumed()
    {
        await server.RunAsync("projects", "create", "quiet");
        string[] here = ["--project", "quiet"];
        await RunAsync("register", "pause-a");
        await RunAsync("squads", "create", "green", "--member", "pause-a");

        await RunAsync("pause", "pause-a", "--reason", "Lunch [today]");
        await RunAsync("pause", "squad:green", "--reason", "The build is broken.");
        await RunAsync("pause", "--all");
        Assert.Contains("Lunch [today]", (await RunAsync("agents")).Output, StringComparison.Ordinal);
        Assert.Contains("The build is broken.", (await RunAsync("squads", "list")).Output, StringComparison.Ordinal);
        Assert.Contains((await RunAsync("projects", "list")).Lines, line => line.StartsWith("quiet", StringComparison.Ordinal) && line.Contains("paused", StringComparison.Ordinal));
        await RunAsync("send", "pause-a", "Anybody there?");
        Assert.DoesNotContain("Anybody there?", (await RunAsync("inbox", "--as", "pause-a", "--ack")).Output, StringComparison.Ordinal);

        await RunAsync("resume", "pause-a");
        await RunAsync("resume", "squad:green");
        await RunAsync("resume", "--all");
        Assert.DoesNotContain("paused", (await RunAsync("agents")).Output + (await RunAsync("squads", "list")).Output, StringComparison.Ordinal);
        Assert.Contains("Anybody there?", (await RunAsync("inbox", "--as", "pause-a", "--ack")).Output, StringComparison.Ordinal);

        Assert.Equal(3, (await server.RunAsync("pause", "nobody", "--project", "quiet")).ExitCode);
        var nothing = await server.RunAsync("pause");
        Assert.Equal(2, nothing.ExitCode);
        Assert.Contains("--all", nothing.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await server.RunAsync("resume", "pause-a", "--all")).ExitCode);

        async Task<CliRun> RunAsync(params string[] arguments)
        {
            var result = await server.RunAsync([.. arguments, .. here]);
            Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)}: {result.Error}");
            return result;
        }
    }

    [Fact]
    public async Task An_execution_is_started_reported_on_and_ended()
    {
        var id = (await server.RunAsync("executions", "start", "--title", "Login page", "--as", "runner")).Lines[0];
        Assert.Equal(0, (await server.RunAsync("executions", "update", id, "--progress", "40", "--phase", "Writing tests", "--status", "in_progress", "--as", "runner")).ExitCode);
        Assert.Equal(0, (await server.RunAsync("executions", "log", id, "Two tests fail.", "--level", "warning", "--as", "runner")).ExitCode);
        Assert.Equal(2, (await server.RunAsync("executions", "update", id)).ExitCode);

        var shown = await server.RunAsync("executions", "show", id);
        foreach (var words in (string[])["Login page", "in_progress", "40 %", "Writing tests", "runner", "warning Two tests fail."])
            Assert.Contains(words, shown.Output, StringComparison.Ordinal);
        Assert.Contains((await server.RunAsync("executions", "list")).Lines, line => line.Contains(id, StringComparison.Ordinal) && line.Contains("40 %", StringComparison.Ordinal));

        Assert.Equal(0, (await server.RunAsync("executions", "complete", id, "--result", "{\"tests\": 12}", "--as", "runner")).ExitCode);
        var ended = JsonSerializer.Deserialize((await server.RunAsync("executions", "show", id, "--json")).Output, WireJson.Lenient.Execution)!;
        Assert.Equal((ExecutionStatus.Completed, 12), (ended.Status, ended.Result!.Value.GetProperty("tests").GetInt32()));
        Assert.Equal(7, (await server.RunAsync("executions", "fail", id, "Too late.")).ExitCode);
    }

    [Fact]
    public async Task Another_execution_fails_and_a_third_is_cancelled()
    {
        var failing = (await server.RunAsync("executions", "start")).Lines[0];
        var unwanted = (await server.RunAsync("executions", "start")).Lines[0];

        Assert.Equal(0, (await server.RunAsync("executions", "fail", failing, "No database.")).ExitCode);
        Assert.Equal(0, (await server.RunAsync("executions", "cancel", unwanted)).ExitCode);

        var shown = await server.RunAsync("executions", "show", failing);
        Assert.Contains("failed", shown.Output, StringComparison.Ordinal);
        Assert.Contains("No database.", shown.Output, StringComparison.Ordinal);
        Assert.Contains("cancelled", (await server.RunAsync("executions", "show", unwanted)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dead_letters_are_listed_requeued_and_purged()
    {
        var ids = new List<string>();
        foreach (var type in (string[])["one", "two", "two"])
            ids.Add(await DieAsync("mortal", type));

        var list = await server.RunAsync("dead", "list", "--agent", "mortal");
        foreach (var id in ids)
            Assert.Contains(list.Lines, line => line.StartsWith(id, StringComparison.Ordinal) && line.Contains("It was refused.", StringComparison.Ordinal));
        Assert.Equal([ids[0]], JsonSerializer.Deserialize((await server.RunAsync("dead", "list", "--type", "one", "--json")).Output, WireJson.Lenient.PageDeadLetter)!
            .Items.Select(dead => dead.Delivery.DeliveryId));

        Assert.Equal(2, (await server.RunAsync("dead", "purge")).ExitCode);
        Assert.Equal(2, (await server.RunAsync("dead", "purge", ids[0], "--all")).ExitCode);
        Assert.Equal("Requeued 1.", (await server.RunAsync("dead", "requeue", ids[0])).Lines[0]);
        Assert.Contains("to one", (await server.RunAsync("inbox", "--as", "mortal")).Output, StringComparison.Ordinal);
        Assert.Equal("Purged 2.", (await server.RunAsync("dead", "purge", "--type", "two")).Lines[0]);
        Assert.Equal(3, (await server.RunAsync("dead", "purge", ids[1])).ExitCode);
        Assert.Contains("No dead letters.", (await server.RunAsync("dead", "list", "--agent", "mortal")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_of_agents_has_columns_for_role_and_type()
    {
        await server.RunAsync("register", "columns-1", "--role", "backend_developer", "--type", "script");
        await server.RunAsync("register", "columns-2", "--type", "bot");

        var list = await server.RunAsync("agents");

        Assert.Matches(@"^agent +name +role +type +status", list.Lines[0]);
        Assert.Contains(list.Lines, line => line.StartsWith("columns-1", StringComparison.Ordinal) && line.Contains("backend_developer  script", StringComparison.Ordinal));
        Assert.Matches(@"columns-2 +columns-2 +- +bot ", list.Output);
    }

    /// <summary>Sends a message and refuses it until it is dead.</summary>
    private async Task<string> DieAsync(string agent, string type)
    {
        var cancel = TestContext.Current.CancellationToken;
        await server.RunAsync("register", agent);
        var sent = JsonSerializer.Deserialize((await server.RunAsync("send", agent, $"to {type}", "--type", type, "--json")).Output, WireJson.Lenient.SendAnswer)!;
        var token = await File.ReadAllTextAsync(Path.Combine(server.DataFolder, "admin.token"), cancel);
        await using var api = ParleyApi.Open(new ParleyOptions { Url = server.Url, Token = token.Trim() });
        while (true)
        {
            var claimed = await api.Messages.ClaimAsync(agent, new ClaimRequest { Type = [type] }, cancel);
            if (claimed.Count == 0)
                break;
            foreach (var item in claimed)
                await api.Messages.NackAsync(item.Message.MessageId, item.LeaseId, TimeSpan.Zero, "It was refused.", cancel);
        }

        var dead = await api.DeadLetters.ListAsync(new DeadLetterFilter { AgentId = agent, Type = type }, cancellationToken: cancel);
        return dead.Items.Single(letter => letter.Message.MessageId == sent.MessageId).Delivery.DeliveryId;
    }
}
