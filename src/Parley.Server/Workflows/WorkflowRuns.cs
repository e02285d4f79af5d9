using System.Collections.Concurrent;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Projects;

namespace Parley.Server.Workflows;

/// <summary>The running workflows that this process has looked at, so that a look need not read all of their steps.</summary>
internal sealed class WorkflowRuns(WorkflowBoard board)
{
    /// <summary>With more steps than this, all are forgotten and read again when needed. Bounds the memory, not the number of workflows.</summary>
    private const int MostSteps = 200_000;

    private readonly ConcurrentDictionary<(int Project, string Workflow), WorkflowRun> _runs = new();
    private int _steps;

    /// <summary>How far a workflow is. Only the caller that has its turn may ask.</summary>
    internal async ValueTask<WorkflowRun> OfAsync(ProjectState project, Entity<Workflow> workflow, CancellationToken cancellationToken)
    {
        var key = (project.Number, workflow.Value.WorkflowId);
        if (_runs.TryGetValue(key, out var known) && known.Version == workflow.Version)
        {
            await CatchUpAsync(project, workflow.Value.WorkflowId, known, cancellationToken);
            return known;
        }

        Forget(project, workflow.Value.WorkflowId);
        var run = new WorkflowRun(workflow.Version, await board.StepsAsync(project, workflow.Value.WorkflowId, cancellationToken));
        if (Interlocked.Add(ref _steps, run.Count) > MostSteps)
        {
            _runs.Clear();
            Interlocked.Exchange(ref _steps, run.Count);
        }

        _runs[key] = run;
        return run;
    }

    internal void Forget(ProjectState project, string workflowId)
    {
        if (_runs.TryRemove((project.Number, workflowId), out var run))
            Interlocked.Add(ref _steps, -run.Count);
    }

    /// <summary>What became of the steps that somebody had.</summary>
    private async ValueTask CatchUpAsync(ProjectState project, string workflowId, WorkflowRun run, CancellationToken cancellationToken)
    {
        var held = run.Held.ToList();
        if (held.Count == 0)
            return;
        var still = new HashSet<int>();
        foreach (var step in await board.HeldAsync(project, WorkflowKinds.HeldOf(workflowId), cancellationToken))
        {
            run[step.Value.Position] = step;
            still.Add(step.Value.Position);
        }

        foreach (var place in held.Where(place => !still.Contains(place)))
        {
            if (await board.FindStepAsync(project, workflowId, run[place].Value.Step, cancellationToken) is { } step)
                run[place] = step;
        }
    }
}
