using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Executions;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>The workflows of projects as stored: found, listed, and changed. What becomes of a workflow is decided by <see cref="WorkflowEngine"/>.</summary>
internal sealed class WorkflowBoard(EntityBoard<Workflow> workflows, EntityBoard<WorkflowStep> steps, EntityBoard<Execution> executions, IEntityStore store)
{
    private const int PartSize = 500;

    private readonly Turns _turns = new();

    internal async ValueTask<Entity<Workflow>?> FindAsync(ProjectState project, string id, CancellationToken cancellationToken) =>
        TryRead(id, out var key) ? await workflows.FindAsync(project.Number, key, cancellationToken) : null;

    /// <summary>A workflow with its steps, all as they are at the same moment.</summary>
    internal async ValueTask<(Workflow Workflow, long Version)?> FindWholeAsync(ProjectState project, string id, CancellationToken cancellationToken)
    {
        if (!TryRead(id, out var key))
            return null;
        var rows = await store.FindWithAsync(project.Number, WorkflowKinds.Workflow.Number, key, WorkflowKinds.Step.Number, WorkflowKinds.PrefixOf(id), cancellationToken);
        if (rows.Count == 0)
            return null;
        var workflow = workflows.Read(rows[0]).Value;
        // At the very beginning, it still has its steps itself.
        return (workflow with { Steps = WorkflowRules.Waiting(rows.Count == 1 ? workflow.Steps : [.. rows.Skip(1).Select(step => steps.Read(step).Value).OrderBy(step => step.Position)]) }, rows[0].Changed);
    }

    /// <summary>The workflow that does a step of another, if it was started.</summary>
    internal ValueTask<Entity<Workflow>?> FindChildAsync(ProjectState project, Workflow child, CancellationToken cancellationToken) =>
        workflows.FindAsync(project.Number, WorkflowKinds.NameOf(child)!, cancellationToken);

    internal ValueTask<IReadOnlyList<Entity<Workflow>>> ListAsync(EntityQuery query, CancellationToken cancellationToken) => workflows.ListAsync(query, cancellationToken);

    internal ValueTask<IReadOnlyList<Entity<WorkflowStep>>> ListStepsAsync(EntityQuery query, CancellationToken cancellationToken) => steps.ListAsync(query, cancellationToken);

    internal ValueTask<Entity<WorkflowStep>?> FindStepAsync(ProjectState project, string workflowId, string step, CancellationToken cancellationToken) =>
        steps.FindAsync(project.Number, WorkflowKinds.NameOf(workflowId, step), cancellationToken);

    internal ValueTask<Entity<WorkflowStep>?> FindStepAsync(int project, Guid id, CancellationToken cancellationToken) => steps.FindAsync(project, id, cancellationToken);

    internal ValueTask<Entity<Execution>?> FindExecutionAsync(ProjectState project, string id, CancellationToken cancellationToken) =>
        executions.FindAsync(project.Number, Guid.Parse(id), cancellationToken);

    internal ValueTask<Entity<Execution>?> FindExecutionByNameAsync(ProjectState project, string name, CancellationToken cancellationToken) =>
        executions.FindAsync(project.Number, name, cancellationToken);

    /// <summary>All steps, in the order of the definition.</summary>
    internal async ValueTask<List<Entity<WorkflowStep>>> StepsAsync(ProjectState project, string workflowId, CancellationToken cancellationToken)
    {
        var all = new List<Entity<WorkflowStep>>();
        var query = new EntityQuery(project.Number, WorkflowKinds.Step.Number, PartSize) { Prefix = WorkflowKinds.PrefixOf(workflowId) };
        while (true)
        {
            var part = await steps.ListAsync(query, cancellationToken);
            all.AddRange(part);
            if (part.Count < PartSize)
                return [.. all.OrderBy(step => step.Value.Position)];
            query = query with { AfterName = part[^1].Row.Name };
        }
    }

    /// <summary>The steps that somebody has now.</summary>
    internal async ValueTask<List<Entity<WorkflowStep>>> HeldAsync(ProjectState project, string mark, CancellationToken cancellationToken)
    {
        var all = new List<Entity<WorkflowStep>>();
        var query = new EntityQuery(project.Number, WorkflowKinds.Step.Number, PartSize) { Marks = [mark], OldestFirst = true };
        while (true)
        {
            var part = await steps.ListAsync(query, cancellationToken);
            all.AddRange(part);
            if (part.Count < PartSize)
                return all;
            query = query with { Above = part[^1].Row.Made };
        }
    }

    internal ValueTask<int> CountHeldByAsync(ProjectState project, string agentId, int most, CancellationToken cancellationToken) =>
        store.CountAsync(project.Number, WorkflowKinds.Step.Number, WorkflowKinds.HeldBy(agentId), most, cancellationToken);

    internal ValueTask<Result<Entity<Workflow>>> AddAsync(ProjectState project, int sender, Workflow workflow, CancellationToken cancellationToken) =>
        workflows.AddAsync(project.Number, sender, Decision<Workflow>.Put(workflow, WorkflowKinds.StartedType), cancellationToken);

    internal EntityWrite Write(Entity<Workflow>? present, Decision<Workflow> decision) => workflows.Write(present, decision);

    internal EntityWrite Write(Entity<WorkflowStep>? present, Decision<WorkflowStep> decision) => steps.Write(present, decision);

    internal EntityWrite Write(Entity<Execution>? present, Decision<Execution> decision) => executions.Write(present, decision);

    internal Entity<Workflow> Written(EntityRow row, Workflow value) => workflows.Written(row, value);

    internal Entity<WorkflowStep> Written(EntityRow row, WorkflowStep value) => steps.Written(row, value);

    internal ValueTask<TransitionOutcome> ApplyAsync(Transition transition, CancellationToken cancellationToken) => store.ApplyAsync(transition, cancellationToken);

    /// <summary>Creates the execution of a run, unless there is one already.</summary>
    internal async ValueTask<Entity<Execution>?> BeginExecutionAsync(ProjectState project, Workflow workflow, CancellationToken cancellationToken)
    {
        var name = System.FormattableString.Invariant($"run {workflow.Run} of {workflow.WorkflowId}");
        while (true)
        {
            if (await FindExecutionByNameAsync(project, name, cancellationToken) is { } present)
                return present;
            var decision = ExecutionRules.BeginRun(workflow);
            // Named, so that after a crash it is found and not created again.
            var outcome = await store.ApplyAsync(new Transition(project.Number, 0, [executions.Write(null, decision) with { Name = name }]), cancellationToken);
            if (outcome.Result == TransitionResult.Applied)
                return executions.Written(outcome.Rows[0], decision.Value!);
            if (outcome.Result == TransitionResult.ProjectGone)
                return null;
        }
    }

    /// <summary>Changes one step by a rule.</summary>
    internal async ValueTask<Result<Entity<WorkflowStep>>> ChangeStepAsync(
        ProjectState project, int sender, string workflowId, string step, Func<WorkflowStep, Decision<WorkflowStep>> decide, CancellationToken cancellationToken)
    {
        var result = await steps.ChangeAsync(
            project.Number, WorkflowKinds.NameOf(workflowId, step), sender,
            present => present is null ? Decision<WorkflowStep>.Refuse(Problems.NotFound(WorkflowRules.StepNoun, step)) : decide(present.Value), cancellationToken);
        return result.TryGet(out var changed, out var problem) ? changed! : problem;
    }

    /// <summary>One caller at a time decides about a workflow in this process. On other nodes, the version of the workflow does that.</summary>
    internal SemaphoreSlim TurnOf(ProjectState project, string workflowId) => _turns.Of(project.Number, workflowId);

    internal static bool TryRead(string id, out Guid key) => Guid.TryParse(id, out key) && WireNames.IsUuid(id);
}
