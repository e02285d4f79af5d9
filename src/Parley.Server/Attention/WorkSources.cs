using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Tasks;
using Parley.Server.Workflows;

namespace Parley.Server.Attention;

/// <summary>Steps that failed lately, with their workflows.</summary>
internal sealed class FailedStepSource(WorkflowBoard board) : IAttentionSource
{
    public AttentionKind Kind => AttentionKind.StepFailed;

    public async ValueTask<AttentionFindings> FindAsync(ProjectState project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(project.Number, WorkflowKinds.Step.Number, AttentionFindings.Most + 1) { Marks = [WorkflowKinds.Mark(WorkflowStepStatus.Failed)] };
        var steps = await board.ListStepsAsync(query, cancellationToken);
        var workflows = new Dictionary<string, Workflow>(StringComparer.Ordinal);
        foreach (var id in steps.Where(step => step.Value.EndedAt > now - AttentionJudge.OldestFailure).Select(step => step.Value.WorkflowId).Distinct())
        {
            if (await board.FindAsync(project, id, cancellationToken) is { } workflow)
                workflows[id] = workflow.Value;
        }

        var found = AttentionFindings.Of(steps, step => workflows.TryGetValue(step.Value.WorkflowId, out var workflow) ? AttentionJudge.Failed(step.Value, workflow, now) : null);
        return found with { LookAgainAt = found.Items.Count == 0 ? null : found.Items.Min(item => item.Since) + AttentionJudge.OldestFailure };
    }

    public bool DependsOn(LogEntry entry, ProjectState project) => entry.Kind == WorkflowKinds.Step.Entry || entry.Kind == EntryKind.Workflow;
}

/// <summary>Tasks past their due dates, which they are marked with.</summary>
internal sealed class OverdueSource(EntityBoard<AgentTask> tasks) : IAttentionSource
{
    public AttentionKind Kind => AttentionKind.TaskOverdue;

    public async ValueTask<AttentionFindings> FindAsync(ProjectState project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(project.Number, TaskKinds.Task.Number, AttentionFindings.Most + 1) { Marks = [TaskKinds.Overdue], OldestFirst = true };
        return AttentionFindings.Of(await tasks.ListAsync(query, cancellationToken), task => AttentionJudge.Overdue(task.Value));
    }

    public bool DependsOn(LogEntry entry, ProjectState project) => entry.Kind == EntryKind.Task;
}

/// <summary>The tasks that have been waiting longest, if nobody can do them.</summary>
internal sealed class UnassignableSource(EntityBoard<AgentTask> tasks) : IAttentionSource
{
    public AttentionKind Kind => AttentionKind.TaskUnassignable;

    public async ValueTask<AttentionFindings> FindAsync(ProjectState project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(project.Number, TaskKinds.Task.Number, AttentionFindings.Most + 1) { Marks = [TaskKinds.Waiting], OldestFirst = true };
        var able = AgentDirectory.Everybody(project).Select(agent => agent.Record.Capabilities).ToList();
        return AttentionFindings.Of(
            await tasks.ListAsync(query, cancellationToken),
            task => AttentionJudge.Unassignable(task.Value, DateTimeOffset.FromUnixTimeMilliseconds(task.Row.ChangedAt), able));
    }

    public bool DependsOn(LogEntry entry, ProjectState project) => entry.Kind is EntryKind.Task or EntryKind.Agent;
}
