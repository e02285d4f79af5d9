using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Wire;

namespace Parley.Server.Tasks;

/// <summary>Validates task requests, and creates and changes tasks.</summary>
internal static class TaskRules
{
    internal const string Noun = "task";

    /// <summary>The types of its log entries.</summary>
    internal const string CreatedType = "task_created", UpdatedType = "task_updated", OverdueType = "task_overdue", UnblockedType = "task_unblocked";

    internal const string GivenType = "assignment_made", EndedType = "assignment_changed";

    internal const int LargestResult = 256 * 1024;

    private const int LongestDescription = 64 * 1024, LargestRequirements = 64 * 1024, LongestReason = 16 * 1024, MostCapabilities = 50, MostDependencies = 100;

    internal const int LongestLease = 86_400;

    internal static ApiProblem? Check(TaskRequest request) => Sized("The requirements", request.Requirements, LargestRequirements) ?? new Validation()
        .Required("title", request.Title)
        .DisplayText("title", request.Title)
        .Length("description", request.Description, LongestDescription)
        .Defined("priority", request.Priority)
        .AgentId("agent_id", request.AgentId)
        .Check(request.AgentId is null || request.AutoAssign != true, "agent_id", "must be absent if auto_assign is true: the server chooses")
        .Uuid("parent_task_id", request.ParentTaskId)
        .Lists(request.RequiredCapabilities, request.DependsOn)
        .Problem;

    internal static ApiProblem? Check(TaskPatch patch)
    {
        var isSomething = patch.Title is not null || patch.Description is not null || patch.Priority is not null || patch.AutoAssign is not null ||
            patch.RequiredCapabilities is not null || patch.Requirements is not null || patch.DependsOn is not null || patch.DueDate is not null;
        return Sized("The requirements", patch.Requirements, LargestRequirements) ?? Sized("The result", patch.Result, LargestResult) ?? new Validation()
            .Check(isSomething || patch.Status is not null, "status", "is missing, and so are all other fields: give at least one")
            .Check(patch.Status is null || !isSomething, "status", "must be changed alone: a status change and other changes need two calls")
            .Check(patch.Status is not AgentTaskStatus.Assigned, "status", "assigned needs an agent: use assign instead")
            .Check(patch.Result is null || patch.Status == AgentTaskStatus.Completed, "result", "belongs to the status completed")
            .Check(patch.Error is null || patch.Status is AgentTaskStatus.Failed or AgentTaskStatus.Cancelled, "error", "belongs to the status failed or cancelled")
            .DisplayText("title", patch.Title)
            .Length("description", patch.Description, LongestDescription)
            .Length("error", patch.Error, LongestReason)
            .Defined("priority", patch.Priority)
            .Lists(patch.RequiredCapabilities, patch.DependsOn)
            .Problem;
    }

    internal static ApiProblem? Check(TaskVerb verb, TaskMove move) => Sized("The result", move.Result, LargestResult) ?? new Validation()
        .Check(move.Result is null || verb == TaskVerb.Complete, "result", "must be absent: only a completed task has one")
        .Check(move.Error is null || verb == TaskVerb.Fail, "error", "must be absent: only a failed task has one")
        .Check(move.Reason is null || verb is TaskVerb.Reject or TaskVerb.Unassign, "reason", "must be absent: it is only for reject")
        .Check(move.LeaseSeconds is null || verb is TaskVerb.Accept or TaskVerb.Start or TaskVerb.Extend, "lease_seconds", "must be absent: this change ends the lease")
        .Range("lease_seconds", move.LeaseSeconds, 1, LongestLease)
        .Length("error", move.Error, LongestReason)
        .Length("reason", move.Reason, LongestReason)
        .Problem;

    /// <param name="blockedBy">Those of the tasks it depends on that are not completed.</param>
    internal static AgentTask Create(TaskRequest request, string? creator, IReadOnlyList<string> blockedBy) => new()
    {
        TaskId = "",
        Title = request.Title!,
        Description = request.Description,
        Priority = request.Priority ?? Priority.Normal,
        CreatorId = creator,
        RequiredCapabilities = [.. (request.RequiredCapabilities ?? []).Distinct(StringComparer.Ordinal)],
        Requirements = Said(request.Requirements),
        DependsOn = [.. (request.DependsOn ?? []).Distinct(StringComparer.Ordinal)],
        BlockedBy = blockedBy,
        ParentTaskId = request.ParentTaskId,
        AutoAssign = request.AutoAssign ?? false,
        DueDate = request.DueDate,
    };

    /// <summary>Absent fields do not change.</summary>
    /// <param name="blockedBy">The uncompleted ones among the new dependencies; null if these do not change.</param>
    internal static Decision<AgentTask> Change(AgentTask task, TaskPatch patch, IReadOnlyList<string>? blockedBy)
    {
        if (TaskMoves.IsOver(task.Status))
            return Decision<AgentTask>.Refuse(Problems.Conflict($"The task '{task.TaskId}' is {WireType.WordOf(task.Status)}, so it cannot be changed."));
        if (blockedBy is not null && task.Status != AgentTaskStatus.Pending)
            return Decision<AgentTask>.Refuse(Problems.Conflict($"The task '{task.TaskId}' is {WireType.WordOf(task.Status)}, but its depends_on can be changed only while it is pending."));
        return Decision<AgentTask>.Put(
            task with
            {
                Title = patch.Title ?? task.Title,
                Description = patch.Description ?? task.Description,
                Priority = patch.Priority ?? task.Priority,
                AutoAssign = patch.AutoAssign ?? task.AutoAssign,
                RequiredCapabilities = patch.RequiredCapabilities is { } needed ? [.. needed.Distinct(StringComparer.Ordinal)] : task.RequiredCapabilities,
                Requirements = Said(patch.Requirements) ?? task.Requirements,
                DependsOn = patch.DependsOn is { } others ? [.. others.Distinct(StringComparer.Ordinal)] : task.DependsOn,
                BlockedBy = blockedBy ?? task.BlockedBy,
                DueDate = patch.DueDate ?? task.DueDate,
                // With a new date, it can become overdue again.
                Overdue = (patch.DueDate is not { } due || due == task.DueDate) && task.Overdue,
            },
            UpdatedType);
    }

    /// <summary>The due date has passed; logged once.</summary>
    internal static Decision<AgentTask> Late(AgentTask task, DateTimeOffset now) =>
        TaskMoves.IsOver(task.Status) || task.Overdue || task.DueDate is not { } due || due > now
            ? Decision<AgentTask>.Keep
            : Decision<AgentTask>.Put(task with { Overdue = true }, OverdueType);

    /// <summary>A task that it depends on was completed.</summary>
    internal static Decision<AgentTask> Unblock(AgentTask task, string completed) => TaskMoves.IsOver(task.Status) || !task.BlockedBy.Contains(completed)
        ? Decision<AgentTask>.Keep
        : Decision<AgentTask>.Put(task with { BlockedBy = [.. task.BlockedBy.Where(other => other != completed)] }, UnblockedType);

    /// <summary>How the parent's part counts change when a part changes; null if they do not.</summary>
    /// <param name="before">Null if the part is created.</param>
    /// <param name="after">Null if the part is deleted.</param>
    internal static TaskParts? PartsAfter(TaskParts parts, AgentTaskStatus? before, AgentTaskStatus? after)
    {
        var next = new TaskParts
        {
            Done = parts.Done + (after == AgentTaskStatus.Completed ? 1 : 0) - (before == AgentTaskStatus.Completed ? 1 : 0),
            Total = parts.Total + Counts(after) - Counts(before),
        };
        return next == parts ? null : next;
    }

    internal static ApiProblem NotFound(string id) => Problems.NotFound(Noun, id);

    private static int Counts(AgentTaskStatus? status) => status is null or AgentTaskStatus.Cancelled ? 0 : 1;

    private static JsonElement? Said(JsonElement? value) => value is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } said ? said : null;

    // Counts the bytes as stored, without the whitespace of the request.
    private static ApiProblem? Sized(string what, JsonElement? value, int most) =>
        value is { ValueKind: not JsonValueKind.Undefined } said && JsonSerializer.SerializeToUtf8Bytes(said, WireJson.Lenient.JsonElement).Length > most
            ? Problems.TooLarge(what, most)
            : null;

    private static Validation Lists(this Validation validation, IReadOnlyList<string>? capabilities, IReadOnlyList<string>? dependsOn)
    {
        validation
            .Check(capabilities is null || capabilities.Count <= MostCapabilities, "required_capabilities", $"has more than {MostCapabilities} items")
            .Check(dependsOn is null || dependsOn.Count <= MostDependencies, "depends_on", $"has more than {MostDependencies} items");
        for (var i = 0; i < capabilities?.Count && i < MostCapabilities; i++)
            validation.Required($"required_capabilities[{i}]", capabilities[i]).DisplayText($"required_capabilities[{i}]", capabilities[i], 100);
        for (var i = 0; i < dependsOn?.Count && i < MostDependencies; i++)
            validation.Required($"depends_on[{i}]", dependsOn[i]).Uuid($"depends_on[{i}]", dependsOn[i]);
        return validation;
    }
}
