using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Tasks;

/// <summary>The tasks of projects. Each change is one transition of the task, its assignments, the part counts of its parent, and the message that
/// assigns it.</summary>
internal sealed class TaskBoard(EntityBoard<AgentTask> tasks, EntityBoard<Assignment> assignments, IEntityStore store)
{
    private readonly Turns _turns = new();

    /// <summary>Called after the commit of each change; set once, before the first request.</summary>
    internal IReadOnlyList<ITaskWatcher> Watchers { get; set; } = [];

    internal async ValueTask<Entity<AgentTask>?> FindAsync(ProjectState project, string id, CancellationToken cancellationToken) =>
        TryRead(id, out var key) ? await tasks.FindAsync(project.Number, key, cancellationToken) : null;

    /// <summary>The task that a path names.</summary>
    /// <param name="id">Its id or its number.</param>
    internal async ValueTask<Entity<AgentTask>?> FindNamedAsync(ProjectState project, string id, CancellationToken cancellationToken) =>
        await tasks.FindNumberedAsync(project.Number, id, cancellationToken) ?? await FindAsync(project, id, cancellationToken);

    /// <summary>The id of a task that a path names by its number.</summary>
    /// <returns>The same, if it is no number, or there is no such task.</returns>
    internal async ValueTask<string> IdOfAsync(ProjectState project, string id, CancellationToken cancellationToken) =>
        (await tasks.FindNumberedAsync(project.Number, id, cancellationToken))?.Value.TaskId ?? id;

    internal ValueTask<IReadOnlyList<Entity<AgentTask>>> ListAsync(EntityQuery query, CancellationToken cancellationToken) => tasks.ListAsync(query, cancellationToken);

    /// <summary>The assignments of a task, in order.</summary>
    internal ValueTask<IReadOnlyList<Entity<Assignment>>> AssignmentsAsync(
        ProjectState project, string taskId, string? after, int max, CancellationToken cancellationToken) => assignments.ListAsync(
            new EntityQuery(project.Number, TaskKinds.Assignment.Number, max) { Prefix = TaskKinds.PrefixOf(taskId), AfterName = after }, cancellationToken);

    /// <summary>How many tasks an agent has, counted up to a limit.</summary>
    internal ValueTask<int> CountHeldAsync(ProjectState project, string agentId, int most, CancellationToken cancellationToken) =>
        store.CountAsync(project.Number, TaskKinds.Task.Number, TaskKinds.HeldBy(agentId), most, cancellationToken);

    /// <summary>Whether a project has a task with a mark.</summary>
    internal async ValueTask<bool> AnyAsync(ProjectState project, string mark, CancellationToken cancellationToken) =>
        await store.CountAsync(project.Number, TaskKinds.Task.Number, mark, most: 1, cancellationToken) > 0;

    /// <summary>Creates a task, and counts it in its parent.</summary>
    internal async ValueTask<Result<Entity<AgentTask>>> CreateAsync(ProjectState project, int sender, AgentTask task, CancellationToken cancellationToken)
    {
        var result = await ApplyAsync(
            project, sender, task.ParentTaskId is null ? null : Guid.Parse(task.ParentTaskId),
            async cancel =>
            {
                var attempt = new Attempt([tasks.Write(null, Decision<AgentTask>.Put(task, TaskRules.CreatedType))]);
                return task.ParentTaskId is { } parent && await AddPartsAsync(project, attempt, parent, null, task.Status, cancel) is { } problem ? problem : attempt;
            },
            cancellationToken);
        if (!result.TryGet(out var row, out var refusal))
            return refusal;
        var made = tasks.Written(row!, task);
        Tell(project, new TaskChange(null, made, TaskRules.CreatedType));
        return made;
    }

    /// <summary>Makes a transition of a task.</summary>
    /// <param name="version">The version that the task must have; null for any.</param>
    /// <param name="step">Computes the requested transition from the current task; null if there is nothing left to do.</param>
    internal ValueTask<Result<Entity<AgentTask>>> MoveAsync(
        ProjectState project, string id, int sender, long? version, Func<AgentTask, TaskStep?> step, CancellationToken cancellationToken) => ChangeAsync(
            project, id, sender, version, (task, assignment) => step(task) is { } asked ? TaskMoves.Make(task, assignment, asked) : TaskRuling.Keep, cancellationToken);

    /// <summary>Changes a task by a rule.</summary>
    internal ValueTask<Result<Entity<AgentTask>>> ChangeAsync(
        ProjectState project, string id, int sender, long? version, Func<AgentTask, Assignment?, TaskRuling> decide, CancellationToken cancellationToken) =>
        ChangeAsync(project, id, sender, version, decide, restsOn: null, cancellationToken);

    /// <summary>Changes a task by a rule that depends on other tasks.</summary>
    /// <param name="restsOn">Finds the tasks that must not change in the meantime, for each try; or returns why the task is not changed.</param>
    internal async ValueTask<Result<Entity<AgentTask>>> ChangeAsync(
        ProjectState project, string id, int sender, long? version, Func<AgentTask, Assignment?, TaskRuling> decide,
        Func<CancellationToken, ValueTask<Result<IReadOnlyList<EntityRow>>>>? restsOn, CancellationToken cancellationToken)
    {
        if (!TryRead(id, out var key))
            return TaskRules.NotFound(id);
        Entity<AgentTask>? present = null;
        var decision = Decision<AgentTask>.Keep;
        var result = await ApplyAsync(
            project, sender, key,
            async cancel =>
            {
                present = await tasks.FindAsync(project.Number, key, cancel);
                if (present is null)
                    return TaskRules.NotFound(id);
                if (version is not null && version != present.Version)
                    return Problems.VersionMismatch(TaskRules.Noun, id, present.Version);
                var held = TaskMoves.IsHeld(present.Value.Status)
                    ? await assignments.FindAsync(project.Number, TaskKinds.NameOf(id, present.Value.Fence), cancel)
                    : null;
                var ruling = decide(present.Value, held?.Value);
                decision = ruling.Task;
                if (decision.Problem is { } problem)
                    return problem;
                var others = default(IReadOnlyList<EntityRow>);
                if (restsOn is not null && !(await restsOn(cancel)).TryGet(out others, out problem))
                    return problem;
                return decision.Type is null ? Attempt.None : await AttemptAsync(project, present, held, ruling, others ?? [], cancel);
            },
            cancellationToken);
        if (!result.TryGet(out var row, out var refusal))
            return refusal;
        if (row is null)
            return present!;
        var changed = tasks.Written(row, decision.Value!);
        Tell(project, new TaskChange(present!.Value, changed, decision.Type!));
        return changed;
    }

    /// <summary>Deletes a task for good.</summary>
    internal async ValueTask<Result<AgentTask>> RemoveAsync(ProjectState project, string id, int sender, long? version, CancellationToken cancellationToken)
    {
        if (!TryRead(id, out var key))
            return TaskRules.NotFound(id);
        Entity<AgentTask>? present = null;
        var result = await ApplyAsync(
            project, sender, key,
            async cancel =>
            {
                present = await tasks.FindAsync(project.Number, key, cancel);
                if (present is null)
                    return TaskRules.NotFound(id);
                if (version is not null && version != present.Version)
                    return Problems.VersionMismatch(TaskRules.Noun, id, present.Version);
                var dependent = await ListAsync(new EntityQuery(project.Number, TaskKinds.Task.Number, 1) { Marks = [TaskKinds.After(id)] }, cancel);
                if (dependent is [var waits])
                    return Problems.Conflict($"The task '{waits.Value.TaskId}' depends on '{id}' and would wait forever: first cancel it, or change its depends_on.");
                var held = TaskMoves.IsHeld(present.Value.Status) ? await assignments.FindAsync(project.Number, TaskKinds.NameOf(id, present.Value.Fence), cancel) : null;
                var attempt = new Attempt([tasks.Write(present, Decision<AgentTask>.Remove(TaskKinds.Task.RemovedType))]);
                if (held is not null)
                    attempt.Writes.Add(assignments.Write(held, Decision<Assignment>.Put(held.Value with { Status = AssignmentStatus.Lapsed, Reason = "The task was deleted." }, TaskRules.EndedType)));
                return present!.Value.ParentTaskId is { } parent && await AddPartsAsync(project, attempt, parent, present.Value.Status, null, cancel) is { } problem
                    ? problem
                    : attempt;
            },
            cancellationToken);
        if (result.Problem is { } refusal)
            return refusal;
        Tell(project, new TaskChange(present!.Value, null, TaskKinds.Task.RemovedType));
        return present!.Value;
    }

    private async ValueTask<Result<Attempt>> AttemptAsync(
        ProjectState project, Entity<AgentTask> present, Entity<Assignment>? held, TaskRuling ruling, IReadOnlyList<EntityRow> unchanged, CancellationToken cancellationToken)
    {
        var next = ruling.Task.Value!;
        var attempt = new Attempt([tasks.Write(present, ruling.Task)]) { Unchanged = unchanged };
        if (held is not null && ruling.Ended is { } ended)
            attempt.Writes.Add(assignments.Write(held, Decision<Assignment>.Put(ended, TaskRules.EndedType)));
        if (ruling.Given is { } given)
        {
            if (project.Agents.Find(given.AgentId) is not { } agent)
                return Problems.NotFound("agent", given.AgentId);
            attempt.Writes.Add(assignments.Write(null, Decision<Assignment>.Put(given, TaskRules.GivenType)));
            attempt.Messages.Add(HandOut.Message(project, next, agent));
        }

        if (next.ParentTaskId is { } parent && next.Status != present.Value.Status)
            return await AddPartsAsync(project, attempt, parent, present.Value.Status, next.Status, cancellationToken) is { } problem ? problem : attempt;
        return attempt;
    }

    /// <summary>Updates the part counts of a parent, if it still exists.</summary>
    private async ValueTask<ApiProblem?> AddPartsAsync(
        ProjectState project, Attempt attempt, string parentId, AgentTaskStatus? before, AgentTaskStatus? after, CancellationToken cancellationToken)
    {
        if (await FindAsync(project, parentId, cancellationToken) is not { } parent)
            return before is null ? TaskRules.NotFound(parentId) : null;
        if (before is null && TaskMoves.IsOver(parent.Value.Status))
            return Problems.Conflict($"The task '{parentId}' is {WireType.WordOf(parent.Value.Status)}, so it cannot get more parts.");
        if (TaskRules.PartsAfter(parent.Value.Parts, before, after) is { } parts)
            attempt.Writes.Add(tasks.Write(parent, Decision<AgentTask>.Put(parent.Value with { Parts = parts }, TaskRules.UpdatedType)));
        return null;
    }

    /// <summary>Retries until there is no conflict.</summary>
    /// <returns>The first entity that was written, as it is now; null if nothing was.</returns>
    private async ValueTask<Result<EntityRow?>> ApplyAsync(
        ProjectState project, int sender, Guid? thing, Func<CancellationToken, ValueTask<Result<Attempt>>> prepare, CancellationToken cancellationToken)
    {
        SemaphoreSlim? turn = null;
        try
        {
            while (true)
            {
                if (!(await prepare(cancellationToken)).TryGet(out var attempt, out var problem))
                    return problem;
                if (attempt!.Writes.Count == 0)
                    return (EntityRow?)null;
                var outcome = await store.ApplyAsync(new Transition(project.Number, sender, attempt.Writes) { Messages = attempt.Messages, Unchanged = attempt.Unchanged }, cancellationToken);
                switch (outcome.Result)
                {
                    case TransitionResult.Applied:
                        return outcome.Rows[0];
                    case TransitionResult.ProjectGone:
                        return Problems.NotFound("project", project.Id);
                    case TransitionResult.MessageRefused:
                        return HandOut.Refused;
                    default:
                        // Callers that conflict with each other take turns.
                        if (turn is null)
                            await (turn = _turns.Of(project.Number, thing ?? Guid.Empty)).WaitAsync(cancellationToken);
                        break;
                }
            }
        }
        finally
        {
            turn?.Release();
        }
    }

    private void Tell(ProjectState project, TaskChange change)
    {
        foreach (var watcher in Watchers)
            watcher.Changed(project, change);
    }

    internal static bool TryRead(string id, out Guid key) => Guid.TryParse(id, out key) && WireNames.IsUuid(id);

    /// <summary>The changes to make together; the task itself first.</summary>
    private sealed record Attempt(List<EntityWrite> Writes)
    {
        internal static Attempt None { get; } = new([]);

        internal List<IOutgoingMessage> Messages { get; } = [];

        internal IReadOnlyList<EntityRow> Unchanged { get; init; } = [];
    }
}
