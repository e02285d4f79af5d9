using System.Net;
using Parley.Protocol;
using Parley.Server.Tasks;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Tasks;

/// <summary>Which of several agents is given a task.</summary>
public abstract class AgentChoiceTests(StorageUnderTest storage)
{
    private const string Any = """{"title": "a", "auto_assign": true}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_idle_come_before_the_working_and_those_before_the_blocked()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        foreach (var (id, activity) in new[] { ("a-blocked", "blocked"), ("b-waits", "blocked_on_human"), ("c-works", "working"), ("d-idle", "idle") })
            await StateAsync(host, id, await host.AgentAsync(id), $$"""{"activity": "{{activity}}"}""");

        Assert.Equal("d-idle", (await host.CreateAsync(admin, Any)).AgentId);
        await PauseAsync(host, admin, "d-idle");
        Assert.Equal("c-works", (await host.CreateAsync(admin, Any)).AgentId);
        await PauseAsync(host, admin, "c-works");
        Assert.StartsWith("blocked", (await host.CreateAsync(admin, Any)).AgentId![2..].Replace("waits", "blocked", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_reports_an_error_or_is_paused_or_lacks_one_capability_is_given_nothing()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await StateAsync(host, "broken", await host.AgentAsync("broken", "x", "y"), """{"status": "error"}""");
        await host.AgentAsync("paused", "x", "y");
        await PauseAsync(host, admin, "paused");
        await host.AgentAsync("half", "x");

        var waits = await host.CreateAsync(admin, """{"title": "a", "auto_assign": true, "required_capabilities": ["x", "y"]}""");

        Assert.Equal((AgentTaskStatus.Pending, null), (waits.Status, waits.AgentId));
        await host.AgentAsync("whole", "y", "x", "z");
        await host.UntilAsync(admin, waits.TaskId, task => task.AgentId == "whole");
    }

    [Fact]
    public async Task Those_with_the_fewest_tasks_come_first_and_of_those_the_ones_with_the_fewest_messages()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.AgentAsync("a");
        await host.AgentAsync("b");
        for (var i = 0; i < 5; i++)
            await SendAsync(host, admin, "b");
        await host.CreateAsync(admin, """{"title": "held", "agent_id": "a"}""");

        // One task weighs more than all the messages of the other.
        var first = await host.CreateAsync(admin, Any);
        // Now each has one, and b has more messages.
        var second = await host.CreateAsync(admin, Any);

        Assert.Equal(("b", "a"), (first.AgentId, second.AgentId));
    }

    [Fact]
    public async Task Of_equals_each_has_its_turn()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        foreach (var id in new[] { "a", "b", "c" })
            await host.AgentAsync(id);
        var task = (await host.Get<TaskBoard>().CreateAsync(host.Default, 0, TaskRules.Create(new TaskRequest { Title = "a" }, null, []), Cancel)).Value.Value;

        var chosen = new List<string>();
        for (var i = 0; i < 6; i++)
            chosen.Add((await host.Get<AgentChoice>().ChooseAsync(host.Default, task, [], Cancel))!.Id);

        Assert.Equal(["a", "a", "b", "b", "c", "c"], chosen.Order());
        Assert.Equal(3, chosen.Take(3).Distinct().Count());
    }

    [Fact]
    public async Task Who_lost_it_comes_last_and_still_gets_it_if_nobody_else_can_take_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.AgentAsync("a");
        var task = await host.CreateAsync(admin, Any);
        Assert.Equal("a", task.AgentId);
        // Busy, and yet it did not lose this one.
        await StateAsync(host, "b", await host.AgentAsync("b"), """{"activity": "working"}""");

        (await host.MoveAsync(admin, task.TaskId, "unassign")).Task();
        await host.UntilAsync(admin, task.TaskId, now => now.AgentId == "b");
        (await host.MoveAsync(admin, task.TaskId, "unassign")).Task();
        // Both lost it: the idle one is better.
        await host.UntilAsync(admin, task.TaskId, now => now.AgentId == "a" && now.Fence > 3);
    }

    [Fact]
    public async Task Asked_once_more_the_server_chooses_somebody_else_than_who_has_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.AgentAsync("a");
        var task = await host.CreateAsync(admin, Any);

        (await host.MoveAsync(admin, task.TaskId, "assign")).Refused(HttpStatusCode.NotFound, ErrorCodes.NoCapableAgent);
        Assert.Equal((task.Version, "a"), ((await host.GetAsync(admin, task.TaskId)).Version, task.AgentId));
        await host.AgentAsync("b");
        Assert.Equal(("b", 2L), ((await host.MoveAsync(admin, task.TaskId, "assign")).Task() is var moved ? (moved.AgentId, moved.Fence) : default));
    }

    [Fact]
    public async Task A_full_mailbox_is_passed_over_and_by_name_refuses_the_task()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"mailbox_limit": 3}}""");
        var pm = await host.AgentAsync("pm");
        await PauseAsync(host, admin, "pm");
        await host.AgentAsync("full");
        for (var i = 0; i < 3; i++)
            await SendAsync(host, pm, "full");
        var waits = await host.CreateAsync(pm, Any);
        Assert.Equal(AgentTaskStatus.Pending, waits.Status);

        var head = host.Default.Log.Head;
        (await host.MoveAsync(admin, waits.TaskId, "assign", """{"agent_id": "full"}""")).Refused(HttpStatusCode.TooManyRequests, ErrorCodes.MailboxFull);
        Assert.Equal(head, host.Default.Log.Head);
        Assert.Equal(0, (await host.GetAsync(admin, waits.TaskId)).Fence);
        Assert.Empty(await host.AssignmentsAsync(admin, waits.TaskId));

        // The same for a task of the operators', which the server itself hands out. A refused creation leaves no task.
        var theirs = await host.CreateAsync(admin, """{"title": "Check the backup"}""");
        (await host.MoveAsync(admin, theirs.TaskId, "assign", """{"agent_id": "full"}""")).Refused(HttpStatusCode.TooManyRequests, ErrorCodes.MailboxFull);
        foreach (var token in new[] { admin, pm })
        {
            (await host.SendAsync(HttpMethod.Post, "/api/v1/tasks", token, """{"title": "Check the backup now", "agent_id": "full"}"""))
                .Refused(HttpStatusCode.TooManyRequests, ErrorCodes.MailboxFull);
        }

        var titles = (await host.SendAsync(HttpMethod.Get, TaskSteps.Api, admin)).As(WireJson.Lenient.PageAgentTask).Items.Select(task => task.Title);
        Assert.DoesNotContain("Check the backup now", titles);
        Assert.Contains("Check the backup", titles);

        // The one with the fewest tasks is full: the next one gets it.
        await host.AgentAsync("other");
        await host.UntilAsync(admin, waits.TaskId, task => task.AgentId == "other");
        Assert.Equal("other", (await host.CreateAsync(pm, Any)).AgentId);
    }

    private static async Task StateAsync(ConceptHost host, string id, string token, string json) =>
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Put, $"/api/v1/agents/{id}/status", token, json)).Status);

    private static async Task PauseAsync(ConceptHost host, string admin, string id) =>
        Assert.True((await host.SendAsync(HttpMethod.Post, $"/api/v1/agents/{id}/pause", admin)).Status is HttpStatusCode.OK or HttpStatusCode.NoContent);

    private static async Task SendAsync(ConceptHost host, string token, string to) => Assert.Equal(
        HttpStatusCode.Created, (await host.SendAsync(HttpMethod.Post, "/api/v1/messages", token, $$"""{"to": "{{to}}", "content": "x"}""")).Status);
}

public sealed class SqliteAgentChoiceTests() : AgentChoiceTests(new OnSqlite());

public sealed class PostgresAgentChoiceTests(PostgresDatabases databases) : AgentChoiceTests(new OnPostgres(databases));
