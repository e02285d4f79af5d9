using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Projects;

namespace Parley.Server.Tasks;

/// <summary>What the server does by itself after a task changes or an agent comes online or goes offline: it assigns tasks, takes them back, and
/// unblocks waiting ones. If a crash interrupts this, <see cref="TaskKeeper"/> finishes it.</summary>
internal sealed class TaskFollowUp(
    TaskBoard board, AssignmentEngine engine, TaskDependencies dependencies, TimeProvider clock, FollowUps followUps) : ITaskWatcher, IAgentWatcher
{
    private const int PartSize = 100;

    public void Changed(ProjectState project, TaskChange change)
    {
        var (before, after) = (change.Before, change.After?.Value);
        // Operations that create or change a task assign it themselves and return the result.
        var isLost = after is not null && TaskMoves.IsWaiting(after) && change.Type is not (TaskRules.CreatedType or TaskRules.UpdatedType);
        var isCompleted = after is { Status: AgentTaskStatus.Completed } && before is not { Status: AgentTaskStatus.Completed };
        var freed = before is { AgentId: { } agent } && TaskMoves.IsHeld(before.Status) && (after is null || !TaskMoves.IsHeld(after.Status) || after.AgentId != agent)
            ? project.Agents.Find(agent)
            : null;
        if (isLost || isCompleted || freed is not null)
            _ = FollowAsync(project, isLost ? after!.TaskId : null, isCompleted ? after!.TaskId : null, freed);
    }

    public void Came(ProjectState project, AgentState agent) => _ = followUps.RunAsync(project, "a task", cancel => engine.ServeAsync(project, agent, cancel));

    public void Left(ProjectState project, AgentState agent) => _ = followUps.RunAsync(project, "a task", cancel => FreeAsync(project, agent, isGone: false, cancel));

    public async ValueTask RemovedAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken) =>
        await followUps.RunAsync(project, "a task", cancel => FreeAsync(project, agent, isGone: true, cancel));

    private async Task FollowAsync(ProjectState project, string? lost, string? completed, AgentState? freed)
    {
        await followUps.RunAsync(project, "a task", async cancel =>
        {
            if (lost is not null && await board.FindAsync(project, lost, cancel) is { } task)
                await engine.GiveAsync(project, task, cancel);
            if (completed is not null)
                await dependencies.TellAsync(project, completed, cancel);
            // Asked each time: another node may have created the task that waits.
            if (freed is not null && await board.AnyAsync(project, TaskKinds.Waiting, cancel))
                await engine.ServeAsync(project, freed, cancel);
        });
    }

    /// <summary>Takes tasks back from an agent: all of them if the agent was deleted, otherwise those that the server can reassign.</summary>
    private async ValueTask FreeAsync(ProjectState project, AgentState agent, bool isGone, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(project.Number, TaskKinds.Task.Number, PartSize) { Marks = [TaskKinds.HeldBy(agent.Id)], OldestFirst = true };
        while (true)
        {
            var part = await board.ListAsync(query, cancellationToken);
            foreach (var task in part.Where(task => isGone || task.Value.AutoAssign))
            {
                var step = new TaskStep(TaskVerb.Unassign, clock.GetUtcNow()) { Reason = isGone ? "The agent was deleted." : "The agent went offline." };
                await board.MoveAsync(
                    project, task.Value.TaskId, sender: 0, version: null,
                    present => present.AgentId == agent.Id && TaskMoves.IsHeld(present.Status) && (isGone || !agent.IsOnline) ? step : null, cancellationToken);
            }

            if (part.Count < PartSize)
                return;
            query = query with { Above = part[^1].Row.Made };
        }
    }
}
