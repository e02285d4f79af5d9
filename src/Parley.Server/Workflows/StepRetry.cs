using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>Which steps a retry starts over, and what becomes of the workflow. Pure functions.</summary>
internal static class StepRetry
{
    /// <summary>All steps that did not complete, or were undone.</summary>
    internal static Result<IReadOnlySet<string>> All(Workflow workflow, IReadOnlyList<WorkflowStep> steps)
    {
        if (workflow.Status is not (WorkflowStatus.Failed or WorkflowStatus.Cancelled))
            return Problems.Conflict($"The workflow '{workflow.WorkflowId}' is {WireType.WordOf(workflow.Status)}. Only one that failed or was cancelled can be retried.");
        if (OfParent(workflow) is { } problem)
            return problem;
        var undone = steps.Where(step => step is { Undoes: not null, Status: WorkflowStepStatus.Completed }).Select(step => step.Undoes!).ToHashSet(StringComparer.Ordinal);
        return Names(steps.Where(step => step.Undoes is null && (step.Status != WorkflowStepStatus.Completed || undone.Contains(step.Step))));
    }

    /// <summary>One step that failed, and what waits for it: the steps behind it that have ended without a result. If the workflow has ended, also what
    /// was cancelled with it.</summary>
    internal static Result<IReadOnlySet<string>> Of(Workflow workflow, IReadOnlyList<WorkflowStep> steps, string name)
    {
        if (steps.FirstOrDefault(one => one.Step == name) is not { } step)
            return Problems.NotFound(WorkflowRules.StepNoun, name);
        if (Refusal(workflow, steps, step) is { } problem)
            return problem;
        var hasEnded = !WorkflowKinds.IsLive(workflow.Status);
        var again = Names([step, .. steps.Where(one => hasEnded && one.Status == WorkflowStepStatus.Cancelled)]);
        var behind = steps.SelectMany(one => one.DependsOn.Select(before => (before, one))).ToLookup(pair => pair.before, pair => pair.one, StringComparer.Ordinal);
        var ahead = new Queue<string>(again);
        while (ahead.TryDequeue(out var at))
        {
            foreach (var next in behind[at].Where(one => StepMoves.IsOver(one.Status) && one.Status != WorkflowStepStatus.Completed))
            {
                if (again.Add(next.Step))
                    ahead.Enqueue(next.Step);
            }
        }

        // It would end the workflow again at once.
        return steps.FirstOrDefault(one => one is { Status: WorkflowStepStatus.Failed, OnFailure: not FailurePolicy.Continue } && !again.Contains(one.Step)) is { } other
            ? Problems.Conflict($"The step '{other.Step}' of the workflow '{workflow.WorkflowId}' has failed too, and does not wait for '{name}'. Retry the workflow, which starts both over.")
            : again;
    }

    /// <summary>The workflow as it goes on, and the type of its log entry.</summary>
    /// <param name="again">The names of the steps that start over.</param>
    internal static (Workflow Workflow, string Type) Again(Workflow workflow, IReadOnlyList<WorkflowStep> steps, IReadOnlySet<string> again)
    {
        var own = steps.Where(step => step.Undoes is null).ToList();
        var next = workflow with
        {
            Progress = new WorkflowProgress { Done = own.Count(step => StepMoves.IsOver(step.Status) && !again.Contains(step.Step)), Total = own.Count },
            Unassigned = [],
        };
        return WorkflowKinds.IsLive(workflow.Status)
            ? (next, WorkflowKinds.UpdatedType)
            : (next with { Status = WorkflowStatus.Running, Run = workflow.Run + 1, ExecutionId = null, Error = null, Results = null }, WorkflowKinds.RetriedType);
    }

    private static ApiProblem? Refusal(Workflow workflow, IReadOnlyList<WorkflowStep> steps, WorkflowStep step)
    {
        var (id, name) = (workflow.WorkflowId, step.Step);
        if (workflow.Status is WorkflowStatus.Completed or WorkflowStatus.Compensating)
        {
            return Problems.Conflict(
                $"The workflow '{id}' is {WireType.WordOf(workflow.Status)}. A step can be retried while its workflow is running, or after it failed or was cancelled.");
        }

        if (step.Status != WorkflowStepStatus.Failed)
        {
            var failed = steps.Where(one => one is { Status: WorkflowStepStatus.Failed, Undoes: null }).Select(one => $"'{one.Step}'").Take(5).ToList();
            return Problems.Conflict(
                $"The step '{name}' is {WireType.WordOf(step.Status)}. Only a step that failed can be retried; {(failed.Count == 0 ? "none has" : $"failed: {string.Join(", ", failed)}")}.");
        }

        if (WorkflowKinds.IsLive(workflow.Status))
            return null;
        return steps.Any(one => one.Undoes is not null)
            ? Problems.Conflict($"When the workflow '{id}' failed, what had been done was undone, so no step can go on alone. Retry the workflow.")
            : OfParent(workflow);
    }

    private static ApiProblem? OfParent(Workflow workflow) => workflow.ParentWorkflowId is { } parent
        ? Problems.Conflict($"The workflow '{workflow.WorkflowId}' did the step '{workflow.ParentStep}' of the workflow '{parent}'. Retry that one.")
        : null;

    private static HashSet<string> Names(IEnumerable<WorkflowStep> steps) => steps.Select(step => step.Step).ToHashSet(StringComparer.Ordinal);
}
