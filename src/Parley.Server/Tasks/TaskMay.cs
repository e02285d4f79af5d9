using Parley.Protocol;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Tasks;

/// <summary>What a caller can do with a task, and why not the rest. Pure functions, on top of the rules themselves.</summary>
internal static class TaskMay
{
    /// <summary>What callers ask for, in the order of a task's life. The end of a lease is no move of theirs.</summary>
    private static readonly TaskVerb[] Verbs =
    [
        TaskVerb.Assign, TaskVerb.Unassign, TaskVerb.Accept, TaskVerb.Reject, TaskVerb.Start, TaskVerb.Extend, TaskVerb.Complete, TaskVerb.Fail, TaskVerb.Cancel,
    ];

    /// <summary>For a caller that knows the task's fence if it is the agent that has it, and needs none otherwise.</summary>
    internal static IReadOnlyList<PossibleMove> Of(AgentTask task, Caller caller)
    {
        var (manages, works) = (caller.May(Permission.WriteTasks), caller.May(Permission.WorkOnTasks));
        var worker = works == Access.Own ? caller.AgentId : null;
        return [.. Verbs.Select(verb => Of(task, verb, IsWorkers(verb) ? works : manages, worker))];
    }

    internal static PossibleMove Of(AgentTask task, TaskVerb verb, Access access, string? worker)
    {
        var step = new TaskStep(verb, default) { Agent = task.AgentId ?? "", Worker = worker, Fence = worker is not null && worker == task.AgentId ? task.Fence : null };
        var why = TaskMoves.Make(task, null, step).Task.Problem is not null ? WhyNot(task, verb) : access == Access.No ? "Your token can only read." : null;
        return new PossibleMove { Move = WireType.WordOf(verb), Allowed = why is null, Why = why };
    }

    private static bool IsWorkers(TaskVerb verb) => verb is TaskVerb.Accept or TaskVerb.Reject or TaskVerb.Start or TaskVerb.Extend or TaskVerb.Complete or TaskVerb.Fail;

    private static string WhyNot(AgentTask task, TaskVerb verb) =>
        TaskMoves.IsOver(task.Status) ? "It has ended."
        : !TaskMoves.IsLegal(task.Status, verb) ? (TaskMoves.IsHeld(task.Status) ? "It has begun already." : "Nobody has it.")
        : IsWorkers(verb) ? $"Only '{task.AgentId}', which has it, can {WireType.WordOf(verb)} it."
        : $"It waits for the task '{task.BlockedBy[0]}'.";
}
