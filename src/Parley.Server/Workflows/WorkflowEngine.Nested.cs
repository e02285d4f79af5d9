using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>Steps that other workflows or people's answers end. Nothing here holds the turn of a workflow, because it would have to wait for that of another.</summary>
internal sealed partial class WorkflowEngine
{
    /// <summary>What is left to do for one workflow with another. If it is not done because the process is killed, the next look at one of the two finds
    /// it again.</summary>
    private enum ErrandKind
    {
        /// <summary>A step needs a workflow of its own.</summary>
        Start,

        /// <summary>A workflow has ended, and the step that it did must learn that.</summary>
        Report,

        /// <summary>A workflow does a step that may no longer be its.</summary>
        Look,

        /// <summary>It is no longer its.</summary>
        Stop,

        /// <summary>The question that puts a step to a person has ended, so the step ends, too.</summary>
        EndStep,

        /// <summary>Nobody needs the answer to such a question anymore.</summary>
        Withdraw,
    }

    /// <param name="Workflow">Whose step it is, for <see cref="ErrandKind.Start"/> and <see cref="ErrandKind.EndStep"/>; the question, for
    /// <see cref="ErrandKind.Withdraw"/>; otherwise the workflow that does the step.</param>
    private readonly record struct Errand(ErrandKind Kind, string Workflow, string Step = "");

    private async ValueTask RunAsync(ProjectState project, Errand errand, CancellationToken cancellationToken)
    {
        switch (errand.Kind)
        {
            case ErrandKind.Start:
                await StartChildAsync(project, errand.Workflow, errand.Step, cancellationToken);
                break;
            case ErrandKind.Report:
                await ReportAsync(project, errand.Workflow, cancellationToken);
                break;
            case ErrandKind.Look:
                await AdvanceAsync(project, errand.Workflow, cancellationToken);
                break;
            case ErrandKind.EndStep:
                await questions.EndAsync(project, errand.Workflow, errand.Step, cancellationToken);
                await AdvanceAsync(project, errand.Workflow, cancellationToken);
                break;
            case ErrandKind.Withdraw:
                await questions.WithdrawAsync(project, errand.Workflow, cancellationToken);
                break;
            default:
                await CancelAsync(project, 0, errand.Workflow, "The step that it did was taken away or cancelled.", cancellationToken);
                break;
        }
    }

    /// <summary>What is to be done for the steps that other workflows or people do.</summary>
    private async ValueTask<IReadOnlyList<Errand>> ErrandsAsync(ProjectState project, Workflow workflow, WorkflowRun run, CancellationToken cancellationToken)
    {
        var errands = new List<Errand>();
        foreach (var place in run.Held)
        {
            var step = run[place].Value;
            if (step.QuestionId is not null && await questions.HasEndedAsync(project, step, cancellationToken))
                errands.Add(new Errand(ErrandKind.EndStep, workflow.WorkflowId, step.Step));
            if (step.Workflow is null || step.Undoes is not null)
                continue;
            if (step.ChildWorkflowId is null)
                errands.Add(new Errand(ErrandKind.Start, workflow.WorkflowId, step.Step));
            else if (await board.FindAsync(project, step.ChildWorkflowId, cancellationToken) is not { } child || !WorkflowKinds.IsLive(child.Value.Status))
                errands.Add(new Errand(ErrandKind.Report, step.ChildWorkflowId));
        }

        if (workflow.ParentWorkflowId is not null && await ParentStepAsync(project, workflow, cancellationToken) is null)
            errands.Add(new Errand(ErrandKind.Stop, workflow.WorkflowId));
        return errands;
    }

    private async ValueTask StartChildAsync(ProjectState project, string parentId, string stepName, CancellationToken cancellationToken)
    {
        if (await board.FindAsync(project, parentId, cancellationToken) is not { } parent ||
            await board.FindStepAsync(project, parentId, stepName, cancellationToken) is not { Value.Workflow: { } name } step || !StepMoves.IsHeld(step.Value.Status))
        {
            return;
        }

        Result<Entity<Workflow>> started;
        if (await DepthAsync(project, parent.Value, cancellationToken) >= WorkflowRules.Deepest)
        {
            started = Problems.Conflict($"Workflows are steps of each other more than {WorkflowRules.Deepest} deep.");
        }
        else if ((await definitions.ReadAsync(project, name, revision: null, cancellationToken)).TryGet(out var read, out var problem))
        {
            var child = WorkflowRules.CreateChild(parent.Value, step.Value, read.Definition, read.Steps);
            started = await StartOnceAsync(project, child, cancellationToken);
        }
        else
        {
            started = problem;
        }

        var result = await board.ChangeStepAsync(project, 0, parentId, stepName, present => present.Fence != step.Value.Fence || !StepMoves.IsHeld(present.Status)
            ? Decision<WorkflowStep>.Keep
            : started.TryGet(out var begun, out var refusal)
                ? Decision<WorkflowStep>.Put(present with { Status = WorkflowStepStatus.InProgress, ChildWorkflowId = begun.Value.WorkflowId }, StepMoves.TypeOf(StepVerb.Start))
                : StepMoves.Make(present, new StepCall(StepVerb.Fail, clock.GetUtcNow()) { Error = refusal.Detail, IsFinal = true }), cancellationToken);
        if (started.Problem is null)
            await AdvanceAsync(project, started.Value.Value.WorkflowId, cancellationToken);
        if (result.TryGet(out var changed, out _) && StepMoves.IsOver(changed.Value.Status))
            await AdvanceAsync(project, parentId, cancellationToken);
    }

    private async ValueTask<Result<Entity<Workflow>>> StartOnceAsync(ProjectState project, Workflow child, CancellationToken cancellationToken)
    {
        if (await board.FindChildAsync(project, child, cancellationToken) is { } present)
            return present;
        var added = await board.AddAsync(project, 0, child, cancellationToken);
        // Its name is taken if another caller has started it in the meantime.
        return added.Problem is { Code: ErrorCodes.Conflict } && await board.FindChildAsync(project, child, cancellationToken) is { } other ? other : added;
    }

    private async ValueTask ReportAsync(ProjectState project, string childId, CancellationToken cancellationToken)
    {
        if (await board.FindAsync(project, childId, cancellationToken) is not { Value: { ParentWorkflowId: { } parentId, ParentFence: { } fence } child } ||
            WorkflowKinds.IsLive(child.Status) || await ParentStepAsync(project, child, cancellationToken) is not { } step)
        {
            return;
        }

        var call = new StepCall(child.Status == WorkflowStatus.Completed ? StepVerb.Complete : StepVerb.Fail, clock.GetUtcNow())
        {
            Fence = fence,
            Result = child.Status == WorkflowStatus.Completed ? child.Results : null,
            Error = child.Status == WorkflowStatus.Completed ? null : $"The workflow '{childId}' is {WireType.WordOf(child.Status)}: {child.Error}",
        };
        await board.ChangeStepAsync(project, 0, parentId, step.Value.Step, present => StepMoves.Make(present, call), cancellationToken);
        await AdvanceAsync(project, parentId, cancellationToken);
    }

    /// <summary>The step that a workflow does.</summary>
    /// <returns>Null if it is no longer the one that has it.</returns>
    private async ValueTask<Entity<WorkflowStep>?> ParentStepAsync(ProjectState project, Workflow child, CancellationToken cancellationToken)
    {
        var step = await board.FindStepAsync(project, child.ParentWorkflowId!, child.ParentStep!, cancellationToken);
        return step is not null && StepMoves.IsHeld(step.Value.Status) && step.Value.Fence == child.ParentFence ? step : null;
    }

    private async ValueTask<int> DepthAsync(ProjectState project, Workflow workflow, CancellationToken cancellationToken)
    {
        var depth = 1;
        for (var at = workflow; at.ParentWorkflowId is { } id && depth < WorkflowRules.Deepest; depth++)
        {
            if (await board.FindAsync(project, id, cancellationToken) is not { } parent)
                break;
            at = parent.Value;
        }

        return depth;
    }
}
