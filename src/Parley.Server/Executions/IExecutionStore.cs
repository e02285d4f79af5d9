using System.Text.Json;
using Parley.Protocol;

namespace Parley.Server.Executions;

/// <summary>Durable executions. Every method that writes is one atomic transition: the row, the log line and the entry of the project's
/// log go together.</summary>
internal interface IExecutionStore
{
    ValueTask<ExecutionRecord> BeginAsync(NewExecution execution, CancellationToken cancellationToken);

    /// <summary>Changes what is given of an execution that goes on.</summary>
    ValueTask<ExecutionResult> ChangeAsync(ExecutionKey key, int sender, ExecutionChange change, CancellationToken cancellationToken);

    /// <summary>Ends an execution, once.</summary>
    ValueTask<ExecutionResult> EndAsync(ExecutionKey key, int sender, ExecutionEnding ending, CancellationToken cancellationToken);

    /// <returns>Null when there is none.</returns>
    ValueTask<ExecutionRecord?> FindAsync(ExecutionKey key, CancellationToken cancellationToken);

    /// <summary>The newest log lines of an execution, oldest first.</summary>
    ValueTask<IReadOnlyList<ExecutionLog>> LogsAsync(ExecutionKey key, int max, CancellationToken cancellationToken);

    /// <summary>Executions, newest first.</summary>
    ValueTask<IReadOnlyList<ExecutionRecord>> ListAsync(ExecutionSelection which, CancellationToken cancellationToken);
}

/// <summary>Names an execution by its id, which leads to the entry that began it.</summary>
internal readonly record struct ExecutionKey(int Project, Guid Id);

internal sealed record NewExecution(int Project)
{
    internal string? Title { get; init; }
    internal string? SquadId { get; init; }

    /// <summary>The id of the agent or person; null for an admin's token, which is of nobody.</summary>
    internal string? CreatedBy { get; init; }

    /// <summary>The agent's number; 0: no agent.</summary>
    internal int Creator { get; init; }
}

/// <summary>An execution as it is stored, without its log lines.</summary>
internal sealed record ExecutionRecord
{
    internal required Guid Id { get; init; }

    /// <summary>Of the entry that began it.</summary>
    internal required long Seq { get; init; }

    internal string? Title { get; init; }
    internal string? SquadId { get; init; }
    internal ExecutionStatus Status { get; init; }
    internal int Progress { get; init; }
    internal string? CurrentPhase { get; init; }
    internal JsonElement? Result { get; init; }
    internal string? Error { get; init; }
    internal string? CreatedBy { get; init; }
    internal int Creator { get; init; }
    internal DateTimeOffset CreatedAt { get; init; }
    internal DateTimeOffset? EndedAt { get; init; }

    internal Execution ToWire(IReadOnlyList<ExecutionLog> logs) => new()
    {
        ExecutionId = Id.ToString(),
        Title = Title,
        SquadId = SquadId,
        Status = Status,
        Progress = Progress,
        CurrentPhase = CurrentPhase,
        Result = Result,
        Error = Error,
        CreatedBy = CreatedBy,
        CreatedAt = CreatedAt,
        EndedAt = EndedAt,
        Logs = logs,
    };
}

/// <summary>What changes; what is null stays.</summary>
internal sealed record ExecutionChange
{
    internal ExecutionStatus? Status { get; init; }
    internal int? Progress { get; init; }
    internal string? CurrentPhase { get; init; }

    /// <summary>A new log line: its level and its text.</summary>
    internal (string Level, string Message)? Line { get; init; }
}

internal sealed record ExecutionEnding(ExecutionStatus Status, JsonElement? Result, string? Error);

/// <summary>Which executions; what is null does not narrow.</summary>
/// <param name="Below">Only those that began before this seq.</param>
internal sealed record ExecutionSelection(int Project, ExecutionStatus? Status, string? SquadId, long Below, int Max);

internal enum ExecutionResult
{
    Done,
    NotFound,
    Ended,
}
