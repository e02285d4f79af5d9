using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Executions;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>Moves workflows on: hands out the steps that can start, and ends workflows. Each look at a workflow reads what became of the steps that
/// somebody had, decides, and applies everything that follows in one commit. It is cut off at any moment without harm, because the next look, by this
/// process or another, comes to the same decision.</summary>
internal sealed partial class WorkflowEngine(WorkflowBoard board, WorkflowRuns runs, StepWork work, StepQuestions questions, DefinitionBook definitions, AgentDirectory agents, TimeProvider clock)
{
    /// <summary>Looks at a workflow until nothing more follows.</summary>
    internal async ValueTask AdvanceAsync(ProjectState project, string workflowId, CancellationToken cancellationToken)
    {
        var errands = new HashSet<Errand>();
        var turn = board.TurnOf(project, workflowId);
        await turn.WaitAsync(cancellationToken);
        try
        {
            while (await LookAsync(project, workflowId, errands, cancellationToken))
            {
            }
        }
        finally
        {
            turn.Release();
        }

        foreach (var errand in errands)
            await RunAsync(project, errand, cancellationToken);
    }

    /// <returns>Whether something has changed, so that more may follow.</returns>
    private async ValueTask<bool> LookAsync(ProjectState project, string workflowId, HashSet<Errand> errands, CancellationToken cancellationToken)
    {
        errands.RemoveWhere(errand => errand.Kind is not (ErrandKind.Look or ErrandKind.Withdraw));
        var workflow = await board.FindAsync(project, workflowId, cancellationToken);
        if (workflow is null || !WorkflowKinds.IsLive(workflow.Value.Status))
        {
            runs.Forget(project, workflowId);
            if (workflow?.Value.ParentWorkflowId is not null)
                errands.Add(new Errand(ErrandKind.Report, workflowId));
            return false;
        }

        if (workflow.Value.ExecutionId is null)
            return await BeginAsync(project, workflow, cancellationToken);
        var run = await runs.OfAsync(project, workflow, cancellationToken);
        if (await board.FindExecutionAsync(project, workflow.Value.ExecutionId, cancellationToken) is not { } execution)
            return false;
        errands.UnionWith(await ErrandsAsync(project, workflow.Value, run, cancellationToken));
        var next = new NextMoves(project, workflow, run, execution, clock.GetUtcNow());
        if (workflow.Value.Status == WorkflowStatus.Running && run.Fatal is { } fatal)
        {
            var goesOn = await FailAsync(next, fatal, cancellationToken);
            errands.UnionWith(next.Children.Select(child => new Errand(ErrandKind.Look, child)));
            errands.UnionWith(next.Needless.Select(question => new Errand(ErrandKind.Withdraw, question)));
            return goesOn;
        }

        if (run.IsOver(undoing: workflow.Value.Status == WorkflowStatus.Compensating))
            return await CompleteAsync(next, cancellationToken);
        return await work.HandOutAsync(next, cancellationToken);
    }

    /// <summary>A run begins: its execution, and at the very beginning its steps.</summary>
    private async ValueTask<bool> BeginAsync(ProjectState project, Entity<Workflow> workflow, CancellationToken cancellationToken)
    {
        if (await board.BeginExecutionAsync(project, workflow.Value, cancellationToken) is not { } execution)
            return false;
        var begun = workflow.Value with { ExecutionId = execution.Value.ExecutionId, Steps = [] };
        var writes = new List<EntityWrite> { board.Write(workflow, Decision<Workflow>.Put(begun, WorkflowKinds.UpdatedType)) };
        writes.AddRange(workflow.Value.Steps.Select(step => board.Write(
            (Entity<WorkflowStep>?)null, Decision<WorkflowStep>.Put(step with { WorkflowId = workflow.Value.WorkflowId }, StepMoves.CreatedType))));
        var outcome = await board.ApplyAsync(new Transition(project.Number, 0, writes), cancellationToken);
        return outcome.Result != TransitionResult.ProjectGone;
    }

    /// <summary>A step has failed for good: the others are cancelled, and perhaps what was done is undone.</summary>
    private async ValueTask<bool> FailAsync(NextMoves next, WorkflowStep fatal, CancellationToken cancellationToken)
    {
        var (workflow, why) = (next.Workflow, $"The step '{fatal.Step}' failed: {fatal.Error}");
        var steps = await board.StepsAsync(next.Project, workflow.Value.WorkflowId, cancellationToken);
        var undoing = fatal.OnFailure == FailurePolicy.Compensate ? WorkflowRules.Undo([.. steps.Select(step => step.Value)], steps.Count) : [];
        next.CancelAll(board, steps, $"The step '{fatal.Step}' failed.");
        foreach (var step in undoing)
            next.Writes.Add(board.Write((Entity<WorkflowStep>?)null, Decision<WorkflowStep>.Put(step, StepMoves.CreatedType)));
        if (undoing.Count == 0)
            return await EndAsync(next, steps, WorkflowStatus.Failed, why, cancellationToken);
        next.Writes.Insert(0, board.Write(workflow, Decision<Workflow>.Put(
            workflow.Value with { Status = WorkflowStatus.Compensating, Error = why, Unassigned = [], Progress = next.Run.Progress }, WorkflowKinds.UpdatedType)));
        return await ApplyAsync(next, cancellationToken);
    }

    private async ValueTask<bool> CompleteAsync(NextMoves next, CancellationToken cancellationToken)
    {
        var steps = await board.StepsAsync(next.Project, next.Workflow.Value.WorkflowId, cancellationToken);
        if (next.Workflow.Value.Status == WorkflowStatus.Running)
            return await EndAsync(next, steps, WorkflowStatus.Completed, null, cancellationToken);
        var left = steps.Select(step => step.Value).Where(step => step.Undoes is not null && step.Status != WorkflowStepStatus.Completed).Select(step => $"'{step.Undoes}'").ToList();
        var error = left.Count == 0
            ? $"{next.Workflow.Value.Error} What was done before was undone."
            : $"{next.Workflow.Value.Error} Not undone: {string.Join(", ", left)}.";
        return await EndAsync(next, steps, WorkflowStatus.Failed, error, cancellationToken);
    }

    /// <summary>Cancels a workflow, for a caller or because the step that it does is no longer its.</summary>
    internal async ValueTask<Result<Entity<Workflow>>> CancelAsync(ProjectState project, int sender, string workflowId, string why, CancellationToken cancellationToken)
    {
        var errands = new HashSet<Errand>();
        var result = await CancelAsync(project, sender, workflowId, why, errands, cancellationToken);
        foreach (var errand in errands)
            await RunAsync(project, errand, cancellationToken);
        if (result.TryGet(out var ended, out _) && ended.Value.ParentWorkflowId is not null)
            await ReportAsync(project, workflowId, cancellationToken);
        return result;
    }

    private async ValueTask<Result<Entity<Workflow>>> CancelAsync(
        ProjectState project, int sender, string workflowId, string why, HashSet<Errand> errands, CancellationToken cancellationToken)
    {
        var turn = board.TurnOf(project, workflowId);
        await turn.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                if (await board.FindAsync(project, workflowId, cancellationToken) is not { } workflow)
                    return WorkflowRules.NotFound(workflowId);
                if (workflow.Value.Status == WorkflowStatus.Cancelled)
                    return workflow;
                if (!WorkflowKinds.IsLive(workflow.Value.Status))
                    return Problems.Conflict($"The workflow '{workflowId}' is {WireType.WordOf(workflow.Value.Status)}, so it cannot be cancelled.");
                if (workflow.Value.ExecutionId is null)
                {
                    if (!await BeginAsync(project, workflow, cancellationToken))
                        return WorkflowRules.NotFound(workflowId);
                    continue;
                }

                if (await board.FindExecutionAsync(project, workflow.Value.ExecutionId, cancellationToken) is not { } execution)
                    return WorkflowRules.NotFound(workflowId);
                var steps = await board.StepsAsync(project, workflowId, cancellationToken);
                var next = new NextMoves(project, workflow, new WorkflowRun(workflow.Version, steps), execution, clock.GetUtcNow()) { Sender = sender };
                next.CancelAll(board, steps, why);
                errands.UnionWith(next.Children.Select(child => new Errand(ErrandKind.Look, child)));
                errands.UnionWith(next.Needless.Select(question => new Errand(ErrandKind.Withdraw, question)));
                await EndAsync(next, steps, WorkflowStatus.Cancelled, why, cancellationToken);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async ValueTask<bool> EndAsync(
        NextMoves next, IReadOnlyList<Entity<WorkflowStep>> steps, WorkflowStatus status, string? error, CancellationToken cancellationToken)
    {
        var over = steps.Count(step => step.Value.Undoes is null);
        var ended = next.Workflow.Value with
        {
            Status = status,
            Error = error,
            Results = WorkflowRules.Results(steps.Select(step => step.Value)),
            Unassigned = [],
            Progress = new WorkflowProgress { Done = over, Total = over },
        };
        next.Writes.Insert(0, board.Write(next.Workflow, Decision<Workflow>.Put(ended, WorkflowKinds.CompletionType)));
        if (!ExecutionRules.IsOver(next.Execution.Value))
            next.Writes.Add(board.Write(next.Execution, ExecutionRules.EndRun(next.Execution.Value, ended)));
        // The workflow that waits for this one is told by the step itself.
        if (ended.ParentWorkflowId is null && await StarterAsync(next.Project, ended, cancellationToken) is { } starter)
            next.Messages.Add(StepHandOut.Completion(next.Project, ended, starter));
        return await ApplyAsync(next, cancellationToken);
    }

    private async ValueTask<AgentState?> StarterAsync(ProjectState project, Workflow workflow, CancellationToken cancellationToken) =>
        workflow.CreatedBy is { } id ? project.Agents.Find(id) : await agents.HumanAsync(project, cancellationToken);

    private async ValueTask<bool> ApplyAsync(NextMoves next, CancellationToken cancellationToken)
    {
        runs.Forget(next.Project, next.Workflow.Value.WorkflowId);
        var outcome = await board.ApplyAsync(new Transition(next.Project.Number, next.Sender, next.Writes) { Messages = next.Messages }, cancellationToken);
        return outcome.Result != TransitionResult.ProjectGone;
    }
}
