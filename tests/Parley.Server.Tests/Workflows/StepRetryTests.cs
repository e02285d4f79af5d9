using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Parley.Server.Workflows;
using Xunit;

namespace Parley.Server.Tests.Workflows;

/// <summary>Retries of a single step.</summary>
public abstract class StepRetryTests(StorageUnderTest storage)
{
    [Fact]
    public async Task A_step_that_failed_goes_on_with_what_waits_for_it_and_what_was_cancelled_with_the_workflow()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, pm) = (await host.AgentAsync("be"), await host.AgentAsync("pm"));
        var started = await host.StartAsync(pm, """
            {"steps": [{"step": "done", "agent": "be", "action": "x"}, {"step": "a", "agent": "be", "action": "x"}, {"step": "beside", "agent": "be", "action": "x"},
                       {"step": "b", "agent": "be", "action": "x", "depends_on": ["done", "a"], "input": "${a}"}]}
            """);
        Assert.Equal(["done", "a"], started.Named("b").WaitsFor!);
        await host.EndAsync(be, started, "done", "1");
        Assert.Equal(["a"], (await host.UntilAsync(pm, started.WorkflowId, "done", WorkflowStepStatus.Completed)).Named("b").WaitsFor!);
        await host.FailAsync(be, started, "a");
        var failed = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Failed);

        var again = (await RetryAsync(host, pm, failed, "a")).Workflow();

        Assert.Equal((WorkflowStatus.Running, 2, null, 1), (again.Status, again.Run, again.Error, again.Progress.Done));
        Assert.NotEqual(started.ExecutionId, again.ExecutionId);
        Assert.Equal(
            (WorkflowStepStatus.Completed, WorkflowStepStatus.Assigned, WorkflowStepStatus.Assigned, WorkflowStepStatus.Waiting),
            (again.Named("done").Status, again.Named("a").Status, again.Named("beside").Status, again.Named("b").Status));
        Assert.Equal((2, "It broke."), (again.Named("a").Attempts.Count, again.Named("a").Attempts[0].Error));
        (await RetryAsync(host, pm, failed, "a")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        await host.EndAsync(be, started, "a", "7");
        await host.EndAsync(be, started, "beside");
        await host.EndAsync(be, started, "b");
        var ended = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Completed);
        Assert.Equal("7", ended.Named("b").FilledInput!.Value.GetRawText());
        Assert.Contains("is completed", (await RetryAsync(host, pm, ended, "a")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_workflow_takes_back_what_it_had_skipped_and_keeps_what_is_done()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, pm) = (await host.AgentAsync("be"), await host.AgentAsync("pm"));
        var started = await host.StartAsync(pm, """
            {"steps": [{"step": "a", "agent": "be", "action": "x", "on_failure": "continue"}, {"step": "long", "agent": "be", "action": "x"},
                       {"step": "b", "agent": "be", "action": "x", "depends_on": ["a"], "when": [{"step": "a", "op": "exists"}]},
                       {"step": "c", "agent": "be", "action": "x", "depends_on": ["b"]}, {"step": "d", "agent": "be", "action": "x", "depends_on": ["a"]}]}
            """);
        await host.FailAsync(be, started, "a");
        await host.UntilAsync(pm, started.WorkflowId, "c", WorkflowStepStatus.Skipped);
        await host.EndAsync(be, started, "d", "4");
        var before = await host.UntilAsync(pm, started.WorkflowId, "d", WorkflowStepStatus.Completed);

        var again = (await RetryAsync(host, pm, before, "a")).Workflow();

        Assert.Equal((WorkflowStatus.Running, 1, started.ExecutionId), (again.Status, again.Run, again.ExecutionId));
        Assert.Equal((1, 2), (again.Progress.Done, again.Named("a").Attempt));
        await host.EndAsync(be, started, "a", "1");
        await host.EndAsync(be, started, "b", "2");
        await host.EndAsync(be, started, "c", "3");
        await host.EndAsync(be, started, "long", "5");
        var ended = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Completed);
        Assert.Equal("""{"a":1,"long":5,"b":2,"c":3,"d":4}""", ended.Results!.Value.GetRawText());
    }

    [Fact]
    public async Task What_cannot_go_on_alone_is_refused_with_what_can()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, pm) = (await host.AgentAsync("be"), await host.AgentAsync("pm"));
        var started = await host.StartAsync(pm, """
            {"steps": [{"step": "a", "agent": "be", "action": "x", "compensate": "Undo it."},
                       {"step": "b", "agent": "be", "action": "x", "depends_on": ["a"], "on_failure": "compensate"}]}
            """);
        Assert.Equal(
            "The step 'a' is assigned. Only a step that failed can be retried; none has.",
            (await RetryAsync(host, pm, started, "a")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict).Detail);
        (await RetryAsync(host, pm, started, "nothing")).Refused(HttpStatusCode.NotFound, ErrorCodes.NotFound);
        await host.EndAsync(be, started, "a");
        await host.FailAsync(be, started, "b");
        // Decided a moment after the failure; until then, the step can be retried.
        await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Compensating);
        Assert.Contains("is compensating", (await RetryAsync(host, pm, started, "b")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict).Detail, StringComparison.Ordinal);
        await host.EndAsync(be, started, "undo:a");
        var failed = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Failed);

        Assert.Contains("was undone", (await RetryAsync(host, pm, failed, "b")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict).Detail, StringComparison.Ordinal);
        Assert.Equal(failed.Version, (await host.FollowAsync(pm, failed.WorkflowId)).Version);
    }

    [Fact]
    public void A_step_cannot_go_on_beside_another_that_would_end_the_workflow_again()
    {
        var workflow = new Workflow { WorkflowId = "w", Status = WorkflowStatus.Failed };
        WorkflowStep Failed(string name, params string[] after) => new() { StepId = "", WorkflowId = "w", Step = name, Status = WorkflowStepStatus.Failed, DependsOn = after };

        var refused = StepRetry.Of(workflow, [Failed("a"), Failed("b")], "a").Problem;
        var both = StepRetry.Of(workflow, [Failed("a"), Failed("b", "a")], "a").Value;

        Assert.Equal("The step 'b' of the workflow 'w' has failed too, and does not wait for 'a'. Retry the workflow, which starts both over.", refused!.Detail);
        Assert.Equal(["a", "b"], both.Order(StringComparer.Ordinal));
    }

    private static Task<Answer> RetryAsync(ConceptHost host, string token, Workflow workflow, string step) =>
        host.SendAsync(HttpMethod.Post, $"{Following.Api}/{workflow.WorkflowId}/steps/{step}/retry", token);
}

public sealed class SqliteStepRetryTests() : StepRetryTests(new OnSqlite());

public sealed class PostgresStepRetryTests(PostgresDatabases databases) : StepRetryTests(new OnPostgres(databases));
