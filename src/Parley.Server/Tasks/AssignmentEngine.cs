using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Settings;
using Parley.Server.Storage;
using Parley.Server.Wire;

namespace Parley.Server.Tasks;

/// <summary>Assigns tasks to suitable agents: at once, again when an agent loses a task, and when an agent comes online that can take waiting
/// ones.</summary>
internal sealed class AssignmentEngine(TaskBoard board, AgentChoice choice, ServerSettings settings, TimeProvider clock)
{
    /// <summary>The most waiting tasks per capability that are searched for one that an agent can do.</summary>
    private const int MostLookedAt = 1_000, PartSize = 50;

    /// <summary>Assigns a waiting task, if any agent can take it now.</summary>
    /// <returns>The task afterward.</returns>
    internal async ValueTask<Entity<AgentTask>> GiveAsync(ProjectState project, Entity<AgentTask> task, CancellationToken cancellationToken)
    {
        var passed = new List<string>();
        while (TaskMoves.IsWaiting(task.Value) && await choice.ChooseAsync(project, task.Value, passed, cancellationToken) is { } agent)
        {
            var result = await GiveAsync(project, 0, task.Value.TaskId, null, agent, mustWait: true, cancellationToken);
            if (result.TryGet(out var given, out var problem))
                return given;
            if (problem.Code is not (ErrorCodes.MailboxFull or ErrorCodes.NotFound))
                return task;
            passed.Add(agent.Id);
        }

        return task;
    }

    /// <summary>Assigns a task once, because a caller asked for it.</summary>
    internal async ValueTask<Result<Entity<AgentTask>>> AssignAsync(ProjectState project, int sender, string id, long? version, CancellationToken cancellationToken)
    {
        if (await board.FindAsync(project, id, cancellationToken) is not { } task)
            return TaskRules.NotFound(id);
        if (TaskMoves.IsLegal(task.Value.Status, TaskVerb.Assign) && task.Value.BlockedBy.Count == 0 && (version is null || version == task.Version))
        {
            // Skips the agent that has it now.
            var passed = task.Value.AgentId is { } present ? [present] : new List<string>();
            return await choice.ChooseAsync(project, task.Value, passed, cancellationToken) is { } agent
                ? await GiveAsync(project, sender, id, version, agent, mustWait: false, cancellationToken)
                : new ApiProblem(ErrorCodes.NoCapableAgent, NobodyFor(task.Value));
        }

        // Lets the rules produce the error.
        var step = new TaskStep(TaskVerb.Assign, clock.GetUtcNow()) { Agent = "", LeaseUntil = clock.GetUtcNow() };
        return await board.MoveAsync(project, id, sender, version, _ => step, cancellationToken);
    }

    /// <summary>Assigns waiting tasks that an agent can do, the highest priority first, then the oldest, until it has enough.</summary>
    internal async ValueTask ServeAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken)
    {
        if (!AgentChoice.IsReady(project, agent))
            return;
        var room = settings.TaskLimit - await board.CountHeldAsync(project, agent.Id, settings.TaskLimit, cancellationToken);
        if (room <= 0)
            return;
        for (var priority = Priority.Critical; priority >= Priority.Low; priority--)
        {
            foreach (var key in agent.Record.Capabilities.Prepend(""))
            {
                room -= await ServeAsync(project, agent, TaskKinds.Wants(key, priority), room, cancellationToken);
                if (room <= 0)
                    return;
            }
        }
    }

    /// <summary>Checks the waiting tasks of a project: the node that should have assigned them may have been killed.</summary>
    internal async ValueTask LookAsync(ProjectState project, CancellationToken cancellationToken)
    {
        var able = AgentDirectory.Everybody(project).Where(agent => AgentChoice.IsReady(project, agent)).ToList();
        if (able.Count == 0)
            return;
        if (!await board.AnyAsync(project, TaskKinds.Waiting, cancellationToken))
            return;
        foreach (var key in able.SelectMany(agent => agent.Record.Capabilities).Prepend("").Distinct(StringComparer.Ordinal))
        {
            for (var priority = Priority.Critical; priority >= Priority.Low; priority--)
            {
                var query = new EntityQuery(project.Number, TaskKinds.Task.Number, PartSize) { Marks = [TaskKinds.Wants(key, priority)], OldestFirst = true };
                foreach (var task in await board.ListAsync(query, cancellationToken))
                    await GiveAsync(project, task, cancellationToken);
            }
        }
    }

    private async ValueTask<int> ServeAsync(ProjectState project, AgentState agent, string mark, int room, CancellationToken cancellationToken)
    {
        var (given, looked) = (0, 0);
        var query = new EntityQuery(project.Number, TaskKinds.Task.Number, PartSize) { Marks = [mark], OldestFirst = true };
        while (given < room && looked < MostLookedAt)
        {
            var part = await board.ListAsync(query, cancellationToken);
            foreach (var task in part)
            {
                if (given >= room)
                    break;
                // Assigns it to the best agent, which may be a different one.
                if (!await choice.MayTakeAsync(project, agent, task.Value, cancellationToken))
                    continue;
                var after = await GiveAsync(project, task, cancellationToken);
                if (after.Value.AgentId == agent.Id)
                    given++;
            }

            if (part.Count < PartSize)
                break;
            looked += part.Count;
            query = query with { Above = part[^1].Row.Made };
        }

        return given;
    }

    /// <param name="mustWait">Only if it is still waiting to be assigned.</param>
    private ValueTask<Result<Entity<AgentTask>>> GiveAsync(
        ProjectState project, int sender, string id, long? version, AgentState agent, bool mustWait, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var step = new TaskStep(TaskVerb.Assign, now) { Agent = agent.Id, LeaseUntil = now + settings.TaskLease };
        return board.MoveAsync(project, id, sender, version, task => mustWait && !TaskMoves.IsWaiting(task) ? null : step, cancellationToken);
    }

    private static string NobodyFor(AgentTask task) => task.RequiredCapabilities.Count == 0
        ? "No agent is online, not paused, and has room for this task; nothing was changed."
        : $"No agent with the capabilities {string.Join(", ", task.RequiredCapabilities.Select(Problems.Shown))} is online, not paused, and has room for this task; nothing was changed.";
}
