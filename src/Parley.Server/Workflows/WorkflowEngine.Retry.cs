using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>Retries that somebody asks for: of a whole workflow, or of one step with what waits for it.</summary>
internal sealed partial class WorkflowEngine
{
    /// <summary>Runs a workflow again from the steps that failed, with a new execution.</summary>
    internal ValueTask<Result<Entity<Workflow>>> RetryAsync(ProjectState project, int sender, string workflowId, CancellationToken cancellationToken) =>
        RetryAsync(project, sender, workflowId, StepRetry.All, cancellationToken);

    /// <summary>Retries one step that failed, and with it what waits for it. If the workflow has ended, it goes on with a new execution.</summary>
    internal ValueTask<Result<Entity<Workflow>>> RetryStepAsync(ProjectState project, int sender, string workflowId, string step, CancellationToken cancellationToken) =>
        RetryAsync(project, sender, workflowId, (workflow, steps) => StepRetry.Of(workflow, steps, step), cancellationToken);

    /// <param name="choose">Which steps are reset, or why none is.</param>
    private async ValueTask<Result<Entity<Workflow>>> RetryAsync(
        ProjectState project, int sender, string workflowId, Func<Workflow, IReadOnlyList<WorkflowStep>, Result<IReadOnlySet<string>>> choose, CancellationToken cancellationToken)
    {
        var turn = board.TurnOf(project, workflowId);
        await turn.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                if (await board.FindAsync(project, workflowId, cancellationToken) is not { } workflow)
                    return WorkflowRules.NotFound(workflowId);
                if (WorkflowKinds.IsLive(workflow.Value.Status) && workflow.Value.ExecutionId is null)
                {
                    if (!await BeginAsync(project, workflow, cancellationToken))
                        return WorkflowRules.NotFound(workflowId);
                    continue;
                }

                var steps = await board.StepsAsync(project, workflowId, cancellationToken);
                if (!choose(workflow.Value, [.. steps.Select(step => step.Value)]).TryGet(out var names, out var problem))
                    return problem;
                var resets = steps.Where(step => names.Contains(step.Value.Step)).ToList();
                var (again, type) = StepRetry.Again(workflow.Value, [.. steps.Select(step => step.Value)], names);
                var writes = new List<EntityWrite> { board.Write(workflow, Decision<Workflow>.Put(again, type)) };
                writes.AddRange(resets.Select(step => board.Write(step, StepMoves.Reset(step.Value))));
                writes.AddRange(steps.Where(step => step.Value.Undoes is not null).Select(step => board.Write(step, Decision<WorkflowStep>.Remove(WorkflowKinds.Step.RemovedType))));
                var outcome = await board.ApplyAsync(new Transition(project.Number, sender, writes), cancellationToken);
                if (outcome.Result == TransitionResult.Applied)
                    return board.Written(outcome.Rows[0], again);
                if (outcome.Result == TransitionResult.ProjectGone)
                    return Problems.NotFound("project", project.Id);
            }
        }
        finally
        {
            turn.Release();
        }
    }
}
