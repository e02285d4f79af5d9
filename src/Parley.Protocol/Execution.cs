using System.Text.Json;

namespace Parley.Protocol;

/// <summary>One run of a piece of work.</summary>
public sealed record Execution
{
    public required string ExecutionId { get; init; }
    public string? Title { get; init; }
    public string? SquadId { get; init; }
    public string? WorkflowId { get; init; }
    public ExecutionStatus Status { get; init; }

    /// <summary>0-100.</summary>
    public int Progress { get; init; }

    public string? CurrentPhase { get; init; }
    public JsonElement? Result { get; init; }
    public string? Error { get; init; }
    public string? CreatedBy { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The newest lines, oldest first; empty in a list and in the answer to a patch.</summary>
    // Generated deserializers set a property to null if the JSON leaves it out, no matter what its initializer is.
    public IReadOnlyList<ExecutionLog> Logs { get => field ?? []; init; }
}

public enum ExecutionStatus
{
    Pending,
    InProgress,
    Completed,
    Failed,
    Cancelled,
}

public sealed record ExecutionLog
{
    public DateTimeOffset Timestamp { get; init; }

    /// <summary><c>debug</c>, <c>info</c>, <c>warning</c>, <c>error</c>.</summary>
    public required string Level { get; init; }

    public required string Message { get; init; }
}

public sealed record ExecutionRequest
{
    public string? Title { get; init; }
    public string? SquadId { get; init; }
}

/// <summary>The changes. Absent fields do not change.</summary>
public sealed record ExecutionPatch
{
    /// <summary><c>pending</c> or <c>in_progress</c>; to end an execution, use the calls for that.</summary>
    public ExecutionStatus? Status { get; init; }

    public int? Progress { get; init; }
    public string? CurrentPhase { get; init; }
}

public sealed record ExecutionLogRequest
{
    /// <summary><c>info</c> if absent.</summary>
    public string? Level { get; init; }

    public string? Message { get; init; }
}

/// <summary>The end of an execution: a result when it completes, an error when it fails or is cancelled.</summary>
public sealed record ExecutionEnd
{
    public JsonElement? Result { get; init; }
    public string? Error { get; init; }
}

/// <summary>SSE <c>status</c>: the state of an execution, with the log lines since the previous event.</summary>
public sealed record ExecutionStatusEvent
{
    public required string ExecutionId { get; init; }
    public ExecutionStatus Status { get; init; }
    public int Progress { get; init; }
    public string? CurrentPhase { get; init; }
    public IReadOnlyList<ExecutionLog> Logs { get; init; } = [];
}

/// <summary>SSE <c>completion</c>: how an execution ended.</summary>
public sealed record ExecutionCompletionEvent
{
    public required string ExecutionId { get; init; }
    public ExecutionStatus Status { get; init; }
    public JsonElement? Result { get; init; }
    public string? Error { get; init; }
}
