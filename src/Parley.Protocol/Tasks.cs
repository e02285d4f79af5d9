using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>A piece of work for one agent: assigned under a lease, and ended only once.</summary>
public sealed record AgentTask
{
    public required string TaskId { get; init; }
    public required string Title { get; init; }
    public string? Description { get; init; }
    public AgentTaskStatus Status { get; init; }
    public Priority Priority { get; init; } = Priority.Normal;

    /// <summary>The agent that created it; null for a person.</summary>
    public string? CreatorId { get; init; }

    /// <summary>The agent that has it, or had it when it ended; null while it is pending.</summary>
    public string? AgentId { get; init; }

    /// <summary>The capabilities that an agent must have for the server to choose it.</summary>
    // Generated deserializers set a property to null if the JSON leaves it out, no matter what its initializer is.
    public IReadOnlyList<string> RequiredCapabilities { get => field ?? []; init; }

    /// <summary>Any JSON, up to 64 KiB.</summary>
    public JsonElement? Requirements { get; init; }

    /// <summary>The tasks that must be completed before this one is assigned.</summary>
    public IReadOnlyList<string> DependsOn { get => field ?? []; init; }

    /// <summary>Those of <see cref="DependsOn"/> that are not completed yet.</summary>
    public IReadOnlyList<string> BlockedBy { get => field ?? []; init; }

    public string? ParentTaskId { get; init; }

    /// <summary>The number of its parts.</summary>
    public TaskParts Parts { get => field ?? new TaskParts(); init; }

    /// <summary>If true, the server assigns it to an agent, and to another one if that agent loses it.</summary>
    public bool AutoAssign { get; init; }

    public DateTimeOffset? DueDate { get; init; }

    /// <summary>If true, the due date passed before the task ended.</summary>
    public bool Overdue { get; init; }

    /// <summary>The result of a completed task: any JSON, up to 256 KiB.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Why it failed or was cancelled.</summary>
    public string? Error { get; init; }

    /// <summary>Increases each time the task is assigned or taken away. The agent that has the task sends it with each call.</summary>
    public long Fence { get; init; }

    /// <summary>If the task has not ended by then and the lease is not extended, the agent loses the task.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>The thread of the task's messages.</summary>
    public string? ThreadId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was completed, failed, or was cancelled.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>What the caller can do with it now. Only in a task that was asked for by its id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PossibleMove>? May { get; init; }

    /// <summary>Increases with every change. Send it as <c>If-Match</c> to make a change only if nobody else has changed the task since.</summary>
    public long Version { get; init; }

    /// <summary>A short number for it, unique in its project; a later task has a higher one. Paths take it in place of the id.</summary>
    public long Number { get; init; }
}

/// <summary>A move of a task, and whether the caller can make it.</summary>
public sealed record PossibleMove
{
    /// <summary><c>assign</c>, <c>unassign</c>, <c>accept</c>, <c>reject</c>, <c>start</c>, <c>extend</c>, <c>complete</c>, <c>fail</c>, or
    /// <c>cancel</c>.</summary>
    public required string Move { get; init; }

    public bool Allowed { get; init; }

    /// <summary>Why not, in a sentence; null if it is allowed.</summary>
    public string? Why { get; init; }
}

public enum AgentTaskStatus
{
    Pending,
    Assigned,
    InProgress,
    Completed,
    Failed,
    Cancelled,
}

/// <summary>How many parts a task has, and how many of them are completed. Cancelled parts are not counted.</summary>
public sealed record TaskParts
{
    public int Done { get; init; }
    public int Total { get; init; }
}

/// <summary>One assignment of a task to an agent.</summary>
public sealed record Assignment
{
    public required string AssignmentId { get; init; }
    public required string TaskId { get; init; }
    public required string AgentId { get; init; }

    /// <summary>The fence of this assignment.</summary>
    public long Fence { get; init; }

    public AssignmentStatus Status { get; init; }

    /// <summary>Why it was rejected, failed, or lapsed.</summary>
    public string? Reason { get; init; }

    public DateTimeOffset AssignedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }
}

public enum AssignmentStatus
{
    Assigned,
    Accepted,
    Rejected,
    Completed,
    Failed,

    /// <summary>The lease ended, or the task was taken away.</summary>
    Lapsed,
}

/// <summary>A task to create.</summary>
public sealed record TaskRequest
{
    /// <summary>One line, up to 200 characters.</summary>
    public string? Title { get; init; }

    /// <summary>Up to 65,536 characters.</summary>
    public string? Description { get; init; }

    public Priority? Priority { get; init; }

    /// <summary>Assigns the task to this agent at once.</summary>
    public string? AgentId { get; init; }

    /// <summary>If true, the server assigns it to a suitable agent, at once or when one comes online, and to another one if that agent loses
    /// it.</summary>
    public bool? AutoAssign { get; init; }

    public IReadOnlyList<string>? RequiredCapabilities { get; init; }
    public JsonElement? Requirements { get; init; }
    public IReadOnlyList<string>? DependsOn { get; init; }
    public string? ParentTaskId { get; init; }
    public DateTimeOffset? DueDate { get; init; }
}

/// <summary>Changes to a task. Absent fields do not change.</summary>
public sealed record TaskPatch
{
    /// <summary>Absent if the path has it.</summary>
    public string? TaskId { get; init; }

    public string? Title { get; init; }
    public string? Description { get; init; }
    public Priority? Priority { get; init; }
    public bool? AutoAssign { get; init; }
    public IReadOnlyList<string>? RequiredCapabilities { get; init; }
    public JsonElement? Requirements { get; init; }
    public IReadOnlyList<string>? DependsOn { get; init; }
    public DateTimeOffset? DueDate { get; init; }

    /// <summary><c>pending</c> takes the task away, <c>in_progress</c> starts it, <c>completed</c>, <c>failed</c>, and <c>cancelled</c> end it, like
    /// the corresponding calls.</summary>
    public AgentTaskStatus? Status { get; init; }

    /// <summary>With <c>status</c>: the fence of the task, which the agent that has it must send.</summary>
    public long? Fence { get; init; }

    /// <summary>With the status <c>completed</c>.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>With the status <c>failed</c> or <c>cancelled</c>.</summary>
    public string? Error { get; init; }

    /// <summary>Only if the task has this version.</summary>
    public long? IfVersion { get; init; }
}

/// <summary>Assigns a task.</summary>
public sealed record TaskAssignment
{
    /// <summary>Absent if the path has it.</summary>
    public string? TaskId { get; init; }

    /// <summary>If absent, the server chooses one.</summary>
    public string? AgentId { get; init; }

    /// <summary>Only if the task has this version.</summary>
    public long? IfVersion { get; init; }
}

/// <summary>A call by the agent that has the task.</summary>
public sealed record TaskMove
{
    /// <summary>Absent if the path has it.</summary>
    public string? TaskId { get; init; }

    /// <summary>The fence of the assignment. An operator may leave it out; the agent then loses the task.</summary>
    public long? Fence { get; init; }

    /// <summary>How long the lease lasts from now on; the server's setting if absent.</summary>
    public int? LeaseSeconds { get; init; }

    /// <summary>For completing it: any JSON, up to 256 KiB.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>For failing it: the reason.</summary>
    public string? Error { get; init; }

    /// <summary>For rejecting it or taking it back: the reason.</summary>
    public string? Reason { get; init; }

    /// <summary>Only if the task has this version.</summary>
    public long? IfVersion { get; init; }
}

public static partial class FrameEvents
{
    public const string TaskCreate = "task:create";
    public const string TaskAssign = "task:assign";
    public const string TaskUpdate = "task:update";
    public const string TaskComplete = "task:complete";
    public const string TaskAssigned = "task:assigned";
    public const string TaskUpdated = "task:updated";
}
