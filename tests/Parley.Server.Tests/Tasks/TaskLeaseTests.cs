using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Tasks;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Tasks;

/// <summary>How long an agent has a task, and how often its end and its due date are told.</summary>
public abstract class TaskLeaseTests(StorageUnderTest storage)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("accept")]
    [InlineData("start")]
    [InlineData("extend")]
    public async Task A_sign_of_life_renews_the_lease_and_keeps_the_fence(string verb)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var task = await host.CreateAsync(be, """{"title": "Build it", "agent_id": "be"}""");
        host.Clock.Advance(TimeSpan.FromSeconds(30));

        var plain = (await host.MoveAsync(be, task.TaskId, verb, """{"fence": 1}""")).Task();
        var longer = (await host.MoveAsync(be, task.TaskId, "extend", """{"fence": 1, "lease_seconds": 900}""")).Task();

        Assert.Equal((host.Clock.GetUtcNow() + TimeSpan.FromSeconds(300), 1L), (plain.LeaseUntil, plain.Fence));
        Assert.Equal((host.Clock.GetUtcNow() + TimeSpan.FromSeconds(900), 1L), (longer.LeaseUntil, longer.Fence));
    }

    [Fact]
    public async Task A_lease_that_ended_while_no_server_ran_is_told_once()
    {
        await using var data = await storage.NewAsync();
        var clock = new TestClock();
        string id, be;
        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            be = await host.AgentAsync("be");
            id = (await host.CreateAsync(be, """{"title": "Build it", "agent_id": "be"}""")).TaskId;
        }

        clock.Advance(TimeSpan.FromMinutes(10));
        for (var life = 0; life < 2; life++)
        {
            await using var host = await ConceptHost.StartAsync(data, clock);
            var lapsed = await host.UntilAsync(be, id, task => task.Status == AgentTaskStatus.Pending, Second);
            Assert.Equal((2L, null, null), (lapsed.Fence, lapsed.AgentId, lapsed.LeaseUntil));
            (await host.MoveAsync(be, id, "complete", """{"fence": 1}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
            Assert.Single(await host.LogAsync(), entry => entry.Type == "task_lapsed");
            Assert.Equal(AssignmentStatus.Lapsed, Assert.Single(await host.AssignmentsAsync(be, id)).Status);
        }
    }

    [Fact]
    public async Task A_task_that_is_late_is_called_so_once_whatever_happens_to_it_later()
    {
        await using var data = await storage.NewAsync();
        var clock = new TestClock();
        string id, be;
        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            be = await host.AgentAsync("be");
            var due = clock.GetUtcNow() + TimeSpan.FromMinutes(1);
            id = (await host.CreateAsync(be, $$"""{"title": "late", "agent_id": "be", "due_date": "{{due:O}}"}""")).TaskId;
            clock.Advance(TimeSpan.FromSeconds(61));
            await host.UntilAsync(be, id, task => task.Overdue, Second);
        }

        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            // Its lease ends, so that it is looked at again.
            clock.Advance(TimeSpan.FromMinutes(6));
            var lapsed = await host.UntilAsync(be, id, task => task.Status == AgentTaskStatus.Pending, Second);
            Assert.True(lapsed.Overdue);
            Assert.Single(await host.LogAsync(), entry => entry.Type == "task_overdue");

            var due = clock.GetUtcNow() + TimeSpan.FromMinutes(1);
            var anew = (await host.SendAsync(HttpMethod.Put, $"{TaskSteps.Api}/{id}", be, $$"""{"due_date": "{{due:O}}"}""")).Task();
            Assert.False(anew.Overdue);
            clock.Advance(TimeSpan.FromSeconds(61));
            await host.UntilAsync(be, id, task => task.Overdue, Second);
            Assert.Equal(2, (await host.LogAsync()).Count(entry => entry.Type == "task_overdue"));
        }
    }

    [Fact]
    public async Task A_task_that_is_late_stays_with_its_agent_and_is_looked_at_no_more()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var due = host.Clock.GetUtcNow() + TimeSpan.FromMinutes(1);
        var task = await host.CreateAsync(be, $$"""{"title": "late", "agent_id": "be", "due_date": "{{due:O}}"}""");
        (await host.MoveAsync(be, task.TaskId, "start", """{"fence": 1, "lease_seconds": 86400}""")).Task();

        host.Clock.Advance(TimeSpan.FromSeconds(61));
        var late = await host.UntilAsync(be, task.TaskId, task => task.Overdue, Second);

        Assert.Equal((AgentTaskStatus.InProgress, "be", 1L), (late.Status, late.AgentId, late.Fence));
        Assert.Empty(await host.Get<IEntityStore>().DueAsync(TaskKinds.Task.Number, host.Clock.GetUtcNow(), null, 10, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_lease_that_ends_long_before_the_due_date_is_told_by_then_and_the_task_is_not_late()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var due = host.Clock.GetUtcNow() + TimeSpan.FromDays(10);
        var task = await host.CreateAsync(be, $$"""{"title": "in time", "agent_id": "be", "due_date": "{{due:O}}"}""");

        host.Clock.Advance(TimeSpan.FromSeconds(301));
        var lapsed = await host.UntilAsync(be, task.TaskId, task => task.Status == AgentTaskStatus.Pending, Second);

        Assert.Equal((false, 2L), (lapsed.Overdue, lapsed.Fence));
        Assert.DoesNotContain(await host.LogAsync(), entry => entry.Type == "task_overdue");
    }

    [Fact]
    public async Task A_task_that_was_over_in_time_is_never_late()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var due = host.Clock.GetUtcNow() + TimeSpan.FromMinutes(1);
        var done = await host.CreateAsync(be, $$"""{"title": "in time", "agent_id": "be", "due_date": "{{due:O}}"}""");
        (await host.MoveAsync(be, done.TaskId, "complete", """{"fence": 1}""")).Task();
        var late = await host.CreateAsync(be, $$"""{"title": "late", "due_date": "{{due + Second:O}}"}""");

        host.Clock.Advance(TimeSpan.FromSeconds(62));
        await host.UntilAsync(be, late.TaskId, task => task.Overdue, Second);
        await host.Get<IDueLook<AgentTask>>().LookAsync(host.Default.Number, Guid.Parse(done.TaskId), host.Clock.GetUtcNow(), TestContext.Current.CancellationToken);

        Assert.False((await host.GetAsync(be, done.TaskId)).Overdue);
        Assert.Single(await host.LogAsync(), entry => entry.Type == "task_overdue");
    }

    [Fact]
    public async Task Who_works_on_what_was_cancelled_or_ended_by_an_operator_is_told_to_stop()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, admin) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        foreach (var end in new[] { """{"status": "cancelled"}""", """{"status": "completed"}""", """{"status": "failed"}""", """{"status": "pending"}""" })
        {
            var task = await host.CreateAsync(be, """{"title": "Build it", "agent_id": "be"}""");
            (await host.MoveAsync(be, task.TaskId, "start", """{"fence": 1}""")).Task();

            var over = (await host.SendAsync(HttpMethod.Put, $"{TaskSteps.Api}/{task.TaskId}", admin, end)).Task();

            Assert.Equal(2, over.Fence);
            foreach (var verb in new[] { "extend", "complete", "fail", "reject" })
                (await host.MoveAsync(be, task.TaskId, verb, """{"fence": 1}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
            Assert.Equal(over.Version, (await host.GetAsync(be, task.TaskId)).Version);
        }
    }

    [Fact]
    public async Task A_reply_to_a_task_that_was_cancelled_is_refused_and_nothing_is_sent()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be) = (await host.AgentAsync("pm"), await host.AgentAsync("be"));
        var task = await host.CreateAsync(pm, """{"title": "Build it", "agent_id": "be"}""");
        var message = (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/be/inbox", be)).As(WireJson.Lenient.Inbox).Items[0].Message.MessageId;
        (await host.SendAsync(HttpMethod.Put, $"{TaskSteps.Api}/{task.TaskId}", pm, """{"status": "cancelled"}""")).Task();

        (await host.SendAsync(HttpMethod.Post, "/api/v1/messages", be, $$"""{"reply_to": "{{message}}", "outcome": "success", "content": "Done."}"""))
            .Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);

        Assert.Equal(AgentTaskStatus.Cancelled, (await host.GetAsync(pm, task.TaskId)).Status);
        Assert.Empty((await host.SendAsync(HttpMethod.Get, "/api/v1/agents/pm/inbox", pm)).As(WireJson.Lenient.Inbox).Items);
    }

    [Fact]
    public async Task Of_many_who_end_a_task_at_once_one_does()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var task = await host.CreateAsync(be, """{"title": "Build it", "agent_id": "be"}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            host.MoveAsync(be, task.TaskId, i % 2 == 0 ? "complete" : "fail", i % 2 == 0 ? $$"""{"fence": 1, "result": {{i}}}""" : """{"fence": 1, "error": "no"}""")));

        var won = Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        // Beside what is stored, it says what the caller may do next.
        var stored = JsonNode.Parse((await host.SendAsync(HttpMethod.Get, $"{TaskSteps.Api}/{task.TaskId}", be)).Text)!.AsObject();
        stored.Remove("may");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(won.Text), stored), $"{won.Text}\n{stored}");
        Assert.Single(await host.LogAsync(), entry => entry.Type is "task_completed" or "task_failed");
    }
}

public sealed class SqliteTaskLeaseTests() : TaskLeaseTests(new OnSqlite());

public sealed class PostgresTaskLeaseTests(PostgresDatabases databases) : TaskLeaseTests(new OnPostgres(databases))
{
    [Fact]
    public async Task What_is_due_is_told_once_though_two_nodes_look_at_the_same_time()
    {
        const int tasks = 20;
        await using var nodes = await Nodes.TwoNodes.StartAsync(databases);
        var be = await nodes.One.AgentAsync("be");
        var due = nodes.One.Clock.GetUtcNow() + TimeSpan.FromMinutes(5);
        var ids = new List<Guid>();
        for (var i = 0; i < tasks; i++)
            ids.Add(Guid.Parse((await nodes.One.CreateAsync(be, $$"""{"title": "late", "agent_id": "be", "due_date": "{{due:O}}"}""")).TaskId));

        // The chores are a leader's; where two nodes take themselves for it, both look.
        var now = due + TimeSpan.FromSeconds(1);
        await Task.WhenAll(ids.SelectMany(id => nodes.Both.Select(host =>
            Task.Run(() => host.Get<IDueLook<AgentTask>>().LookAsync(host.Default.Number, id, now, TestContext.Current.CancellationToken).AsTask()))));

        var types = (await nodes.One.LogAsync()).Select(entry => entry.Type).ToList();
        Assert.Equal((tasks, tasks), (types.Count(type => type == "task_lapsed"), types.Count(type => type == "task_overdue")));
        foreach (var id in ids)
        {
            var task = await nodes.Other.GetAsync(be, $"{id}");
            Assert.Equal((AgentTaskStatus.Pending, 2L, true), (task.Status, task.Fence, task.Overdue));
        }
    }

    [Fact]
    public async Task A_task_is_given_to_one_agent_though_two_nodes_give_it_out_at_the_same_time()
    {
        await using var nodes = await Nodes.TwoNodes.StartAsync(databases);
        var be = await nodes.One.AgentAsync("be");
        await nodes.Other.AgentAsync("fe");
        for (var i = 0; i < 10; i++)
        {
            var made = (await nodes.One.Get<Server.Tasks.TaskBoard>().CreateAsync(
                nodes.One.Default, 0, Server.Tasks.TaskRules.Create(new TaskRequest { Title = "one", AutoAssign = true }, null, []), TestContext.Current.CancellationToken)).Value;
            await Task.WhenAll(nodes.Both.Select(host => Task.Run(() =>
                host.Get<Server.Tasks.AssignmentEngine>().GiveAsync(host.Default, made, TestContext.Current.CancellationToken).AsTask())));

            Assert.Equal(1, (await nodes.One.GetAsync(be, made.Value.TaskId)).Fence);
            Assert.Single(await nodes.Other.AssignmentsAsync(be, made.Value.TaskId));
        }
    }
}
