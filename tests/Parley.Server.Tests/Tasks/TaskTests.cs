using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Tasks;

/// <summary>Tasks that people and agents give out and end themselves.</summary>
public abstract class TaskTests(StorageUnderTest storage)
{
    [Fact]
    public async Task A_task_is_given_out_worked_on_and_completed()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be) = (await host.AgentAsync("pm"), await host.AgentAsync("be"));

        var made = await host.CreateAsync(pm, """{"title": "Build it", "description": "Well", "priority": 3, "requirements": {"hours": 8}}""");
        var given = (await host.MoveAsync(pm, made.TaskId, "assign", """{"agent_id": "be"}""")).Task();
        var accepted = (await host.MoveAsync(be, made.TaskId, "accept", """{"fence": 1}""")).Task();
        var started = (await host.MoveAsync(be, made.TaskId, "start", """{"fence": 1}""")).Task();
        var done = (await host.MoveAsync(be, made.TaskId, "complete", """{"fence": 1, "result": {"pull_request": 17}}""")).Task();

        Assert.Equal((AgentTaskStatus.Pending, "pm", null, 0L), (made.Status, made.CreatorId, made.AgentId, made.Fence));
        Assert.Equal((made.TaskId, "Well", Priority.High, 8), (made.ThreadId, made.Description, made.Priority, made.Requirements!.Value.GetProperty("hours").GetInt32()));
        Assert.Equal((AgentTaskStatus.Assigned, "be", 1L), (given.Status, given.AgentId, given.Fence));
        Assert.Equal(host.Clock.GetUtcNow() + TimeSpan.FromSeconds(300), given.LeaseUntil);
        Assert.Equal((AgentTaskStatus.Assigned, AgentTaskStatus.InProgress), (accepted.Status, started.Status));
        Assert.Equal((AgentTaskStatus.Completed, "be", null, 17), (done.Status, done.AgentId, done.LeaseUntil, done.Result!.Value.GetProperty("pull_request").GetInt32()));
        Assert.NotNull(done.CompletedAt);
        Assert.Equal(new[] { made, given, accepted, started, done }.Select(task => task.Version).Order(), new[] { made, given, accepted, started, done }.Select(task => task.Version));
        var assignment = Assert.Single(await host.AssignmentsAsync(pm, made.TaskId));
        Assert.Equal((AssignmentStatus.Completed, "be", 1L, made.TaskId), (assignment.Status, assignment.AgentId, assignment.Fence, assignment.TaskId));
        Assert.NotNull(assignment.CompletedAt);
        Assert.Equal(JsonSerializer.Serialize(done, WireJson.Strict.AgentTask), JsonSerializer.Serialize(await host.GetAsync(pm, made.TaskId) with { May = null }, WireJson.Strict.AgentTask));
    }

    [Fact]
    public async Task Each_move_is_an_event()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be) = (await host.AgentAsync("pm"), await host.AgentAsync("be"));
        var task = await host.CreateAsync(pm, """{"title": "Build it", "agent_id": "be"}""");
        (await host.MoveAsync(be, task.TaskId, "start", """{"fence": 1}""")).Task();
        (await host.MoveAsync(be, task.TaskId, "complete", """{"fence": 1, "result": "done"}""")).Task();

        var events = (await host.SendAsync(HttpMethod.Get, "/api/v1/events?types=task_*", pm)).As(WireJson.Lenient.PageEventRecord).Items;

        Assert.Equal(["task_completed", "task_started", "task_assigned", "task_created"], events.Select(one => one.EventType));
        Assert.All(events, one => Assert.Equal(task.TaskId, one.Data!.Value.GetProperty("task_id").GetString()));
        Assert.Equal("completed", events[0].Data!.Value.GetProperty("status").GetString());
    }

    [Fact]
    public async Task An_illegal_move_says_from_where_to_where_and_what_is_legal()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be) = (await host.AgentAsync("pm"), await host.AgentAsync("be"));
        var task = await host.CreateAsync(pm, """{"title": "Build it", "agent_id": "be"}""");
        await host.MoveAsync(be, task.TaskId, "start", """{"fence": 1}""");

        var twice = (await host.MoveAsync(be, task.TaskId, "start", """{"fence": 1}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        (await host.MoveAsync(be, task.TaskId, "fail", """{"fence": 1, "error": "no"}""")).Task();
        var late = (await host.MoveAsync(be, task.TaskId, "complete", """{"fence": 1}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        (await host.SendAsync(HttpMethod.Put, $"{TaskSteps.Api}/{task.TaskId}", pm, """{"title": "Other"}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        // Who says no fence is told that it is over, not that a fence is missing.
        var unfenced = (await host.MoveAsync(be, task.TaskId, "start")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);

        Assert.Contains("is failed; start (from failed to in_progress) is not possible. It has ended", unfenced.Detail, StringComparison.Ordinal);
        Assert.Contains("start (from in_progress to in_progress) is not possible. Possible now: assign, reject, extend, complete, fail, cancel, unassign.", twice.Detail, StringComparison.Ordinal);
        Assert.Contains("is failed; complete (from failed to completed) is not possible. It has ended", late.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_says_the_fence_of_the_hand_out_and_no_other()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be, fe) = (await host.AgentAsync("pm"), await host.AgentAsync("be"), await host.AgentAsync("fe"));
        var task = await host.CreateAsync(pm, """{"title": "Build it", "agent_id": "be"}""");

        foreach (var verb in new[] { "accept", "start", "extend", "reject", "complete", "fail" })
        {
            (await host.MoveAsync(be, task.TaskId, verb)).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
            (await host.MoveAsync(be, task.TaskId, verb, """{"fence": 2}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
            (await host.MoveAsync(fe, task.TaskId, verb, """{"fence": 1}""")).Refused(HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        }

        var other = (await host.MoveAsync(pm, task.TaskId, "assign", """{"agent_id": "fe"}""")).Task();
        (await host.MoveAsync(be, task.TaskId, "complete", """{"fence": 1, "result": 1}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
        (await host.MoveAsync(fe, task.TaskId, "complete", $$"""{"fence": {{other.Fence}}, "result": 2}""")).Task();
        Assert.Equal(2, (await host.GetAsync(pm, task.TaskId)).Result!.Value.GetInt32());
        Assert.Equal([AssignmentStatus.Lapsed, AssignmentStatus.Completed], (await host.AssignmentsAsync(pm, task.TaskId)).Select(given => given.Status));
    }

    [Fact]
    public async Task An_operator_moves_without_a_fence_which_raises_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be, admin) = (await host.AgentAsync("pm"), await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Admin));
        var task = await host.CreateAsync(pm, """{"title": "Build it", "agent_id": "be"}""");

        (await host.MoveAsync(admin, task.TaskId, "start")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
        var done = (await host.MoveAsync(admin, task.TaskId, "complete", """{"result": "by hand"}""")).Task();
        (await host.MoveAsync(be, task.TaskId, "complete", """{"fence": 1}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);

        Assert.Equal((AgentTaskStatus.Completed, 2L), (done.Status, done.Fence));
    }

    [Fact]
    public async Task After_a_restart_a_late_worker_is_still_late()
    {
        var data = await storage.NewAsync();
        await using var owned = data;
        string id, be;
        await using (var host = await ConceptHost.StartAsync(data))
        {
            be = await host.AgentAsync("be");
            id = (await host.CreateAsync(be, """{"title": "Build it", "agent_id": "be"}""")).TaskId;
            (await host.MoveAsync(be, id, "unassign")).Task();
        }

        await using (var host = await ConceptHost.StartAsync(data))
        {
            (await host.MoveAsync(be, id, "complete", """{"fence": 1}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
            var given = (await host.MoveAsync(be, id, "assign", """{"agent_id": "be"}""")).Task();
            Assert.Equal(3, given.Fence);
            (await host.MoveAsync(be, id, "complete", """{"fence": 2}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
            (await host.MoveAsync(be, id, "complete", """{"fence": 3}""")).Task();
        }
    }

    [Fact]
    public async Task If_match_makes_a_change_conditional()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var pm = await host.AgentAsync("pm");
        var task = await host.CreateAsync(pm, """{"title": "Build it"}""");
        var tag = (await host.SendAsync(HttpMethod.Get, $"{TaskSteps.Api}/{task.TaskId}", pm)).Header("ETag")!;

        Assert.Equal($"\"{task.Version}\"", tag);
        Assert.Equal(HttpStatusCode.OK, await host.PutAsync(pm, task.TaskId, tag, """{"priority": 4}"""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await host.PutAsync(pm, task.TaskId, tag, """{"priority": 1}"""));
        Assert.Equal(Priority.Critical, (await host.GetAsync(pm, task.TaskId)).Priority);
    }

    [Fact]
    public async Task A_status_makes_the_move_that_leads_there()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be) = (await host.AgentAsync("pm"), await host.AgentAsync("be"));
        var task = await host.CreateAsync(pm, """{"title": "Build it", "agent_id": "be"}""");
        var path = $"{TaskSteps.Api}/{task.TaskId}";

        var started = (await host.SendAsync(HttpMethod.Put, path, be, """{"status": "in_progress", "fence": 1}""")).Task();
        (await host.SendAsync(HttpMethod.Put, path, be, """{"status": "completed", "result": 1}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
        var back = (await host.SendAsync(HttpMethod.Put, path, pm, """{"status": "pending"}""")).Task();
        var over = (await host.SendAsync(HttpMethod.Put, path, pm, """{"status": "cancelled", "error": "Not needed."}""")).Task();

        Assert.Equal((AgentTaskStatus.InProgress, AgentTaskStatus.Pending, AgentTaskStatus.Cancelled), (started.Status, back.Status, over.Status));
        Assert.Equal(("Not needed.", null), (over.Error, back.AgentId));
    }

    [Fact]
    public async Task The_hand_out_is_a_message_in_the_tasks_thread_and_a_reply_with_an_outcome_ends_the_task()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be) = (await host.AgentAsync("pm"), await host.AgentAsync("be"));
        var task = await host.CreateAsync(pm, """{"title": "Build it", "agent_id": "be", "requirements": {"hours": 8}}""");

        var inbox = (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/be/inbox", be)).As(WireJson.Lenient.Inbox);
        var message = Assert.Single(inbox.Items).Message;
        Assert.Equal(("task_assignment", "pm", task.TaskId, task.TaskId, Intent.Request), (message.MessageType, message.SenderId, message.TaskId, message.ConversationThreadId, message.Intent));
        var payload = message.Payload!.Value;
        Assert.Equal((task.TaskId, 1, 8), (payload.GetProperty("task_id").GetString(), payload.GetProperty("fence").GetInt32(), payload.GetProperty("task").GetProperty("requirements").GetProperty("hours").GetInt32()));

        var reply = $$"""{"reply_to": "{{message.MessageId}}", "outcome": "success", "payload": {"pull_request": 17}, "content": "Done."}""";
        Assert.Equal(HttpStatusCode.Created, (await host.SendAsync(HttpMethod.Post, "/api/v1/messages", be, reply, key: "r")).Status);
        Assert.Equal(HttpStatusCode.Created, (await host.SendAsync(HttpMethod.Post, "/api/v1/messages", be, reply, key: "r")).Status);

        var done = await host.GetAsync(pm, task.TaskId);
        Assert.Equal((AgentTaskStatus.Completed, 17), (done.Status, done.Result!.Value.GetProperty("pull_request").GetInt32()));
        var thread = (await host.SendAsync(HttpMethod.Get, $"/api/v1/threads/{task.TaskId}", pm)).As(WireJson.Lenient.ThreadView);
        Assert.Equal(["task_assignment", "text"], thread.Items.Select(item => item.MessageType));
        Assert.Equal(HttpStatusCode.Created, (await host.SendAsync(
            HttpMethod.Post, "/api/v1/messages", pm, $$"""{"to": "be", "content": "Thanks", "conversation_thread_id": "{{task.TaskId}}"}""")).Status);
    }

    [Fact]
    public async Task A_reply_of_an_agent_that_lost_the_task_is_refused()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be, fe) = (await host.AgentAsync("pm"), await host.AgentAsync("be"), await host.AgentAsync("fe"));
        var task = await host.CreateAsync(pm, """{"title": "Build it", "agent_id": "be"}""");
        var message = (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/be/inbox", be)).As(WireJson.Lenient.Inbox).Items[0].Message.MessageId;
        await host.MoveAsync(pm, task.TaskId, "assign", """{"agent_id": "fe"}""");

        (await host.SendAsync(HttpMethod.Post, "/api/v1/messages", be, $$"""{"reply_to": "{{message}}", "outcome": "success", "content": "Done."}"""))
            .Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
        var other = (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/fe/inbox", fe)).As(WireJson.Lenient.Inbox).Items[0].Message.MessageId;
        await host.SendAsync(HttpMethod.Post, "/api/v1/messages", fe, $$"""{"reply_to": "{{other}}", "outcome": "error", "content": "It is broken."}""");

        var over = await host.GetAsync(pm, task.TaskId);
        Assert.Equal((AgentTaskStatus.Failed, "It is broken.", "fe"), (over.Status, over.Error, over.AgentId));
    }

    [Fact]
    public async Task What_it_depends_on_comes_first_and_a_cycle_is_refused_by_name()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var first = await host.CreateAsync(be, """{"title": "First"}""");
        var second = await host.CreateAsync(be, $$"""{"title": "Second", "depends_on": ["{{first.TaskId}}"], "auto_assign": true}""");
        var third = await host.CreateAsync(be, $$"""{"title": "Third", "depends_on": ["{{second.TaskId}}"]}""");

        Assert.Equal((AgentTaskStatus.Pending, first.TaskId), (second.Status, Assert.Single(second.BlockedBy)));
        (await host.MoveAsync(be, second.TaskId, "assign", """{"agent_id": "be"}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        var cycle = (await host.SendAsync(HttpMethod.Put, $"{TaskSteps.Api}/{first.TaskId}", be, $$"""{"depends_on": ["{{third.TaskId}}"]}"""))
            .Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        Assert.Contains($"'First' ({first.TaskId}) -> 'Third' ({third.TaskId}) -> 'Second' ({second.TaskId}) -> 'First' ({first.TaskId})", cycle.Detail, StringComparison.Ordinal);
        (await host.SendAsync(HttpMethod.Delete, $"{TaskSteps.Api}/{first.TaskId}", be)).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);

        await host.MoveAsync(be, first.TaskId, "assign", """{"agent_id": "be"}""");
        await host.MoveAsync(be, first.TaskId, "complete", """{"fence": 1}""");
        var free = await host.UntilAsync(be, second.TaskId, task => task.Status == AgentTaskStatus.Assigned);
        Assert.Empty(free.BlockedBy);
    }

    [Fact]
    public async Task Parts_are_counted_in_the_task_that_they_belong_to()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var whole = await host.CreateAsync(be, """{"title": "Whole"}""");
        var parts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            host.CreateAsync(be, $$"""{"title": "Part", "parent_task_id": "{{whole.TaskId}}", "agent_id": "be"}""")));

        await Task.WhenAll(parts[..2].Select(part => host.MoveAsync(be, part.TaskId, "complete", """{"fence": 1}""")));
        await host.MoveAsync(be, parts[2].TaskId, "fail", """{"fence": 1, "error": "no"}""");
        await host.SendAsync(HttpMethod.Put, $"{TaskSteps.Api}/{parts[3].TaskId}", be, """{"status": "cancelled"}""");
        Assert.Equal(new TaskParts { Done = 2, Total = 3 }, (await host.GetAsync(be, whole.TaskId)).Parts);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"{TaskSteps.Api}/{parts[0].TaskId}", be)).Status);
        Assert.Equal(new TaskParts { Done = 1, Total = 2 }, (await host.GetAsync(be, whole.TaskId)).Parts);
        var listed = (await host.SendAsync(HttpMethod.Get, $"{TaskSteps.Api}?parent={whole.TaskId}", be)).As(WireJson.Lenient.PageAgentTask);
        Assert.Equal(3, listed.Items.Count);
    }

    [Theory]
    [InlineData("{}", "title")]
    [InlineData("""{"title": ""}""", "title")]
    [InlineData("""{"title": "a", "priority": 9}""", "priority")]
    [InlineData("""{"title": "a", "depends_on": ["x"]}""", "depends_on[0]")]
    [InlineData("""{"title": "a", "color": 1}""", "color")]
    [InlineData("""{"title": "a", "agent_id": "be", "auto_assign": true}""", "agent_id")]
    public async Task What_makes_no_sense_is_refused_by_the_field(string json, string field)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var answer = await host.SendAsync(HttpMethod.Post, TaskSteps.Api, await host.TokenAsync(TokenKind.Admin), json);
        Assert.Contains(field, answer.Refused(HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest).Errors!.Keys);
    }

    [Fact]
    public async Task Those_concerned_hear_of_each_change_over_their_sockets()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be) = (await host.RegisterAsync("pm"), await host.RegisterAsync("be"));
        using var boss = await TestSocket.ConnectAsync(host, "pm", pm);
        using var worker = await TestSocket.ConnectAsync(host, "be", be);
        await boss.NextAsync(frame => frame.Event == "agent:welcome");
        await worker.NextAsync(frame => frame.Event == "agent:welcome");

        var made = (await boss.AskAsync("task:create", """{"title": "Build it"}""")).Data!.Value.Deserialize(WireJson.Lenient.AgentTask)!;
        Assert.Equal("ok", (await boss.AskAsync("task:assign", $$"""{"task_id": "{{made.TaskId}}", "agent_id": "be"}""")).Event);
        var given = (await worker.NextAsync(frame => frame.Event == "task:assigned")).Data!.Value.Deserialize(WireJson.Lenient.AgentTask)!;
        Assert.Equal("ok", (await worker.AskAsync("task:update", $$"""{"task_id": "{{made.TaskId}}", "status": "in_progress", "fence": {{given.Fence}}}""")).Event);
        Assert.Equal("ok", (await worker.AskAsync("task:complete", $$"""{"task_id": "{{made.TaskId}}", "fence": {{given.Fence}}, "result": 1}""")).Event);

        var seen = await boss.NextAsync(frame => frame.Event == "task:updated" && frame.Data!.Value.GetProperty("status").GetString() == "completed");
        Assert.Equal(made.TaskId, seen.Data!.Value.GetProperty("task_id").GetString());
        await worker.NextAsync(frame => frame.Event == "task:updated" && frame.Data!.Value.GetProperty("status").GetString() == "completed");
    }
}

public sealed class SqliteTaskTests() : TaskTests(new OnSqlite());

public sealed class PostgresTaskTests(PostgresDatabases databases) : TaskTests(new OnPostgres(databases));
