using System.Net;
using Parley.Protocol;
using Parley.Server.Tasks;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Tasks;

/// <summary>What follows from a change: also where the node that should have seen to it was killed.</summary>
public abstract class TaskFollowUpTests(StorageUnderTest storage)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_that_nobody_gave_out_before_the_node_was_killed_is_given_out()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be", "review");
        // Stored, and nothing else: who creates one gives it out after that.
        var plain = await MakeAsync(host, new TaskRequest { Title = "Any", AutoAssign = true });
        var needs = await MakeAsync(host, new TaskRequest { Title = "Review", AutoAssign = true, RequiredCapabilities = ["review"] });

        foreach (var id in new[] { plain, needs })
            await host.UntilAsync(be, id, task => task.AgentId == "be", Second);
    }

    [Fact]
    public async Task Any_number_of_tasks_that_depend_on_others_hold_up_none_that_does_not()
    {
        // More than are looked at in one go.
        const int blocked = 60;
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var first = await MakeAsync(host, new TaskRequest { Title = "First" });
        for (var i = 0; i < blocked; i++)
            await MakeAsync(host, new TaskRequest { Title = "Blocked", AutoAssign = true, DependsOn = [first] }, first);
        var free = await MakeAsync(host, new TaskRequest { Title = "Free", AutoAssign = true });

        await host.UntilAsync(be, free, task => task.AgentId == "be", Second);
    }

    [Fact]
    public async Task All_that_wait_for_a_task_hear_of_its_end_however_many_they_are()
    {
        // More than are read in one go.
        const int waiting = 120;
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var first = await host.CreateAsync(be, """{"title": "First", "agent_id": "be"}""");
        var last = "";
        for (var i = 0; i < waiting; i++)
            last = await MakeAsync(host, new TaskRequest { Title = "Next", DependsOn = [first.TaskId] }, first.TaskId);

        (await host.MoveAsync(be, first.TaskId, "complete", """{"fence": 1}""")).Task();

        // The clock stands still: nobody looks at them again by himself.
        await host.UntilAsync(be, last, task => task.BlockedBy.Count == 0);
    }

    [Fact]
    public async Task A_task_that_somebody_gave_out_between_the_look_and_the_choice_is_not_given_out_again()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        await host.AgentAsync("fe");
        // As it waits; an agent that has just come may be given it before the next line.
        var seen = (await host.Get<TaskBoard>().CreateAsync(host.Default, 0, TaskRules.Create(new TaskRequest { Title = "Any", AutoAssign = true }, null, []), Cancel)).Value;
        var task = seen.Value.TaskId;
        var given = (await host.MoveAsync(be, task, "assign", """{"agent_id": "be"}""")).Task();

        var after = await host.Get<AssignmentEngine>().GiveAsync(host.Default, seen, Cancel);

        Assert.Equal(("be", given.Fence), (after.Value.AgentId, after.Value.Fence));
        Assert.Equal(given.Fence, (await host.AssignmentsAsync(be, task)).Count);
    }

    [Fact]
    public async Task A_task_that_nobody_told_that_the_one_before_it_is_completed_hears_of_it()
    {
        await using var data = await storage.NewAsync();
        string be, second;
        await using (var host = await ConceptHost.StartAsync(data))
        {
            be = await host.AgentAsync("be");
            var first = await host.CreateAsync(be, """{"title": "First", "agent_id": "be"}""");
            second = (await host.CreateAsync(be, $$"""{"title": "Second", "depends_on": ["{{first.TaskId}}"], "auto_assign": true}""")).TaskId;
            // Killed right behind the commit.
            host.Get<TaskBoard>().Watchers = [];
            (await host.MoveAsync(be, first.TaskId, "complete", """{"fence": 1}""")).Task();
            Assert.Equal(first.TaskId, Assert.Single((await host.GetAsync(be, second)).BlockedBy));
        }

        await using (var host = await ConceptHost.StartAsync(data))
        {
            await host.ComesAsync("be", be);
            var free = await host.UntilAsync(be, second, task => task.AgentId == "be", Second);
            Assert.Empty(free.BlockedBy);
            Assert.Single(await host.LogAsync(), entry => entry.Type == "task_unblocked");
        }
    }

    [Fact]
    public async Task Of_equal_priority_the_oldest_goes_first()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var late = await host.AgentAsync("late");
        await host.GoesAsync("late", late);
        var waiting = new List<AgentTask>();
        for (var i = 0; i < 4; i++)
            waiting.Add(await host.CreateAsync(admin, """{"title": "a", "auto_assign": true}"""));

        await host.ComesAsync("late", late);

        var given = new List<long>();
        foreach (var task in waiting)
            given.Add((await host.UntilAsync(admin, task.TaskId, now => now.AgentId == "late")).Version);
        Assert.Equal(given.Order(), given);
    }

    [Fact]
    public async Task What_a_deleted_agent_had_is_taken_back_also_what_was_given_to_it_by_name()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var one = await host.AgentAsync("one");
        var byName = await host.CreateAsync(admin, """{"title": "by name", "agent_id": "one"}""");
        var byServer = await host.CreateAsync(admin, """{"title": "by the server", "auto_assign": true}""");
        (await host.MoveAsync(one, byName.TaskId, "start", """{"fence": 1}""")).Task();
        await host.AgentAsync("two");

        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, "/api/v1/agents/one", admin)).Status);

        var free = await host.UntilAsync(admin, byName.TaskId, task => task.Status == AgentTaskStatus.Pending);
        Assert.Equal((2L, null), (free.Fence, free.AgentId));
        Assert.Equal(3, (await host.UntilAsync(admin, byServer.TaskId, task => task.AgentId == "two")).Fence);
        Assert.Equal("The agent was deleted.", (await host.AssignmentsAsync(admin, byName.TaskId))[0].Reason);
    }

    [Fact]
    public async Task A_message_of_the_type_that_no_assignment_made_ends_no_task()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be, fe) = (await host.AgentAsync("pm"), await host.AgentAsync("be"), await host.AgentAsync("fe"));
        var task = await host.CreateAsync(pm, """{"title": "Build it", "agent_id": "be"}""");
        var forged = $$"""{"to": "fe", "message_type": "task_assignment", "payload": {"task_id": "{{task.TaskId}}", "fence": 1} }""";
        Assert.Equal(HttpStatusCode.Created, (await host.SendAsync(HttpMethod.Post, "/api/v1/messages", pm, forged)).Status);
        var message = (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/fe/inbox", fe)).As(WireJson.Lenient.Inbox).Items[0].Message.MessageId;

        var answer = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", fe, $$"""{"reply_to": "{{message}}", "outcome": "success", "content": "Mine."}""");

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal((task.Fence, AgentTaskStatus.Assigned), ((await host.GetAsync(be, task.TaskId)).Fence, (await host.GetAsync(be, task.TaskId)).Status));
    }

    [Fact]
    public async Task A_reply_ends_a_task_once_with_its_content_where_it_has_no_payload()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be) = (await host.AgentAsync("pm"), await host.AgentAsync("be"));
        var task = await host.CreateAsync(pm, """{"title": "Build it", "agent_id": "be", "priority": 4}""");
        var message = (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/be/inbox", be)).As(WireJson.Lenient.Inbox).Items[0].Message;
        Assert.Equal(Priority.Critical, message.Priority);
        string Reply(string rest) => $$"""{"reply_to": "{{message.MessageId}}", {{rest}}}""";

        var large = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", be, Reply($$""" "outcome": "success", "payload": "{{new string('x', 256 * 1024)}}" """));
        var plain = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", be, Reply("\"content\": \"I am on it.\""));
        Assert.Equal(AgentTaskStatus.Assigned, (await host.GetAsync(pm, task.TaskId)).Status);
        var done = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", be, Reply("\"outcome\": \"success\", \"content\": \"Done.\""));
        var again = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", be, Reply("\"outcome\": \"error\", \"content\": \"Or not.\""));

        Assert.Equal(["413", "201", "201"], new[] { large, plain, done }.Select(answer => $"{answer.Status:D}"));
        Assert.NotEqual(HttpStatusCode.InternalServerError, again.Status);
        var over = await host.GetAsync(pm, task.TaskId);
        Assert.Equal((AgentTaskStatus.Completed, "Done.", null), (over.Status, over.Result!.Value.GetString(), over.Error));
        Assert.Single(await host.LogAsync(), entry => entry.Type is "task_completed" or "task_failed");
    }

    [Fact]
    public async Task A_reply_to_a_task_that_an_operator_ended_meanwhile_is_sent_and_changes_nothing()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, be) = (await host.TokenAsync(TokenKind.Admin), await host.AgentAsync("be"));
        var pm = await host.AgentAsync("pm");
        var task = await host.CreateAsync(pm, """{"title": "Build it", "agent_id": "be"}""");
        var message = (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/be/inbox", be)).As(WireJson.Lenient.Inbox).Items[0].Message;
        // Without the fence, which goes up by it.
        var ended = (await host.MoveAsync(admin, task.TaskId, "complete", """{"result": "by hand"}""")).Task();
        Assert.Equal(2, ended.Fence);

        var reply = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", be, $$"""{"reply_to": "{{message.MessageId}}", "outcome": "success", "content": "Done."}""");

        Assert.Equal(HttpStatusCode.Created, reply.Status);
        Assert.Equal(ended.Version, (await host.GetAsync(pm, task.TaskId)).Version);
    }

    [Fact]
    public async Task Whoever_else_answers_the_assignment_of_a_task_that_was_lost_is_not_refused_for_that()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, be, pm) = (await host.TokenAsync(TokenKind.Admin), await host.AgentAsync("be"), await host.AgentAsync("pm"));
        var task = await host.CreateAsync(pm, """{"title": "Build it", "agent_id": "be"}""");
        var message = (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/be/inbox", be)).As(WireJson.Lenient.Inbox).Items[0].Message;
        var lost = (await host.MoveAsync(admin, task.TaskId, "unassign")).Task();
        string Reply(string to) => $$"""{"reply_to": "{{message.MessageId}}", "to": "{{to}}", "outcome": "success", "content": "Let be."}""";

        (await host.SendAsync(HttpMethod.Post, "/api/v1/messages", be, Reply("pm"))).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
        var reply = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", pm, Reply("be"));

        Assert.True(reply.Status == HttpStatusCode.Created, reply.Text);
        Assert.Equal(lost.Version, (await host.GetAsync(pm, task.TaskId)).Version);
    }

    [Fact]
    public async Task A_result_that_comes_as_a_reply_has_256_KiB_though_messages_may_have_more()
    {
        await using var data = await storage.NewAsync();
        data.Change = settings => settings with { MaxMessageBytes = 1 << 20 };
        await using var host = await ConceptHost.StartAsync(data);
        var (pm, be) = (await host.AgentAsync("pm"), await host.AgentAsync("be"));
        var task = await host.CreateAsync(pm, """{"title": "Build it", "agent_id": "be"}""");
        var message = (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/be/inbox", be)).As(WireJson.Lenient.Inbox).Items[0].Message;
        async Task<Answer> ReplyAsync(int length) => await host.SendAsync(
            HttpMethod.Post, "/api/v1/messages", be, $$"""{"reply_to": "{{message.MessageId}}", "outcome": "success", "payload": "{{new string('x', length - 2)}}"}""");

        (await ReplyAsync((256 * 1024) + 1)).Refused(HttpStatusCode.RequestEntityTooLarge, ErrorCodes.TooLarge);
        Assert.Equal(AgentTaskStatus.Assigned, (await host.GetAsync(pm, task.TaskId)).Status);
        Assert.Equal(HttpStatusCode.Created, (await ReplyAsync(256 * 1024)).Status);
        Assert.Equal(AgentTaskStatus.Completed, (await host.GetAsync(pm, task.TaskId)).Status);
    }

    private static async Task<string> MakeAsync(ConceptHost host, TaskRequest request, params IReadOnlyList<string> blockedBy) =>
        (await host.Get<TaskBoard>().CreateAsync(host.Default, 0, TaskRules.Create(request, null, blockedBy), Cancel)).Value.Value.TaskId;
}

public sealed class SqliteTaskFollowUpTests() : TaskFollowUpTests(new OnSqlite());

public sealed class PostgresTaskFollowUpTests(PostgresDatabases databases) : TaskFollowUpTests(new OnPostgres(databases));
