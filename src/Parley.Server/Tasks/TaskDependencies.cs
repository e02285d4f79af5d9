using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Tasks;

/// <summary>Dependencies between tasks: looks them up, keeps them free of cycles, and unblocks tasks when their dependencies are completed.</summary>
internal sealed class TaskDependencies(TaskBoard board)
{
    private const int PartSize = 100, MostLookedAt = 10_000;

    /// <returns>Those that are not completed yet.</returns>
    internal async ValueTask<Result<IReadOnlyList<string>>> OpenAsync(ProjectState project, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var open = new List<string>();
        foreach (var id in ids.Distinct(StringComparer.Ordinal))
        {
            if (await board.FindAsync(project, id, cancellationToken) is not { } task)
                return TaskRules.NotFound(id);
            if (task.Value.Status != AgentTaskStatus.Completed)
                open.Add(id);
        }

        return open;
    }

    /// <summary>Changes the dependencies of a task, together with its other changes.</summary>
    internal async ValueTask<Result<Entity<AgentTask>>> ChangeAsync(
        ProjectState project, int sender, string id, long? version, TaskPatch patch, IReadOnlyList<string> others, CancellationToken cancellationToken)
    {
        if (!(await OpenAsync(project, others, cancellationToken)).TryGet(out var open, out var problem))
            return problem;
        // Two changes at the same time, perhaps on two nodes, could create a cycle that neither of them can see: the tasks that were read must not change.
        var result = await board.ChangeAsync(
            project, id, sender, version, (task, _) => new TaskRuling(TaskRules.Change(task, patch, open)), cancel => ChainAsync(project, id, others, cancel), cancellationToken);
        return result.TryGet(out var changed, out problem) ? await LookAsync(project, changed, cancellationToken) : problem;
    }

    /// <summary>Checks whether the dependencies of a task have been completed in the meantime, for example while the task was being
    /// created.</summary>
    internal async ValueTask<Entity<AgentTask>> LookAsync(ProjectState project, Entity<AgentTask> task, CancellationToken cancellationToken)
    {
        foreach (var id in task.Value.BlockedBy)
        {
            if (await board.FindAsync(project, id, cancellationToken) is { Value.Status: AgentTaskStatus.Completed })
                task = await UnblockAsync(project, task, id, cancellationToken);
        }

        return task;
    }

    /// <summary>Unblocks the tasks that wait for a completed task.</summary>
    internal async ValueTask TellAsync(ProjectState project, string completed, CancellationToken cancellationToken)
    {
        var mark = TaskKinds.After(completed);
        if (!await board.AnyAsync(project, mark, cancellationToken))
            return;
        var query = new EntityQuery(project.Number, TaskKinds.Task.Number, PartSize) { Marks = [mark], OldestFirst = true };
        while (true)
        {
            var part = await board.ListAsync(query, cancellationToken);
            foreach (var task in part)
                await UnblockAsync(project, task, completed, cancellationToken);
            if (part.Count < PartSize)
                return;
            query = query with { Above = part[^1].Row.Made };
        }
    }

    private async ValueTask<Entity<AgentTask>> UnblockAsync(ProjectState project, Entity<AgentTask> task, string completed, CancellationToken cancellationToken) =>
        (await board.ChangeAsync(
            project, task.Value.TaskId, sender: 0, version: null, (present, _) => new TaskRuling(TaskRules.Unblock(present, completed)), cancellationToken))
        .TryGet(out var changed, out _) ? changed : task;

    /// <summary>All tasks that a task would depend on, directly or indirectly.</summary>
    /// <returns>A conflict if the task itself is among them, with the path back to it, as titles.</returns>
    private async ValueTask<Result<IReadOnlyList<EntityRow>>> ChainAsync(ProjectState project, string id, IReadOnlyList<string> others, CancellationToken cancellationToken)
    {
        var title = (await board.FindAsync(project, id, cancellationToken))?.Value.Title ?? id;
        var cameFrom = new Dictionary<string, string?>(StringComparer.Ordinal);
        var titles = new Dictionary<string, string>(StringComparer.Ordinal);
        var rows = new List<EntityRow>();
        var ahead = new Queue<string>();
        foreach (var other in others)
        {
            if (cameFrom.TryAdd(other, null))
                ahead.Enqueue(other);
        }

        while (ahead.TryDequeue(out var next) && cameFrom.Count < MostLookedAt)
        {
            if (next == id)
                return Problems.Conflict($"depends_on would create a cycle, so none of these tasks could ever start: {string.Join(" -> ", [Name(title, id), .. Way(next)])}.");
            if (await board.FindAsync(project, next, cancellationToken) is not { } task)
                continue;
            titles[next] = task.Value.Title;
            rows.Add(task.Row);
            foreach (var other in task.Value.DependsOn)
            {
                if (cameFrom.TryAdd(other, next))
                    ahead.Enqueue(other);
            }
        }

        return rows;

        List<string> Way(string end)
        {
            var way = new List<string>();
            for (var at = end; at is not null; at = cameFrom[at])
                way.Add(Name(titles.GetValueOrDefault(at, at == id ? title : at), at));
            way.Reverse();
            return way;
        }
    }

    private static string Name(string title, string id) => $"'{title}' ({id})";
}
