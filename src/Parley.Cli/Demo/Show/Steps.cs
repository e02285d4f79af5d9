using System.Text.Json;
using Parley.Cli.Demo.Show.Story;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo.Show;

/// <summary>How the fleet works on the steps of the release.</summary>
internal sealed class Steps(ShowSet set)
{
    /// <summary>Works on a step as it was handed out by a message.</summary>
    public void Take(DemoMember me, ReceivedMessage handed)
    {
        if (handed.Message.Payload is not { ValueKind: JsonValueKind.Object } payload
            || !payload.TryGetProperty("workflow_id", out var workflow) || !payload.TryGetProperty("step", out var step) || !payload.TryGetProperty("fence", out var fence))
        {
            return;
        }

        var (workflowId, name, number) = (workflow.GetString()!, step.GetString()!, fence.GetInt64());
        set.Begin($"{me.Actor.Name} could not do the step {name}", async stop =>
        {
            await me.Api.Workflows.StartStepAsync(workflowId, name, new WorkflowStepMove { Fence = number }, stop);
            await WorkAsync(me, workflowId, name, number, stop);
        });
    }

    /// <summary>Goes on with the steps that were begun before the server was stopped.</summary>
    public async Task ResumeAsync()
    {
        var open = (await set.FindReleaseAsync())?.Steps.Where(step => step.Status is WorkflowStepStatus.Assigned or WorkflowStepStatus.InProgress) ?? [];
        foreach (var step in open)
        {
            if (set.Member(step.AgentId) is { } member)
                set.Begin($"{member.Actor.Name} could not do the step {step.Step}", stop => WorkAsync(member, step.WorkflowId, step.Step, step.Fence, stop));
        }
    }

    /// <summary>Completes a step of the release, by whoever has it.</summary>
    public async Task CompleteAsync(string name)
    {
        var step = (await set.FindReleaseAsync())?.Steps.FirstOrDefault(one => one.Step == name);
        if (step is { Status: WorkflowStepStatus.Assigned or WorkflowStepStatus.InProgress } && set.Member(step.AgentId) is { } member)
            await member.Api.Workflows.CompleteStepAsync(step.WorkflowId, name, new WorkflowStepMove { Fence = step.Fence }, set.Stopping);
    }

    private async Task WorkAsync(DemoMember me, string workflowId, string step, long fence, CancellationToken stop)
    {
        if (!Plan.Work.TryGetValue(step, out var work))
            return;
        await set.Pace.BreatheAsync(work.Seconds, stop);
        if (work.Result is { } result)
            await me.Api.Workflows.CompleteStepAsync(workflowId, step, new WorkflowStepMove { Fence = fence, Result = JsonElement.Parse(result) }, stop);
        else if (work.Error is { } error)
            await me.Api.Workflows.FailStepAsync(workflowId, step, new WorkflowStepMove { Fence = fence, Error = error }, stop);
    }
}
