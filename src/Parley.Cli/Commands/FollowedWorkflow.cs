using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary>A workflow, shown until it has ended.</summary>
internal static class FollowedWorkflow
{
    /// <summary>How often it is looked at.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    public static async Task<ExitCode> ShowAsync(Workflow workflow, Call call)
    {
        var show = ViewFor(workflow, call);
        try
        {
            while (true)
            {
                show(workflow);
                if (workflow.EndedAt is not null)
                    break;
                await Task.Delay(Pause, call.Time, call.Cancellation);
                workflow = await call.Api.Workflows.GetAsync(workflow.WorkflowId, call.Cancellation);
            }
        }
        catch (OperationCanceledException) when (call.Cancellation.IsCancellationRequested)
        {
            call.Terminal.Note($"The workflow goes on. 'parley workflow show {workflow.WorkflowId}' shows it.");
            return ExitCode.Done;
        }

        if (call.Terminal.Json)
            call.Terminal.WriteJson(workflow, WireJson.Lenient.Workflow);
        return workflow.Status == WorkflowStatus.Completed ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>On a terminal that has room for it, the drawing of the steps with their states, always in the same place. Otherwise, a line for each step
    /// whenever its state changes.</summary>
    private static Action<Workflow> ViewFor(Workflow workflow, Call call)
    {
        var terminal = call.Terminal;
        if (terminal.Json)
            return _ => { };
        if (terminal.Live && workflow.Steps.Count + 2 < terminal.Text.Profile.Height)
        {
            var drawn = 0;
            return now => drawn = terminal.Redraw(drawn, [WorkflowCommand.Line(now), .. WorkflowGraph.Draw(now.Steps, call.Time).Select(line => $"  {line}")]);
        }

        terminal.WriteLine(PlainText.Of(WorkflowCommand.Line(workflow)));
        var seen = new Dictionary<string, (WorkflowStepStatus, long)>(StringComparer.Ordinal);
        return now =>
        {
            foreach (var step in now.Steps.Where(step => step.Status != WorkflowStepStatus.Waiting || step.Attempt > 0))
            {
                if (seen.TryGetValue(step.Step, out var before) && before == (step.Status, step.Fence))
                    continue;
                seen[step.Step] = (step.Status, step.Fence);
                terminal.WriteLine(PlainText.Of($"  {WorkflowGraph.Line(step, call.Time)}"));
            }

            if (now.EndedAt is not null)
                terminal.WriteLine(PlainText.Of(WorkflowCommand.Line(now)));
        };
    }
}
