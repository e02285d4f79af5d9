using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Parley.Server.Workflows;
using Xunit;

namespace Parley.Server.Tests.Workflows;

/// <summary>How workflows run, as a client sees it.</summary>
public abstract class WorkflowTests(StorageUnderTest storage)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Steps_are_handed_out_when_those_before_them_are_done_with_their_results()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, qa, pm) = (await host.AgentAsync("be"), await host.AgentAsync("qa"), await host.AgentAsync("pm"));
        var started = await host.StartAsync(pm, """
            {"title": "Login", "input": {"branch": "main"}, "steps": [
              {"step": "build", "agent": "be", "action": "Build it.", "input": {"branch": "${input/branch}", "text": "on ${input/branch}, not $${x}"}},
              {"step": "review", "agent": "qa", "action": "Review it.", "depends_on": ["build"], "input": ["${build/pr}", "${build}"]}]}
            """);

        Assert.Equal((WorkflowStatus.Running, WorkflowStepStatus.Assigned, WorkflowStepStatus.Waiting), (started.Status, started.Named("build").Status, started.Named("review").Status));
        Assert.Empty(await host.InboxAsync("qa", qa, "workflow_step"));
        var handed = Assert.Single(await host.InboxAsync("be", be, "workflow_step"));
        Assert.Equal("""{"branch":"main","text":"on main, not ${x}"}""", handed.Payload!.Value.GetProperty("input").GetRawText());
        Assert.Equal((1, started.ExecutionId), (handed.Payload!.Value.GetProperty("fence").GetInt64(), handed.ExecutionId));

        await host.EndAsync(be, started, "build", """{"pr": 17}""");
        await host.UntilAsync(pm, started.WorkflowId, "review", WorkflowStepStatus.Assigned);
        var review = Assert.Single(await host.InboxAsync("qa", qa, "workflow_step"));
        Assert.Equal("""[17,{"pr":17}]""", review.Payload!.Value.GetProperty("input").GetRawText());
        await host.EndAsync(qa, started, "review", "\"fine\"");

        var ended = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Completed);
        Assert.Equal("""{"build":{"pr":17},"review":"fine"}""", ended.Results!.Value.GetRawText());
        var told = Assert.Single(await host.InboxAsync("pm", pm, "workflow_completion"));
        Assert.Equal("""{"build":{"pr":17},"review":"fine"}""", told.Payload!.Value.GetProperty("results").GetRawText());
        Assert.Equal(ended.ExecutionId, told.Payload!.Value.GetProperty("execution_id").GetString());
        var execution = (await host.SendAsync(HttpMethod.Get, $"/api/v1/executions/{ended.ExecutionId}", pm)).As(WireJson.Lenient.Execution);
        Assert.Equal((ExecutionStatus.Completed, 100, ended.WorkflowId), (execution.Status, execution.Progress, execution.WorkflowId));
    }

    [Fact]
    public async Task A_reply_with_an_outcome_ends_a_step_and_is_in_nobodys_mailbox()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, pm) = (await host.AgentAsync("be"), await host.AgentAsync("pm"));
        var started = await host.StartAsync(pm, """{"steps": [{"step": "a", "agent": "be", "action": "Do it."}, {"step": "b", "agent": "be", "action": "Do it.", "on_failure": "continue"}]}""");
        var steps = await host.InboxAsync("be", be, "workflow_step");

        var good = await ReplyAsync(host, be, steps[0], "success", """{"n": 1}""");
        var bad = await ReplyAsync(host, be, steps[1], "error", "\"Not today.\"");
        var late = await ReplyAsync(host, be, steps[1], "success", """{"n": 2}""");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created, ""), (good.Status, bad.Status, bad.Status == HttpStatusCode.Created ? "" : bad.Text));
        Assert.Equal(HttpStatusCode.Created, late.Status);
        var ended = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Completed);
        Assert.Equal(("{\"n\":1}", "Not today."), (ended.Named("a").Result!.Value.GetRawText(), ended.Named("b").Error));
        Assert.Equal(["workflow_completion"], (await AllAsync(host, "pm", pm)).Select(message => message.MessageType));
    }

    [Fact]
    public async Task Whoever_lost_a_step_cannot_end_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (one, two, pm) = (await host.AgentAsync("one", "work"), await host.AgentAsync("two"), await host.AgentAsync("pm"));
        var started = await host.StartAsync(pm, """{"steps": [{"step": "a", "capability": "work", "action": "Do it."}]}""");
        Assert.Equal("one", started.Named("a").AgentId);

        (await host.StepAsync(two, started.WorkflowId, "a", "complete", """{"fence": 1}""")).Refused(HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        (await host.StepAsync(one, started.WorkflowId, "a", "complete", """{}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
        await host.GoesAsync("one", one);
        await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Unassigned is ["a"]);
        (await host.StepAsync(one, started.WorkflowId, "a", "complete", """{"fence": 1}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
        await host.ComesAsync("one", one);
        // Its steps may be newer than the workflow itself, because they are read after it.
        var again = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Named("a").Status == WorkflowStepStatus.Assigned && workflow.Unassigned.Count == 0);

        Assert.Equal((3, 2, "The agent went offline."), (again.Named("a").Fence, again.Named("a").Attempt, again.Named("a").Attempts[0].Error));
        await host.EndAsync(one, started, "a");
        // The answer may have got lost.
        Assert.Equal(HttpStatusCode.OK, (await host.StepAsync(one, started.WorkflowId, "a", "complete", """{"fence": 3}""")).Status);
    }

    [Fact]
    public async Task A_failed_step_is_tried_again_after_longer_and_longer_waits_and_then_ends_the_workflow()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, pm) = (await host.AgentAsync("be"), await host.AgentAsync("pm"));
        var started = await host.StartAsync(pm, """
            {"steps": [{"step": "a", "agent": "be", "action": "Do it.", "retries": {"max": 2, "backoff_seconds": 60}},
                       {"step": "b", "agent": "be", "action": "Do it."}, {"step": "c", "agent": "be", "action": "Do it.", "depends_on": ["a"]}]}
            """);

        await host.FailAsync(be, started, "a", "First.");
        var first = (await host.FollowAsync(pm, started.WorkflowId)).Named("a");
        Assert.Equal((WorkflowStepStatus.Waiting, TimeSpan.FromSeconds(60)), (first.Status, first.RetryAt - host.Clock.GetUtcNow()));
        await host.UntilAsync(pm, started.WorkflowId, "a", WorkflowStepStatus.Assigned, Second * 30);
        await host.FailAsync(be, started, "a", "Second.");
        var second = (await host.FollowAsync(pm, started.WorkflowId)).Named("a");
        Assert.Equal(TimeSpan.FromSeconds(120), second.RetryAt - host.Clock.GetUtcNow());
        await host.UntilAsync(pm, started.WorkflowId, "a", WorkflowStepStatus.Assigned, Second * 30);
        await host.FailAsync(be, started, "a", "Third.");

        var ended = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Failed);
        Assert.Equal("The step 'a' failed: Third.", ended.Error);
        Assert.Equal((WorkflowStepStatus.Failed, WorkflowStepStatus.Cancelled, WorkflowStepStatus.Cancelled), (ended.Named("a").Status, ended.Named("b").Status, ended.Named("c").Status));
        Assert.Equal(["First.", "Second.", "Third."], ended.Named("a").Attempts.Select(attempt => attempt.Error));
        (await host.StepAsync(be, started.WorkflowId, "b", "complete", """{"fence": 1}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
        Assert.Equal("failed", (await host.InboxAsync("pm", pm, "workflow_completion"))[0].Payload!.Value.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_step_that_takes_too_long_fails()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (_, pm) = (await host.AgentAsync("be"), await host.AgentAsync("pm"));
        var started = await host.StartAsync(pm, """{"steps": [{"step": "a", "agent": "be", "action": "Do it.", "timeout_seconds": 90}]}""");

        host.Clock.Advance(Second * 80);
        Assert.Equal(WorkflowStepStatus.Assigned, (await host.FollowAsync(pm, started.WorkflowId)).Named("a").Status);
        var ended = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Failed, Second);

        Assert.Equal("It took longer than its timeout.", ended.Named("a").Error);
    }

    [Fact]
    public async Task A_step_whose_condition_does_not_hold_is_skipped_with_what_only_waits_for_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, pm) = (await host.AgentAsync("be"), await host.AgentAsync("pm"));
        var started = await host.StartAsync(pm, """
            {"steps": [{"step": "test", "agent": "be", "action": "Test it."},
                       {"step": "fix", "agent": "be", "action": "Fix it.", "depends_on": ["test"], "when": [{"step": "test", "pointer": "/failed", "op": "gt", "value": 0}]},
                       {"step": "check", "agent": "be", "action": "Check the fix.", "depends_on": ["fix"]},
                       {"step": "ship", "agent": "be", "action": "Ship it.", "depends_on": ["check", "test"], "input": {"fix": "${fix/commit}", "failed": "${test/failed}"}}]}
            """);

        await host.EndAsync(be, started, "test", """{"failed": 0}""");
        var now = await host.UntilAsync(pm, started.WorkflowId, "ship", WorkflowStepStatus.Assigned);

        Assert.Equal((WorkflowStepStatus.Skipped, WorkflowStepStatus.Skipped), (now.Named("fix").Status, now.Named("check").Status));
        Assert.Equal("""{"fix":null,"failed":0}""", now.Named("ship").FilledInput!.Value.GetRawText());
        await host.EndAsync(be, started, "ship");
        await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Completed);
    }

    [Fact]
    public async Task A_reference_to_what_is_not_there_fails_the_step_and_says_so()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, pm) = (await host.AgentAsync("be"), await host.AgentAsync("pm"));
        var started = await host.StartAsync(pm, """
            {"steps": [{"step": "a", "agent": "be", "action": "Do it."}, {"step": "b", "agent": "be", "action": "Do it.", "depends_on": ["a"], "input": "${a/url}"}]}
            """);

        await host.EndAsync(be, started, "a", """{"uri": "x"}""");
        var ended = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Failed);

        Assert.Equal("Its input refers to ${a/url}, but the result of 'a' has nothing there.", ended.Named("b").Error);
    }

    [Fact]
    public async Task What_was_done_is_undone_in_reverse_order_when_a_step_fails_that_asks_for_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, pm) = (await host.AgentAsync("be"), await host.AgentAsync("pm"));
        var started = await host.StartAsync(pm, """
            {"steps": [{"step": "book", "agent": "be", "action": "Book the room.", "compensate": "Cancel the room."},
                       {"step": "pay", "agent": "be", "action": "Pay.", "depends_on": ["book"], "compensate": "Ask for the money back."},
                       {"step": "look", "agent": "be", "action": "Look.", "depends_on": ["pay"]},
                       {"step": "go", "agent": "be", "action": "Go.", "depends_on": ["look"], "on_failure": "compensate"}]}
            """);

        await host.EndAsync(be, started, "book", """{"room": "${7}"}""");
        await host.EndAsync(be, started, "pay", """{"receipt": 9}""");
        await host.EndAsync(be, started, "look");
        await host.FailAsync(be, started, "go", "It rains.");
        await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Compensating);
        var undoing = await host.UntilAsync(pm, started.WorkflowId, "undo:pay", WorkflowStepStatus.Assigned);
        Assert.Equal(WorkflowStepStatus.Waiting, undoing.Named("undo:book").Status);
        await host.EndAsync(be, started, "undo:pay");
        var last = await host.UntilAsync(pm, started.WorkflowId, "undo:book", WorkflowStepStatus.Assigned);
        Assert.Equal(("Cancel the room.", """{"room":"${7}"}"""), (last.Named("undo:book").Action, last.Named("undo:book").FilledInput!.Value.GetRawText()));
        await host.EndAsync(be, started, "undo:book");

        var ended = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Failed);
        Assert.Equal("The step 'go' failed: It rains. What was done before was undone.", ended.Error);

        // Run again, it does again what was undone, and nothing else.
        var again = (await host.SendAsync(HttpMethod.Post, $"{Following.Api}/{started.WorkflowId}/retry", pm)).Workflow();
        Assert.Equal((WorkflowStatus.Running, 2), (again.Status, again.Run));
        Assert.Equal(["book", "pay", "look", "go"], again.Steps.Select(step => step.Step));
        Assert.Equal((WorkflowStepStatus.Assigned, WorkflowStepStatus.Completed), (again.Named("book").Status, again.Named("look").Status));
        Assert.NotEqual(started.ExecutionId, again.ExecutionId);
        Assert.Equal((2, 2), (again.Named("book").Attempt, again.Named("book").Fence));
    }

    [Fact]
    public async Task A_cancelled_workflow_ends_with_its_execution_and_can_go_on_later()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, pm) = (await host.AgentAsync("be"), await host.AgentAsync("pm"));
        var started = await host.StartAsync(pm, """
            {"steps": [{"step": "a", "agent": "be", "action": "Do it."}, {"step": "b", "agent": "be", "action": "Do it.", "depends_on": ["a"]}]}
            """);
        await host.EndAsync(be, started, "a", "1");
        await host.UntilAsync(pm, started.WorkflowId, "b", WorkflowStepStatus.Assigned);
        (await host.SendAsync(HttpMethod.Post, $"/api/v1/executions/{started.ExecutionId}/cancel", await host.TokenAsync(TokenKind.Admin))).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);

        var cancelled = (await host.SendAsync(HttpMethod.Post, $"{Following.Api}/{started.WorkflowId}/cancel", pm, """{"reason": "Not now."}""")).Workflow();
        var twice = (await host.SendAsync(HttpMethod.Post, $"{Following.Api}/{started.WorkflowId}/cancel", pm)).Workflow();

        Assert.Equal((WorkflowStatus.Cancelled, "Not now.", WorkflowStepStatus.Cancelled), (cancelled.Status, cancelled.Error, cancelled.Named("b").Status));
        Assert.Equal((cancelled.Version, "Not now."), (twice.Version, twice.Error));
        var execution = (await host.SendAsync(HttpMethod.Get, $"/api/v1/executions/{started.ExecutionId}", pm)).As(WireJson.Lenient.Execution);
        Assert.Equal((ExecutionStatus.Cancelled, "Not now."), (execution.Status, execution.Error));
        (await host.StepAsync(be, started.WorkflowId, "b", "complete", """{"fence": 1}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);

        var again = (await host.SendAsync(HttpMethod.Post, $"{Following.Api}/{started.WorkflowId}/retry", pm)).Workflow();
        Assert.Equal((WorkflowStepStatus.Completed, WorkflowStepStatus.Assigned), (again.Named("a").Status, again.Named("b").Status));
        await host.EndAsync(be, started, "b");
        await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Completed);
        (await host.SendAsync(HttpMethod.Post, $"{Following.Api}/{started.WorkflowId}/retry", pm)).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
    }

    [Fact]
    public async Task The_execution_of_a_run_is_found_again_after_it_has_changed()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (_, pm, admin) = (await host.AgentAsync("be"), await host.AgentAsync("pm"), await host.TokenAsync(TokenKind.Admin));
        var started = await host.StartAsync(pm, """{"steps": [{"step": "a", "agent": "be", "action": "Do it."}]}""");
        await host.SendAsync(HttpMethod.Post, $"/api/v1/executions/{started.ExecutionId}/logs", admin, """{"message": "compiled"}""");

        // As if the process had been killed before it noted which execution that is.
        var begun = await host.Get<WorkflowBoard>().BeginExecutionAsync(host.Default, started with { ExecutionId = null }, TestContext.Current.CancellationToken);

        Assert.Equal(started.ExecutionId, begun!.Value.ExecutionId);
    }

    [Fact]
    public async Task Steps_are_spread_over_the_agents_that_can_do_them()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var pm = await host.AgentAsync("pm");
        foreach (var name in new[] { "w1", "w2", "w3" })
            await host.AgentAsync(name, "work");
        var steps = string.Join(',', Enumerable.Range(0, 9).Select(n => $$"""{"step": "s{{n}}", "capability": "work", "action": "Do it."}"""));

        var started = await host.StartAsync(pm, $$"""{"steps": [{{steps}}]}""");

        Assert.Equal([3, 3, 3], started.Steps.GroupBy(step => step.AgentId).Select(group => group.Count()));
    }

    [Fact]
    public async Task A_step_for_an_agent_that_is_deleted_fails()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (_, pm) = (await host.AgentAsync("be"), await host.AgentAsync("pm"));
        var started = await host.StartAsync(pm, """{"steps": [{"step": "a", "agent": "be", "action": "Do it.", "retries": {"max": 5}}]}""");

        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, "/api/v1/agents/be", await host.TokenAsync(TokenKind.Admin))).Status);

        var ended = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Failed);
        Assert.Equal("The agent was deleted.", ended.Named("a").Error);
    }

    [Fact]
    public async Task A_full_mailbox_gets_no_step_and_keeps_no_other_from_theirs()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var (full, _, pm) = (await host.AgentAsync("full"), await host.AgentAsync("free"), await host.AgentAsync("pm"));
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"mailbox_limit": 1}}""")).Status);
        Assert.Equal(HttpStatusCode.Created, (await host.SendAsync(HttpMethod.Post, "/api/v1/messages", pm, """{"to": "full", "content": "x"}""")).Status);

        var started = await host.StartAsync(pm, """{"steps": [{"step": "a", "agent": "full", "action": "Do it."}, {"step": "b", "agent": "free", "action": "Do it."}]}""");

        Assert.Equal((WorkflowStepStatus.Waiting, WorkflowStepStatus.Assigned), (started.Named("a").Status, started.Named("b").Status));
        Assert.Equal(["a"], started.Unassigned);
        Assert.Empty(await host.InboxAsync("full", full, "workflow_step"));
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"mailbox_limit": 2}}""")).Status);
        await host.UntilAsync(pm, started.WorkflowId, "a", WorkflowStepStatus.Assigned, Second);
    }

    [Fact]
    public async Task A_workflow_can_be_a_step_of_another()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, pm) = (await host.AgentAsync("be"), await host.AgentAsync("pm"));
        var put = await host.SendAsync(HttpMethod.Put, $"{Following.Api}/definitions/part", pm, """{"steps": [{"step": "inner", "agent": "be", "action": "Do it.", "input": "${input/n}"}]}""");
        Assert.Equal(HttpStatusCode.Created, put.Status);
        var started = await host.StartAsync(pm, """
            {"steps": [{"step": "one", "workflow": "part", "input": {"n": 1}}, {"step": "two", "workflow": "part", "input": {"n": 2}, "on_failure": "continue"},
                       {"step": "last", "agent": "be", "action": "Sum up.", "depends_on": ["one", "two"], "input": "${one/inner}"}]}
            """);
        var now = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Named("one").ChildWorkflowId is not null && workflow.Named("two").ChildWorkflowId is not null);
        var (one, two) = (await host.FollowAsync(pm, now.Named("one").ChildWorkflowId!), await host.FollowAsync(pm, now.Named("two").ChildWorkflowId!));
        Assert.Equal("2", two.Named("inner").FilledInput!.Value.GetRawText());
        await host.EndAsync(be, one, "inner", "\"done\"");
        await host.FailAsync(be, two, "inner", "No.");

        var next = await host.UntilAsync(pm, started.WorkflowId, "last", WorkflowStepStatus.Assigned);
        Assert.Equal("\"done\"", next.Named("last").FilledInput!.Value.GetRawText());
        Assert.Equal($"The workflow '{two.WorkflowId}' is failed: The step 'inner' failed: No.", next.Named("two").Error);
        Assert.Empty(await host.InboxAsync("pm", pm, "workflow_completion"));
    }

    [Fact]
    public async Task A_workflow_whose_step_is_cancelled_is_cancelled_too()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (_, pm) = (await host.AgentAsync("be"), await host.AgentAsync("pm"));
        await host.SendAsync(HttpMethod.Put, $"{Following.Api}/definitions/part", pm, """{"steps": [{"step": "inner", "agent": "be", "action": "Do it."}]}""");
        await host.SendAsync(HttpMethod.Put, $"{Following.Api}/definitions/whole", pm, """{"steps": [{"step": "outer", "workflow": "part"}]}""");
        var started = await host.StartAsync(pm, """{"definition": "whole"}""");
        var now = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Named("outer").ChildWorkflowId is not null);

        await host.SendAsync(HttpMethod.Post, $"{Following.Api}/{started.WorkflowId}/cancel", pm);

        await host.UntilAsync(pm, now.Named("outer").ChildWorkflowId!, workflow => workflow.Status == WorkflowStatus.Cancelled);
    }

    [Fact]
    public async Task Definitions_that_are_steps_of_themselves_end()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var pm = await host.AgentAsync("pm");
        await host.SendAsync(HttpMethod.Put, $"{Following.Api}/definitions/loop", pm, """{"steps": [{"step": "a", "agent": "pm", "action": "Do it."}]}""");
        var put = await host.SendAsync(HttpMethod.Put, $"{Following.Api}/definitions/loop", pm, """{"steps": [{"step": "again", "workflow": "loop"}]}""");
        Assert.Equal(HttpStatusCode.OK, put.Status);

        var started = await host.StartAsync(pm, """{"definition": "loop"}""");

        var ended = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Failed);
        Assert.EndsWith("Workflows are steps of each other more than 8 deep.", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Definitions_keep_their_revisions()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var pm = await host.AgentAsync("pm");
        async Task<WorkflowDefinition> PutAsync(string action) => (await host.SendAsync(
            HttpMethod.Put, $"{Following.Api}/definitions/build", pm, $$"""{"steps": [{"step": "a", "agent": "pm", "action": "{{action}}"}]}""")).As(WireJson.Lenient.WorkflowDefinition);
        await PutAsync("One.");
        var started = await host.StartAsync(pm, """{"definition": "build"}""");
        var second = await PutAsync("Two.");
        var same = await PutAsync("Two.");

        Assert.Equal((2, 2, second.Version), (second.Revision, same.Revision, same.Version));
        var first = (await host.SendAsync(HttpMethod.Get, $"{Following.Api}/definitions/build?revision=1", pm)).As(WireJson.Lenient.WorkflowDefinition);
        Assert.Equal(("One.", 1), (first.Steps[0].Action, first.Revision));
        Assert.Equal("One.", started.Named("a").Action);
        Assert.Equal("One.", (await host.StartAsync(pm, """{"definition": "build", "revision": 1}""")).Named("a").Action);
        Assert.Equal(("Two.", 2), ((await host.StartAsync(pm, """{"definition": "build"}""")) is var newest ? (newest.Named("a").Action, newest.Revision) : default));
        var list = (await host.SendAsync(HttpMethod.Get, $"{Following.Api}/definitions", pm)).As(WireJson.Lenient.PageWorkflowDefinition);
        Assert.Equal(("build", 2), (Assert.Single(list.Items).Name, list.Items[0].Revision));
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"{Following.Api}/definitions/build", pm)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"{Following.Api}/definitions/build?revision=1", pm)).Status);
    }

    private static Task<Answer> ReplyAsync(ConceptHost host, string token, Message message, string outcome, string json)
    {
        var said = json.StartsWith('"') ? $"\"content\": {json}" : $"\"payload\": {json}";
        return host.SendAsync(HttpMethod.Post, "/api/v1/messages", token, $$"""{"reply_to": "{{message.MessageId}}", "outcome": "{{outcome}}", {{said}}}""");
    }

    private static async Task<IReadOnlyList<Message>> AllAsync(ConceptHost host, string agent, string token) =>
        [.. (await host.SendAsync(HttpMethod.Get, $"/api/v1/agents/{agent}/inbox?max=100", token)).As(WireJson.Lenient.Inbox).Items.Select(item => item.Message)];
}

public sealed class SqliteWorkflowTests() : WorkflowTests(new OnSqlite());

public sealed class PostgresWorkflowTests(PostgresDatabases databases) : WorkflowTests(new OnPostgres(databases));
