using System.Globalization;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.Tasks;

/// <summary>Tasks and their assignments as kinds of entities, with their search keys.</summary>
internal static class TaskKinds
{
    internal const string ATask =
        """
        {"task_id": "0199e1c1-0000-7000-8000-000000000700", "title": "Build the login page", "description": "With a form and a test.",
         "status": "in_progress", "priority": 2, "creator_id": "pm-1", "agent_id": "fe-1", "required_capabilities": ["typescript"],
         "requirements": {"estimated_hours": 8}, "depends_on": [], "blocked_by": [], "parent_task_id": null, "parts": {"done": 0, "total": 0},
         "auto_assign": true, "due_date": "2026-01-23T12:00:00.000Z", "overdue": false, "result": null, "error": null, "fence": 1,
         "lease_until": "2026-01-22T13:55:00.000Z", "thread_id": "0199e1c1-0000-7000-8000-000000000700",
         "created_at": "2026-01-22T13:50:00.000Z", "completed_at": null, "number": 1040, "version": 1042}
        """;

    /// <summary>As an operator gets it.</summary>
    internal static readonly string ATaskAlone = ATask.Replace(
        "\"number\"",
        """
        "may": [{"move": "start", "allowed": false, "why": "It has begun already."}, {"move": "complete", "allowed": true, "why": null}], "number"
        """,
        StringComparison.Ordinal);

    internal const string AnAssignment =
        """
        {"assignment_id": "0199e1c1-0000-7000-8000-000000000710", "task_id": "0199e1c1-0000-7000-8000-000000000700", "agent_id": "fe-1", "fence": 1,
         "status": "accepted", "reason": null, "assigned_at": "2026-01-22T13:50:00.000Z", "completed_at": null}
        """;

    /// <summary>The key that makes frames in which the engine chooses wait for each other.</summary>
    internal const string ByTheEngine = "by the engine";

    /// <summary>Tasks that wait for the server to assign them.</summary>
    internal const string Waiting = "waiting";

    internal const string Overdue = "overdue", Blocked = "blocked";

    internal static EntityKind<AgentTask> Task { get; } = new()
    {
        Number = (int)EntryKind.Task,
        Name = "task",
        Feed = "tasks",
        RemovedType = "task_removed",
        Fields = new EntityFields("task_id") { Thread = "thread_id", EndedAt = "completed_at", Version = "version", Place = "number" },
        Json = WireJson.Lenient.AgentTask,
        Filled = static (task, row) => Filled(task, row, row.Id.ToString()),
        Marks = Marks,
        Filter = query => TaskQuery.Read(query).Filter,
        Due = Due,
        IsOver = task => TaskMoves.IsOver(task.Status),
        Events =
        [
            new(TaskRules.CreatedType, "A task was created."),
            new(TaskRules.UpdatedType, "A task's details changed, or the number of its completed parts."),
            new(TaskMoves.TypeOf(TaskVerb.Assign), "A task was assigned to an agent."),
            new(TaskMoves.TypeOf(TaskVerb.Accept), "The agent accepted a task."),
            new(TaskMoves.TypeOf(TaskVerb.Reject), "The agent rejected a task. It is pending again."),
            new(TaskMoves.TypeOf(TaskVerb.Start), "The agent started work on a task."),
            new(TaskMoves.TypeOf(TaskVerb.Extend), "The agent extended its lease on a task."),
            new(TaskMoves.TypeOf(TaskVerb.Unassign), "A task was taken from its agent, perhaps because the agent went offline or was deleted. It is pending again."),
            new(TaskMoves.TypeOf(TaskVerb.Lapse), "The agent's lease on a task ended. The task is pending again."),
            new(TaskRules.UnblockedType, "A task that this one depends on completed."),
            new(TaskMoves.TypeOf(TaskVerb.Complete), "A task completed."),
            new(TaskMoves.TypeOf(TaskVerb.Fail), "A task failed."),
            new(TaskMoves.TypeOf(TaskVerb.Cancel), "A task was cancelled."),
            new(TaskRules.OverdueType, "The due date of a task passed before the task ended. Published once per due date."),
            new("task_removed", "A task was deleted. The event has its last state."),
        ],
        Example = ATask,
    };

    internal static EntityKind<Assignment> Assignment { get; } = new()
    {
        Number = 21,
        Name = "assignment",
        Feed = "assignments",
        RemovedType = "assignment_removed",
        Fields = new EntityFields("assignment_id") { CreatedAt = "assigned_at", EndedAt = "completed_at" },
        Json = WireJson.Lenient.Assignment,
        NameOf = assignment => NameOf(assignment.TaskId, assignment.Fence),
        IsOver = assignment => assignment.Status is not (AssignmentStatus.Assigned or AssignmentStatus.Accepted),
        Example = AnAssignment,
    };

    private static AgentTask Filled(AgentTask task, EntityRow row, string id) => task with
    {
        TaskId = id,
        ThreadId = id,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.MadeAt),
        CompletedAt = row.IsOver ? DateTimeOffset.FromUnixTimeMilliseconds(row.ChangedAt) : null,
        Number = row.Made,
        Version = row.Changed,
    };

    /// <summary>Each fence belongs to one assignment, so the name is unique. The names sort in the order of the assignments.</summary>
    internal static string NameOf(string taskId, long fence) => string.Create(CultureInfo.InvariantCulture, $"{PrefixOf(taskId)}{fence:D12}");

    internal static string PrefixOf(string taskId) => $"{taskId}/";

    internal static string Mark(AgentTaskStatus status) => $"status={WireType.WordOf(status)}";

    /// <summary>All tasks that an agent has or had.</summary>
    internal static string OfAgent(string agentId) => $"agent={agentId}";

    /// <summary>The tasks that an agent has now.</summary>
    internal static string HeldBy(string agentId) => $"held={agentId}";

    internal static string OfCreator(string agentId) => $"creator={agentId}";

    internal static string After(string taskId) => $"after={taskId}";

    internal static string PartOf(string taskId) => $"part={taskId}";

    /// <summary>Waiting tasks of one priority whose first capability is this one. The first is the first in alphabetical order, and empty for a task
    /// that needs none.</summary>
    internal static string Wants(string capability, Priority priority) => string.Create(CultureInfo.InvariantCulture, $"wants={(int)priority}/{capability}");

    internal static string KeyOf(AgentTask task) => task.RequiredCapabilities.Order(StringComparer.Ordinal).FirstOrDefault() ?? "";

    private static IReadOnlyList<string> Marks(AgentTask task)
    {
        var marks = new List<string> { Mark(task.Status) };
        if (task.AgentId is { } agent)
        {
            marks.Add(OfAgent(agent));
            if (TaskMoves.IsHeld(task.Status))
                marks.Add(HeldBy(agent));
        }

        if (task.CreatorId is { } creator)
            marks.Add(OfCreator(creator));
        if (task.ParentTaskId is { } parent)
            marks.Add(PartOf(parent));
        if (TaskMoves.IsWaiting(task))
        {
            marks.Add(Waiting);
            marks.Add(Wants(KeyOf(task), task.Priority));
        }

        if (TaskMoves.IsOver(task.Status))
            return marks;
        if (task.Overdue)
            marks.Add(Overdue);
        if (task.BlockedBy.Count > 0)
            marks.Add(Blocked);
        marks.AddRange(task.BlockedBy.Select(After));
        return marks;
    }

    /// <summary>The end of its lease or its due date, whichever comes first.</summary>
    private static DateTimeOffset? Due(AgentTask task)
    {
        if (TaskMoves.IsOver(task.Status))
            return null;
        var late = task.Overdue ? null : task.DueDate;
        return task.LeaseUntil is { } lease && (late is null || lease < late) ? lease : late;
    }
}
