using System.Net;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Tasks;

/// <summary>Changes with a version, lists, what depends on what, and parts, in detail.</summary>
public abstract class TaskChangeTests(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_that_is_not_the_present_one_makes_no_move_and_no_change()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var made = await host.CreateAsync(be, """{"title": "Build it"}""");
        var given = (await host.MoveAsync(be, made.TaskId, "assign", $$"""{"agent_id": "be", "if_version": {{made.Version}}}""")).Task();
        var path = $"{TaskSteps.Api}/{made.TaskId}";
        var stale = $"\"if_version\": {made.Version}";

        Answer[] refused =
        [
            await host.MoveAsync(be, made.TaskId, "assign", $$"""{"agent_id": "be", {{stale}}}"""),
            await host.MoveAsync(be, made.TaskId, "assign", $$"""{ {{stale}} }"""),
            await host.MoveAsync(be, made.TaskId, "unassign", $$"""{ {{stale}} }"""),
            await host.MoveAsync(be, made.TaskId, "start", $$"""{"fence": 1, {{stale}}}"""),
            await host.MoveAsync(be, made.TaskId, "complete", $$"""{"fence": 1, {{stale}}}"""),
            await host.SendAsync(HttpMethod.Put, path, be, $$"""{"status": "cancelled", {{stale}}}"""),
            await host.SendAsync(HttpMethod.Put, path, be, $$"""{"title": "Other", {{stale}}}"""),
            await host.SendAsync(HttpMethod.Put, path, be, $$"""{"depends_on": [], {{stale}}}"""),
        ];

        Assert.All(refused, answer => answer.Refused(HttpStatusCode.PreconditionFailed, ErrorCodes.VersionMismatch));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await DeleteAsync(host, be, made.TaskId, made.Version));
        Assert.Equal(given.Version, (await host.GetAsync(be, made.TaskId)).Version);
        (await host.MoveAsync(be, made.TaskId, "start", $$"""{"fence": 1, "if_version": {{given.Version}}}""")).Task();
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(host, be, made.TaskId, (await host.GetAsync(be, made.TaskId)).Version));
        (await host.MoveAsync(be, made.TaskId, "complete", """{"fence": 1}""")).Refused(HttpStatusCode.NotFound, ErrorCodes.NotFound);
    }

    [Fact]
    public async Task Who_has_a_task_that_is_deleted_has_it_no_longer()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var task = await host.CreateAsync(be, """{"title": "Build it", "agent_id": "be"}""");
        var given = (await host.AssignmentsAsync(be, task.TaskId))[0];

        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"{TaskSteps.Api}/{task.TaskId}", be)).Status);

        var ended = await host.Get<EntityBoard<Assignment>>().FindAsync(host.Default.Number, Guid.Parse(given.AssignmentId), Cancel);
        Assert.Equal((AssignmentStatus.Lapsed, "The task was deleted."), (ended!.Value.Status, ended.Value.Reason));
        Assert.Empty((await host.SendAsync(HttpMethod.Get, $"{TaskSteps.Api}/agent/be", be)).As(WireJson.Lenient.PageAgentTask).Items);
    }

    [Fact]
    public async Task Each_list_shows_what_it_says_and_nothing_else()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be) = (await host.AgentAsync("pm"), await host.AgentAsync("be"));
        var whole = await host.CreateAsync(pm, """{"title": "whole"}""");
        await host.CreateAsync(be, $$"""{"title": "part", "parent_task_id": "{{whole.TaskId}}"}""");
        var done = await host.CreateAsync(pm, """{"title": "done", "agent_id": "be"}""");
        (await host.MoveAsync(be, done.TaskId, "complete", """{"fence": 1}""")).Task();
        await host.CreateAsync(pm, """{"title": "held", "agent_id": "be"}""");
        var lost = await host.CreateAsync(pm, """{"title": "lost", "agent_id": "be"}""");
        (await host.MoveAsync(pm, lost.TaskId, "unassign")).Task();

        Assert.Equal(["lost", "held", "done", "part", "whole"], await TitlesAsync(host, be, ""));
        Assert.Equal(["lost", "part", "whole"], await TitlesAsync(host, be, "/pending"));
        Assert.Equal(["held", "done"], await TitlesAsync(host, be, "/agent/be"));
        Assert.Equal(["done"], await TitlesAsync(host, be, "/agent/be?status=completed"));
        Assert.Empty(await TitlesAsync(host, be, "/agent/pm"));
        Assert.Empty(await TitlesAsync(host, be, "/overdue"));
        Assert.Equal(["held", "done"], await TitlesAsync(host, be, "?agent=be"));
        Assert.Equal(["part"], await TitlesAsync(host, be, "?creator=be"));
        Assert.Equal(["part"], await TitlesAsync(host, be, $"?parent={whole.TaskId}"));
        Assert.Equal(["held"], await TitlesAsync(host, be, "?agent=be&creator=pm&status=assigned"));
        Assert.Empty(await TitlesAsync(host, be, "?overdue=true"));
        Assert.Equal(["lost", "held", "done", "part", "whole"], await TitlesAsync(host, be, "?limit=2"));
    }

    [Fact]
    public async Task A_task_waits_for_all_that_it_depends_on_and_for_nothing_that_failed()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var (one, other) = (await host.CreateAsync(be, """{"title": "one", "agent_id": "be"}"""), await host.CreateAsync(be, """{"title": "other", "agent_id": "be"}"""));
        var last = await host.CreateAsync(be, $$"""{"title": "last", "depends_on": ["{{one.TaskId}}", "{{other.TaskId}}"], "auto_assign": true}""");

        (await host.MoveAsync(be, one.TaskId, "complete", """{"fence": 1}""")).Task();
        var half = await host.UntilAsync(be, last.TaskId, task => task.BlockedBy.Count == 1);
        Assert.Equal((other.TaskId, AgentTaskStatus.Pending), (half.BlockedBy[0], half.Status));
        (await host.MoveAsync(be, last.TaskId, "assign")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);

        (await host.MoveAsync(be, other.TaskId, "fail", """{"fence": 1, "error": "no"}""")).Task();
        var after = await host.CreateAsync(be, $$"""{"title": "after", "depends_on": ["{{other.TaskId}}"]}""");
        Assert.Equal(other.TaskId, Assert.Single(after.BlockedBy));
        Assert.Equal(other.TaskId, Assert.Single((await host.GetAsync(be, last.TaskId)).BlockedBy));

        var path = $"{TaskSteps.Api}/{last.TaskId}";
        var free = (await host.SendAsync(HttpMethod.Put, path, be, $$"""{"depends_on": ["{{one.TaskId}}"]}""")).Task();
        Assert.Equal((AgentTaskStatus.Assigned, "be"), (free.Status, free.AgentId));
        (await host.SendAsync(HttpMethod.Put, path, be, $$"""{"depends_on": ["{{other.TaskId}}"]}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        Assert.Equal(free.Version, (await host.GetAsync(be, last.TaskId)).Version);
    }

    [Fact]
    public async Task A_task_that_waits_for_two_hears_of_the_second_first_and_neither_can_be_deleted()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var (one, other) = (await host.CreateAsync(be, """{"title": "one", "agent_id": "be"}"""), await host.CreateAsync(be, """{"title": "other", "agent_id": "be"}"""));
        var last = await host.CreateAsync(be, $$"""{"title": "last", "depends_on": ["{{one.TaskId}}", "{{other.TaskId}}"]}""");

        foreach (var task in new[] { one, other })
            (await host.SendAsync(HttpMethod.Delete, $"{TaskSteps.Api}/{task.TaskId}", be)).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        (await host.MoveAsync(be, other.TaskId, "complete", """{"fence": 1}""")).Task();

        // The clock stands still: nobody looks at it again by himself.
        var half = await host.UntilAsync(be, last.TaskId, task => task.BlockedBy.Count == 1);
        Assert.Equal(one.TaskId, half.BlockedBy[0]);
    }

    [Fact]
    public async Task A_part_outlives_the_task_that_it_was_part_of()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var whole = await host.CreateAsync(be, """{"title": "whole"}""");
        var part = await host.CreateAsync(be, $$"""{"title": "part", "agent_id": "be", "parent_task_id": "{{whole.TaskId}}"}""");

        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"{TaskSteps.Api}/{whole.TaskId}", be)).Status);

        Assert.Equal(AgentTaskStatus.Completed, (await host.MoveAsync(be, part.TaskId, "complete", """{"fence": 1}""")).Task().Status);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"{TaskSteps.Api}/{part.TaskId}", be)).Status);
    }

    [Fact]
    public async Task Two_that_make_tasks_depend_on_each_other_at_once_close_no_cycle()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        for (var round = 0; round < 30; round++)
        {
            var (one, other) = (await host.CreateAsync(be, """{"title": "one"}"""), await host.CreateAsync(be, """{"title": "other"}"""));

            var answers = await Task.WhenAll(DependAsync(one, other), DependAsync(other, one));

            Assert.Single(answers, answer => answer.Status != HttpStatusCode.OK).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        }

        Task<Answer> DependAsync(AgentTask task, AgentTask on) =>
            host.SendAsync(HttpMethod.Put, $"{TaskSteps.Api}/{task.TaskId}", be, $$"""{"depends_on": ["{{on.TaskId}}"]}""");
    }

    [Fact]
    public async Task A_task_that_depends_on_itself_or_on_what_is_not_there_is_refused()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var task = await host.CreateAsync(be, """{"title": "Build it"}""");
        var path = $"{TaskSteps.Api}/{task.TaskId}";

        var self = (await host.SendAsync(HttpMethod.Put, path, be, $$"""{"depends_on": ["{{task.TaskId}}"]}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        Assert.Contains($"'Build it' ({task.TaskId}) -> 'Build it' ({task.TaskId})", self.Detail, StringComparison.Ordinal);
        foreach (var field in new[] { "\"depends_on\": [\"{0}\"]", "\"parent_task_id\": \"{0}\"" })
        {
            var json = $$"""{"title": "a", {{field.Replace("{0}", $"{Guid.CreateVersion7()}", StringComparison.Ordinal)}}}""";
            (await host.SendAsync(HttpMethod.Post, TaskSteps.Api, be, json)).Refused(HttpStatusCode.NotFound, ErrorCodes.NotFound);
        }

        Assert.Single((await host.SendAsync(HttpMethod.Get, TaskSteps.Api, be)).As(WireJson.Lenient.PageAgentTask).Items);
    }

    [Fact]
    public async Task A_task_that_is_over_changes_no_more_and_gets_no_parts()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        foreach (var status in new[] { "completed", "failed", "cancelled" })
        {
            var task = await host.CreateAsync(be, """{"title": "Build it", "agent_id": "be"}""");
            var path = $"{TaskSteps.Api}/{task.TaskId}";
            var over = (await host.SendAsync(HttpMethod.Put, path, be, $$"""{"status": "{{status}}", "fence": 1}""")).Task();

            foreach (var json in new[] { """{"title": "Other"}""", """{"depends_on": []}""", """{"status": "pending"}""", """{"status": "cancelled"}""" })
                (await host.SendAsync(HttpMethod.Put, path, be, json)).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
            (await host.MoveAsync(be, task.TaskId, "assign", """{"agent_id": "be"}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
            (await host.MoveAsync(be, task.TaskId, "assign")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
            (await host.MoveAsync(be, task.TaskId, "unassign")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
            (await host.SendAsync(HttpMethod.Post, TaskSteps.Api, be, $$"""{"title": "part", "parent_task_id": "{{task.TaskId}}"}"""))
                .Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
            Assert.Equal(over.Version, (await host.GetAsync(be, task.TaskId)).Version);
        }
    }

    [Fact]
    public async Task A_result_has_256_KiB_whichever_way_it_comes()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var task = await host.CreateAsync(be, """{"title": "Build it", "agent_id": "be"}""");
        var (fits, large) = ($"\"{new string('x', (256 * 1024) - 2)}\"", $"\"{new string('x', (256 * 1024) - 1)}\"");

        (await host.MoveAsync(be, task.TaskId, "complete", $$"""{"fence": 1, "result": {{large}}}""")).Refused(HttpStatusCode.RequestEntityTooLarge, ErrorCodes.TooLarge);
        (await host.SendAsync(HttpMethod.Put, $"{TaskSteps.Api}/{task.TaskId}", be, $$"""{"status": "completed", "fence": 1, "result": {{large}}}"""))
            .Refused(HttpStatusCode.RequestEntityTooLarge, ErrorCodes.TooLarge);
        (await host.MoveAsync(be, task.TaskId, "complete", $$"""{"fence": 1, "result": {{fits}}}""")).Task();
    }

    [Fact]
    public async Task A_key_creates_a_task_once_and_gives_it_out_once()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        const string json = """{"title": "Build it", "auto_assign": true}""";

        var first = await host.SendAsync(HttpMethod.Post, TaskSteps.Api, be, json, key: "k");
        var again = await host.SendAsync(HttpMethod.Post, TaskSteps.Api, be, json, key: "k");

        Assert.Equal(first.Task(HttpStatusCode.Created).TaskId, again.Task(HttpStatusCode.Created).TaskId);
        Assert.Single((await host.SendAsync(HttpMethod.Get, TaskSteps.Api, be)).As(WireJson.Lenient.PageAgentTask).Items);
        Assert.Single((await host.SendAsync(HttpMethod.Get, "/api/v1/agents/be/inbox", be)).As(WireJson.Lenient.Inbox).Items);
    }

    /// <summary>Whoever can see a task can change, assign, take back, cancel, and delete it: only its work is the agent's that has it.</summary>
    [Fact]
    public async Task Any_agent_of_the_project_may_take_back_cancel_and_delete_a_task_and_none_but_its_worker_may_end_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be, eve) = (await host.AgentAsync("pm"), await host.AgentAsync("be"), await host.AgentAsync("eve"));
        var task = await host.CreateAsync(pm, """{"title": "Build it", "agent_id": "be"}""");
        foreach (var verb in new[] { "accept", "start", "extend", "reject", "complete", "fail" })
        {
            foreach (var other in new[] { eve, pm })
                (await host.MoveAsync(other, task.TaskId, verb, """{"fence": 1}""")).Refused(HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        }

        (await host.MoveAsync(eve, task.TaskId, "unassign")).Task();
        (await host.SendAsync(HttpMethod.Put, $"{TaskSteps.Api}/{task.TaskId}", eve, """{"status": "cancelled"}""")).Task();
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"{TaskSteps.Api}/{task.TaskId}", eve)).Status);
        (await host.MoveAsync(be, task.TaskId, "complete", """{"fence": 1}""")).Refused(HttpStatusCode.NotFound, ErrorCodes.NotFound);
    }

    private static async Task<IReadOnlyList<string>> TitlesAsync(ConceptHost host, string token, string rest)
    {
        var page = (await host.SendAsync(HttpMethod.Get, TaskSteps.Api + rest, token)).As(WireJson.Lenient.PageAgentTask);
        var more = page.Next is null ? [] : await TitlesAsync(host, token, $"{rest.Split("&after")[0]}&after={page.Next}");
        return [.. page.Items.Select(task => task.Title), .. more];
    }

    private static async Task<HttpStatusCode> DeleteAsync(ConceptHost host, string token, string id, long version)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"{TaskSteps.Api}/{id}");
        request.Headers.Add("Authorization", $"Bearer {token}");
        request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
        using var response = await host.Client.SendAsync(request, Cancel);
        return response.StatusCode;
    }
}

public sealed class SqliteTaskChangeTests() : TaskChangeTests(new OnSqlite());

public sealed class PostgresTaskChangeTests(PostgresDatabases databases) : TaskChangeTests(new OnPostgres(databases));
