using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.Executions;

/// <summary>Executions as a kind of entity.</summary>
internal static class ExecutionKind
{
    internal static EntityKind<Execution> Kind { get; } = new()
    {
        Number = (int)EntryKind.Execution,
        Name = "execution",
        Feed = "executions",
        RemovedType = "execution_removed",
        Fields = new EntityFields("execution_id") { EndedAt = "ended_at", Told = "logs" },
        Json = WireJson.Lenient.Execution,
        Marks = execution => execution.SquadId is { } squad ? [Mark(execution.Status), Mark(squad)] : [Mark(execution.Status)],
        Filter = query => ExecutionQuery.Read(query).Filter,
        IsOver = ExecutionRules.IsOver,
        OwnsItsMessages = true,
        Example = ExecutionsConcept.AnExecution,
        OnStream = Show,
        Events =
        [
            new("execution_started", "An execution was created.") { EntryType = ExecutionRules.StatusType, If = entry => entry.Seq == entry.Subject },
            new("execution_updated", "An execution's status, progress, or phase changed.") { EntryType = ExecutionRules.StatusType },
            Ended("execution_completed", "An execution completed.", ExecutionStatus.Completed),
            Ended("execution_failed", "An execution failed.", ExecutionStatus.Failed),
            Ended("execution_cancelled", "An execution was cancelled.", ExecutionStatus.Cancelled),
        ],
    };

    private static SystemEvent Ended(string type, string meaning, ExecutionStatus how) => new(type, meaning)
    {
        EntryType = ExecutionRules.CompletionType,
        If = entry => JsonSerializer.Deserialize(entry.Json, WireJson.Lenient.Execution)!.Status == how,
    };

    internal static string Mark(ExecutionStatus status) => $"status={WireType.WordOf(status)}";

    internal static string Mark(string squadId) => $"squad={squadId}";

    /// <summary>A stream shows less than the log entry: the status with the new lines, or how the execution ended.</summary>
    private static StreamEvent Show(LogEntry entry)
    {
        var execution = JsonSerializer.Deserialize(entry.Json, WireJson.Lenient.Execution)!;
        return entry.Type == ExecutionRules.CompletionType
            ? new StreamEvent("completion", Json(new ExecutionCompletionEvent
            {
                ExecutionId = execution.ExecutionId,
                Status = execution.Status,
                Result = execution.Result,
                Error = execution.Error,
            }))
            { Ends = true }
            : new StreamEvent("status", JsonSerializer.SerializeToUtf8Bytes(
                new ExecutionStatusEvent
                {
                    ExecutionId = execution.ExecutionId,
                    Status = execution.Status,
                    Progress = execution.Progress,
                    CurrentPhase = execution.CurrentPhase,
                    Logs = execution.Logs,
                },
                WireJson.Strict.ExecutionStatusEvent));
    }

    private static byte[] Json(ExecutionCompletionEvent completion) => JsonSerializer.SerializeToUtf8Bytes(completion, WireJson.Strict.ExecutionCompletionEvent);
}
