using System.Globalization;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Wire;

namespace Parley.Server.Tasks;

/// <summary>What can happen to a task.</summary>
internal enum TaskVerb
{
    Assign,
    Accept,
    Reject,
    Start,
    Extend,
    Complete,
    Fail,
    Cancel,

    /// <summary>It is taken from the agent that has it.</summary>
    Unassign,

    /// <summary>Its lease has ended.</summary>
    Lapse,
}

/// <summary>A requested transition, and who requests it.</summary>
internal sealed record TaskStep(TaskVerb Verb, DateTimeOffset Now)
{
    /// <summary>The agent to assign it to.</summary>
    internal string? Agent { get; init; }

    /// <summary>The end of the agent's lease.</summary>
    internal DateTimeOffset? LeaseUntil { get; init; }

    internal long? Fence { get; init; }

    /// <summary>The agent that acts only for itself; null for an operator or the server, who need no fence to end a task or take it back.</summary>
    internal string? Worker { get; init; }

    internal JsonElement? Result { get; init; }

    /// <summary>Why it fails, is rejected, or is taken back.</summary>
    internal string? Reason { get; init; }
}

/// <summary>The effect of a transition on a task and its assignments.</summary>
/// <param name="Ended">The previous assignment, as it is now; null if there was none, or if it does not change.</param>
/// <param name="Given">A new assignment.</param>
internal sealed record TaskRuling(Decision<AgentTask> Task, Assignment? Ended = null, Assignment? Given = null)
{
    internal static TaskRuling Keep { get; } = new(Decision<AgentTask>.Keep);

    internal static TaskRuling Refuse(ApiProblem problem) => new(Decision<AgentTask>.Refuse(problem));
}

/// <summary>The state machine of tasks: which transitions are legal, who may make them, and what they change. Pure functions.</summary>
internal static class TaskMoves
{
    private static readonly Dictionary<AgentTaskStatus, TaskVerb[]> Legal = new()
    {
        [AgentTaskStatus.Pending] = [TaskVerb.Assign, TaskVerb.Cancel],
        [AgentTaskStatus.Assigned] =
        [
            TaskVerb.Assign, TaskVerb.Accept, TaskVerb.Reject, TaskVerb.Start, TaskVerb.Extend, TaskVerb.Complete, TaskVerb.Fail, TaskVerb.Cancel,
            TaskVerb.Unassign, TaskVerb.Lapse,
        ],
        [AgentTaskStatus.InProgress] =
        [
            TaskVerb.Assign, TaskVerb.Reject, TaskVerb.Extend, TaskVerb.Complete, TaskVerb.Fail, TaskVerb.Cancel, TaskVerb.Unassign, TaskVerb.Lapse,
        ],
        [AgentTaskStatus.Completed] = [],
        [AgentTaskStatus.Failed] = [],
        [AgentTaskStatus.Cancelled] = [],
    };

    internal static bool IsOver(AgentTaskStatus status) => status is AgentTaskStatus.Completed or AgentTaskStatus.Failed or AgentTaskStatus.Cancelled;

    /// <summary>Whether an agent has it.</summary>
    internal static bool IsHeld(AgentTaskStatus status) => status is AgentTaskStatus.Assigned or AgentTaskStatus.InProgress;

    /// <summary>Whether the server should assign it.</summary>
    internal static bool IsWaiting(AgentTask task) => task is { Status: AgentTaskStatus.Pending, AutoAssign: true, BlockedBy.Count: 0 };

    internal static bool IsLegal(AgentTaskStatus from, TaskVerb verb) => Legal[from].Contains(verb);

    /// <summary>The status after a transition.</summary>
    internal static AgentTaskStatus StatusAfter(AgentTaskStatus from, TaskVerb verb) => verb switch
    {
        TaskVerb.Assign => AgentTaskStatus.Assigned,
        TaskVerb.Start => AgentTaskStatus.InProgress,
        TaskVerb.Complete => AgentTaskStatus.Completed,
        TaskVerb.Fail => AgentTaskStatus.Failed,
        TaskVerb.Cancel => AgentTaskStatus.Cancelled,
        TaskVerb.Reject or TaskVerb.Unassign or TaskVerb.Lapse => AgentTaskStatus.Pending,
        _ => from,
    };

    /// <summary>Makes a transition, or says why not.</summary>
    /// <param name="task">The current task.</param>
    /// <param name="current">The current assignment; null if there is none.</param>
    internal static TaskRuling Make(AgentTask task, Assignment? current, TaskStep step)
    {
        if (Refusal(task, step) is { } problem)
            return TaskRuling.Refuse(problem);

        var status = StatusAfter(task.Status, step.Verb);
        var next = task with { Status = status, Fence = FenceAfter(task, step) };
        if (IsOver(status))
        {
            next = next with
            {
                LeaseUntil = null,
                Result = status == AgentTaskStatus.Completed ? step.Result : null,
                Error = status == AgentTaskStatus.Completed ? null : step.Reason,
            };
        }
        else
        {
            next = status == AgentTaskStatus.Pending
                ? next with { AgentId = null, LeaseUntil = null }
                : next with { AgentId = step.Agent ?? task.AgentId, LeaseUntil = step.LeaseUntil ?? task.LeaseUntil };
        }

        var given = step.Verb == TaskVerb.Assign
            ? new Assignment { AssignmentId = "", TaskId = task.TaskId, AgentId = step.Agent!, Fence = next.Fence }
            : null;
        var was = current is null ? null : Changed(current, step);
        return new TaskRuling(Decision<AgentTask>.Put(next, TypeOf(step.Verb)), was == current ? null : was, given);
    }

    /// <summary>The type of the log entry for a transition.</summary>
    internal static string TypeOf(TaskVerb verb) => verb switch
    {
        TaskVerb.Assign => "task_assigned",
        TaskVerb.Accept => "task_accepted",
        TaskVerb.Reject => "task_rejected",
        TaskVerb.Start => "task_started",
        TaskVerb.Extend => "task_extended",
        TaskVerb.Complete => "task_completed",
        TaskVerb.Fail => "task_failed",
        TaskVerb.Cancel => "task_cancelled",
        TaskVerb.Unassign => "task_unassigned",
        _ => "task_lapsed",
    };

    private static ApiProblem? Refusal(AgentTask task, TaskStep step)
    {
        var isWorkers = step.Verb is TaskVerb.Accept or TaskVerb.Reject or TaskVerb.Start or TaskVerb.Extend or TaskVerb.Complete or TaskVerb.Fail;
        // An operator who ends a task may leave out the fence; a caller that acts for the agent may not.
        var needsFence = isWorkers && (step.Worker is not null || step.Verb is not (TaskVerb.Complete or TaskVerb.Fail));
        if (step.Fence is { } fence && fence != task.Fence)
            return LeaseLost(task, fence);
        if (!IsLegal(task.Status, step.Verb))
            return Illegal(task, step.Verb);
        if (step.Fence is null && needsFence && task.Fence > 0)
            return LeaseLost(task, null);
        if (isWorkers && step.Worker is { } worker && worker != task.AgentId)
            return Problems.Forbidden($"'{worker}' does not have the task '{task.TaskId}'; '{task.AgentId}' has it.");
        return step.Verb == TaskVerb.Assign && task.BlockedBy is [var first, ..]
            ? Problems.Conflict($"The task '{task.TaskId}' depends on '{first}', which is not completed yet, so it cannot be assigned.")
            : null;
    }

    /// <summary>The fence goes up with each assignment and each loss, and when somebody else ends the task.</summary>
    private static long FenceAfter(AgentTask task, TaskStep step) => step.Verb switch
    {
        TaskVerb.Accept or TaskVerb.Start or TaskVerb.Extend => task.Fence,
        TaskVerb.Complete or TaskVerb.Fail when step.Fence is not null => task.Fence,
        TaskVerb.Cancel when !IsHeld(task.Status) => task.Fence,
        _ => task.Fence + 1,
    };

    private static Assignment Changed(Assignment current, TaskStep step) => step.Verb switch
    {
        TaskVerb.Accept or TaskVerb.Start => current with { Status = AssignmentStatus.Accepted },
        TaskVerb.Extend => current,
        TaskVerb.Complete => current with { Status = AssignmentStatus.Completed },
        TaskVerb.Fail => current with { Status = AssignmentStatus.Failed, Reason = step.Reason },
        TaskVerb.Reject => current with { Status = AssignmentStatus.Rejected, Reason = step.Reason },
        _ => current with { Status = AssignmentStatus.Lapsed, Reason = step.Reason ?? Why(step.Verb) },
    };

    private static string Why(TaskVerb verb) => verb switch
    {
        TaskVerb.Assign => "The task was assigned to another agent.",
        TaskVerb.Cancel => "The task was cancelled.",
        TaskVerb.Unassign => "The task was taken back.",
        _ => "The lease ended.",
    };

    private static ApiProblem LeaseLost(AgentTask task, long? fence) => new(
        ErrorCodes.LeaseLost,
        fence is null
            ? $"The fence of task '{task.TaskId}' is missing: send the fence that came with the assignment."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"The fence {fence} of task '{task.TaskId}' is out of date: the task was taken away or reassigned in the meantime. Stop working on it."));

    private static ApiProblem Illegal(AgentTask task, TaskVerb verb)
    {
        var (from, to) = (WireType.WordOf(task.Status), WireType.WordOf(StatusAfter(task.Status, verb)));
        var legal = Legal[task.Status].Where(other => other != TaskVerb.Lapse).Select(WireType.WordOf).ToList();
        var may = legal.Count == 0 ? "It has ended and cannot be changed." : $"Possible now: {string.Join(", ", legal)}.";
        return Problems.Conflict($"The task '{task.TaskId}' is {from}; {WireType.WordOf(verb)} (from {from} to {to}) is not possible. {may}");
    }
}
