using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Projects;

namespace Parley.Server.Tasks;

/// <summary>Takes tasks away when their leases end, and marks tasks as overdue, once, when their due dates pass.</summary>
internal sealed class TaskDue(TaskBoard board, ProjectDirectory projects) : IDueLook<AgentTask>
{
    public async ValueTask LookAsync(int project, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (projects.Find(project) is not { } state)
            return;
        await board.MoveAsync(
            state, id.ToString(), sender: 0, version: null,
            task => TaskMoves.IsHeld(task.Status) && task.LeaseUntil <= now ? new TaskStep(TaskVerb.Lapse, now) : null, cancellationToken);
        await board.ChangeAsync(
            state, id.ToString(), sender: 0, version: null, (task, _) => new TaskRuling(TaskRules.Late(task, now)), cancellationToken);
    }
}
