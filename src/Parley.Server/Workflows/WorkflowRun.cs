using Parley.Protocol;
using Parley.Server.Entities;

namespace Parley.Server.Workflows;

/// <summary>What this process knows of a running workflow: its graph, and how far each step is. Results are not kept, because they may be large.</summary>
internal sealed class WorkflowRun
{
    private readonly Entity<WorkflowStep>[] _steps;

    /// <param name="version">The version of the workflow that fits these steps. Only <see cref="WorkflowEngine"/> hands out steps, and each time it
    /// changes the workflow, so while the version is the same, nothing can have changed but steps that somebody has.</param>
    internal WorkflowRun(long version, IReadOnlyList<Entity<WorkflowStep>> steps)
    {
        Version = version;
        _steps = [.. steps.Select(Light)];
        Plan = new WorkflowPlan([.. steps.Select(step => (step.Value.Step, step.Value.DependsOn))]);
    }

    internal long Version { get; set; }

    internal WorkflowPlan Plan { get; }

    internal int Count => _steps.Length;

    internal Entity<WorkflowStep> this[int place]
    {
        get => _steps[place];
        set => _steps[place] = Light(value);
    }

    internal IEnumerable<int> Held => Enumerable.Range(0, Count).Where(place => StepMoves.IsHeld(_steps[place].Value.Status));

    /// <summary>How many of the steps have ended, and how many there are, without those that undo others.</summary>
    internal WorkflowProgress Progress => new()
    {
        Done = _steps.Count(step => step.Value.Undoes is null && StepMoves.IsOver(step.Value.Status)),
        Total = _steps.Count(step => step.Value.Undoes is null),
    };

    /// <summary>Steps that nothing keeps from starting.</summary>
    internal IEnumerable<int> Ready(WorkflowStatus status, DateTimeOffset now)
    {
        for (var place = 0; place < Count; place++)
        {
            var step = _steps[place].Value;
            if (step.Status == WorkflowStepStatus.Waiting && (step.Undoes is not null) == (status == WorkflowStatus.Compensating) &&
                (step.RetryAt is null || step.RetryAt <= now) && Plan.After(place).All(other => StepMoves.IsOver(_steps[other].Value.Status)))
            {
                yield return place;
            }
        }
    }

    /// <summary>Whether everything that a step waits for was skipped, so that there is nothing to go on with.</summary>
    internal bool IsCutOff(int place) => Plan.After(place) is { Count: > 0 } before && before.All(other => _steps[other].Value.Status == WorkflowStepStatus.Skipped);

    /// <summary>The step whose failure ends the workflow; null if there is none.</summary>
    internal WorkflowStep? Fatal => Array.Find(
        _steps, step => step.Value is { Undoes: null, Status: WorkflowStepStatus.Failed, OnFailure: not FailurePolicy.Continue })?.Value;

    internal bool IsOver(bool undoing) => _steps.All(step => (step.Value.Undoes is not null) != undoing || StepMoves.IsOver(step.Value.Status));

    // A step that waits is written next, so its row is needed; the others are read again before they are written.
    private static Entity<WorkflowStep> Light(Entity<WorkflowStep> step) => step.Value.Status == WorkflowStepStatus.Waiting
        ? step
        : step with { Row = step.Row with { Body = [] }, Value = step.Value with { Result = null, Input = null, FilledInput = null, Requirements = null, Attempts = [] }, Shown = [] };
}
