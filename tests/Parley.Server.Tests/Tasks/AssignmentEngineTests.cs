using System.Net;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Tasks;

/// <summary>Tasks that the server gives out.</summary>
public abstract class AssignmentEngineTests(StorageUnderTest storage)
{
    private const string Needs = """{"title": "Review", "auto_assign": true, "required_capabilities": ["review", "python"]}""";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task It_goes_to_one_that_can_do_it_and_is_there_and_idle()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.AgentAsync("half", "review");
        var away = await host.AgentAsync("away", "review", "python");
        await host.GoesAsync("away", away);
        await host.AgentAsync("paused", "review", "python");
        await host.SendAsync(HttpMethod.Post, "/api/v1/agents/paused/pause", admin);
        var busy = await host.AgentAsync("busy", "review", "python");
        await host.SendAsync(HttpMethod.Put, "/api/v1/agents/busy/status", busy, """{"activity": "working"}""");
        await host.AgentAsync("idle", "python", "review");

        Assert.Equal("idle", (await host.CreateAsync(admin, Needs)).AgentId);
        var by = (await host.MoveAsync(admin, (await host.CreateAsync(admin, """{"title": "a", "required_capabilities": ["python"]}""")).TaskId, "assign")).Task();
        Assert.Equal("idle", by.AgentId);
        var nobody = await host.CreateAsync(admin, """{"title": "a", "required_capabilities": ["cobol"]}""");
        (await host.MoveAsync(admin, nobody.TaskId, "assign")).Refused(HttpStatusCode.NotFound, ErrorCodes.NoCapableAgent);
    }

    [Fact]
    public async Task Equals_get_as_much_as_each_other()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        foreach (var name in new[] { "a", "b", "c" })
            await host.AgentAsync(name);

        var given = new List<string?>();
        for (var i = 0; i < 6; i++)
            given.Add((await host.CreateAsync(admin, """{"title": "a", "auto_assign": true}""")).AgentId);

        Assert.Equal(["a", "a", "b", "b", "c", "c"], given.Order());
    }

    [Fact]
    public async Task What_nobody_can_take_waits_and_goes_to_the_first_that_comes_the_most_urgent_first()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var low = await host.CreateAsync(admin, Needs);
        var high = await host.CreateAsync(admin, Needs.Replace("\"Review\"", "\"Review\", \"priority\": 4", StringComparison.Ordinal));
        Assert.Equal((AgentTaskStatus.Pending, AgentTaskStatus.Pending), (low.Status, high.Status));

        // It comes only once. What the server looks up because of an earlier time could go on until now, and find the low one before the high one was made.
        await host.AgentAsync("late", "review", "python");

        var (first, second) = (await host.UntilAsync(admin, high.TaskId, task => task.AgentId == "late"), await host.UntilAsync(admin, low.TaskId, task => task.AgentId == "late"));
        Assert.True(first.Version < second.Version);
    }

    [Fact]
    public async Task Who_rejects_it_does_not_get_it_again()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var tokens = new Dictionary<string, string> { ["a"] = await host.AgentAsync("a"), ["b"] = await host.AgentAsync("b") };
        var task = await host.CreateAsync(await host.TokenAsync(TokenKind.Admin), """{"title": "a", "auto_assign": true}""");
        var first = task.AgentId!;

        await host.MoveAsync(tokens[first], task.TaskId, "reject", $$"""{"fence": {{task.Fence}}, "reason": "not mine"}""");
        var next = await host.UntilAsync(tokens["a"], task.TaskId, now => now.AgentId is not null && now.AgentId != first);
        await host.MoveAsync(tokens[next.AgentId!], task.TaskId, "reject", $$"""{"fence": {{next.Fence}}}""");
        await host.UntilAsync(tokens["a"], task.TaskId, now => now.Status == AgentTaskStatus.Pending);
        await host.GoesAsync("a", tokens["a"]);
        await host.ComesAsync("a", tokens["a"]);

        // Another that is given out to the one that came shows that it was looked for.
        var other = await host.CreateAsync(tokens["b"], """{"title": "b", "auto_assign": true}""");
        Assert.NotNull(other.AgentId);
        Assert.Equal(AgentTaskStatus.Pending, (await host.GetAsync(tokens["a"], task.TaskId)).Status);
        Assert.Equal([AssignmentStatus.Rejected, AssignmentStatus.Rejected], (await host.AssignmentsAsync(tokens["a"], task.TaskId)).Select(given => given.Status));
        Assert.Equal("not mine", (await host.AssignmentsAsync(tokens["a"], task.TaskId))[0].Reason);
    }

    [Fact]
    public async Task It_moves_on_when_the_agent_goes_away_is_deleted_or_lets_the_lease_end()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var one = await host.AgentAsync("one");
        var task = await host.CreateAsync(admin, """{"title": "a", "auto_assign": true}""");
        var byHand = await host.CreateAsync(admin, """{"title": "b", "agent_id": "one"}""");
        await host.AgentAsync("two");

        await host.GoesAsync("one", one);
        var second = await host.UntilAsync(admin, task.TaskId, now => now.AgentId == "two");
        Assert.Equal((3L, "one"), (second.Fence, (await host.GetAsync(admin, byHand.TaskId)).AgentId));
        (await host.MoveAsync(one, task.TaskId, "complete", """{"fence": 1}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);

        var three = await host.AgentAsync("three");
        await host.SendAsync(HttpMethod.Delete, "/api/v1/agents/two", admin);
        var third = await host.UntilAsync(admin, task.TaskId, now => now.AgentId == "three");

        using var socket = await TestSocket.ConnectAsync(host, "three", three);
        await socket.NextAsync(frame => frame.Event == "agent:welcome");
        var lapsed = await host.UntilAsync(admin, task.TaskId, now => now.Fence > third.Fence, Second * 20);
        Assert.Equal(AssignmentStatus.Lapsed, (await host.AssignmentsAsync(admin, task.TaskId))[2].Status);
        (await host.MoveAsync(three, task.TaskId, "complete", $$"""{"fence": {{third.Fence}}}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
        Assert.True(lapsed.Fence > third.Fence);
        await host.UntilAsync(admin, byHand.TaskId, now => now is { Status: AgentTaskStatus.Pending, AgentId: null }, Second);
    }

    [Fact]
    public async Task Who_has_enough_gets_the_next_once_one_is_done()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var only = await host.AgentAsync("only");
        var tasks = new List<AgentTask>();
        for (var i = 0; i < 21; i++)
            tasks.Add(await host.CreateAsync(admin, """{"title": "a", "auto_assign": true}"""));
        Assert.Equal((20, AgentTaskStatus.Pending), (tasks.Count(task => task.AgentId == "only"), tasks[20].Status));

        await host.MoveAsync(only, tasks[0].TaskId, "complete", """{"fence": 1}""");

        await host.UntilAsync(admin, tasks[20].TaskId, task => task.AgentId == "only");
    }

    [Fact]
    public async Task An_extended_lease_does_not_end()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var kept = await host.CreateAsync(be, """{"title": "kept", "agent_id": "be"}""");
        var lost = await host.CreateAsync(be, """{"title": "lost", "agent_id": "be"}""");

        var extended = (await host.MoveAsync(be, kept.TaskId, "extend", """{"fence": 1, "lease_seconds": 3600}""")).Task();
        Assert.Equal(host.Clock.GetUtcNow() + TimeSpan.FromHours(1), extended.LeaseUntil);
        host.Clock.Advance(TimeSpan.FromSeconds(301));

        var gone = await host.UntilAsync(be, lost.TaskId, task => task.Status == AgentTaskStatus.Pending, Second);
        Assert.Equal(2, gone.Fence);
        Assert.Equal(AgentTaskStatus.Assigned, (await host.GetAsync(be, kept.TaskId)).Status);
    }

    [Fact]
    public async Task An_overdue_task_is_called_so_once()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var due = host.Clock.GetUtcNow() + TimeSpan.FromMinutes(1);
        var late = await host.CreateAsync(admin, $$"""{"title": "late", "due_date": "{{due:O}}"}""");
        var other = await host.CreateAsync(admin, $$"""{"title": "other", "due_date": "{{due + TimeSpan.FromHours(1):O}}"}""");
        Assert.False(late.Overdue);

        host.Clock.Advance(TimeSpan.FromSeconds(61));
        await host.UntilAsync(admin, late.TaskId, task => task.Overdue, Second);
        for (var i = 0; i < 5; i++)
            host.Clock.Advance(Second);
        await host.CreateAsync(admin, """{"title": "a change behind all of that"}""");

        Assert.Single(await host.LogAsync(), entry => entry.Type == "task_overdue");
        var listed = (await host.SendAsync(HttpMethod.Get, $"{TaskSteps.Api}/overdue", admin)).As(WireJson.Lenient.PageAgentTask).Items;
        Assert.Equal(late.TaskId, Assert.Single(listed).TaskId);
        Assert.Equal(3, (await host.SendAsync(HttpMethod.Get, $"{TaskSteps.Api}/pending", admin)).As(WireJson.Lenient.PageAgentTask).Items.Count);
        Assert.False((await host.GetAsync(admin, other.TaskId)).Overdue);
        await host.SendAsync(HttpMethod.Put, $"{TaskSteps.Api}/{late.TaskId}", admin, """{"status": "cancelled"}""");
        Assert.Empty((await host.SendAsync(HttpMethod.Get, $"{TaskSteps.Api}/overdue", admin)).As(WireJson.Lenient.PageAgentTask).Items);
    }
}

public sealed class SqliteAssignmentEngineTests() : AssignmentEngineTests(new OnSqlite());

public sealed class PostgresAssignmentEngineTests(PostgresDatabases databases) : AssignmentEngineTests(new OnPostgres(databases));

/// <summary>Tasks where several nodes serve one project.</summary>
public sealed class TaskNodesTests(PostgresDatabases databases)
{
    [Fact]
    public async Task A_late_worker_is_late_on_every_node()
    {
        await using var nodes = await Nodes.TwoNodes.StartAsync(databases);
        var (one, other) = (nodes.One, nodes.Other);
        var be = await one.AgentAsync("be");
        await one.AgentAsync("fe");
        var task = await one.CreateAsync(be, """{"title": "Build it", "agent_id": "be"}""");

        (await other.MoveAsync(be, task.TaskId, "start", """{"fence": 1}""")).Task();
        (await one.MoveAsync(be, task.TaskId, "assign", """{"agent_id": "fe"}""")).Task();

        (await other.MoveAsync(be, task.TaskId, "complete", """{"fence": 1}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
        (await one.MoveAsync(be, task.TaskId, "complete", """{"fence": 1}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
    }
}
