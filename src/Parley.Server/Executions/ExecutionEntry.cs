using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Log;

namespace Parley.Server.Executions;

/// <summary>What the project's log holds of an execution: the same on every store.</summary>
internal static class ExecutionEntry
{
    /// <summary>A beginning or a change.</summary>
    internal static LogEntry Status(ExecutionRecord execution, IReadOnlyList<ExecutionLog> newLines, int project, long seq, long stamp, int sender) =>
        Entry(execution, project, seq, stamp, sender, "execution_status", JsonSerializer.SerializeToUtf8Bytes(
            new ExecutionStatusEvent
            {
                ExecutionId = execution.Id.ToString(),
                Status = execution.Status,
                Progress = execution.Progress,
                CurrentPhase = execution.CurrentPhase,
                Logs = newLines,
            },
            WireJson.Strict.ExecutionStatusEvent));

    internal static LogEntry Completion(ExecutionRecord execution, int project, long seq, long stamp, int sender) =>
        Entry(execution, project, seq, stamp, sender, "execution_completion", JsonSerializer.SerializeToUtf8Bytes(
            new ExecutionCompletionEvent { ExecutionId = execution.Id.ToString(), Status = execution.Status, Result = execution.Result, Error = execution.Error },
            WireJson.Strict.ExecutionCompletionEvent));

    private static LogEntry Entry(ExecutionRecord execution, int project, long seq, long stamp, int sender, string type, byte[] json) => new()
    {
        Project = project,
        Seq = seq,
        Kind = EntryKind.Execution,
        Stamp = stamp,
        Audience = Audience.Project,
        Sender = sender,
        Type = type,
        Execution = execution.Seq,
        Json = json,
    };
}
