using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Wire;

namespace Parley.Server.Executions;

/// <summary>The rules for executions and their changes.</summary>
internal static class ExecutionRules
{
    internal const string UsualLevel = "info";

    /// <summary>The types of its log entries. Lines have one of their own, so that no number of other changes hides them.</summary>
    internal const string StatusType = "execution_status", LineType = "execution_line", CompletionType = "execution_completion";

    private const int LongestLine = 16 * 1024;
    private static readonly string[] Levels = ["debug", UsualLevel, "warning", "error"];

    internal static bool IsOver(Execution execution) =>
        execution.Status is ExecutionStatus.Completed or ExecutionStatus.Failed or ExecutionStatus.Cancelled;

    internal static Decision<Execution> Begin(ExecutionRequest request, string? createdBy) => Decision<Execution>
        .Put(new Execution { ExecutionId = "", Title = request.Title, SquadId = request.SquadId, CreatedBy = createdBy }, StatusType)
        .Telling(NoLines);

    /// <summary>The run of a workflow, which reports its progress.</summary>
    internal static Decision<Execution> BeginRun(Workflow workflow) => Decision<Execution>
        .Put(
            new Execution
            {
                ExecutionId = "",
                Title = workflow.Title ?? workflow.WorkflowType,
                SquadId = workflow.SquadId,
                WorkflowId = workflow.WorkflowId,
                Status = ExecutionStatus.InProgress,
                Progress = PercentOf(workflow.Progress),
                CreatedBy = workflow.CreatedBy,
            },
            StatusType)
        .Telling(NoLines);

    /// <param name="phase">The steps that are being worked on.</param>
    internal static Decision<Execution> ProgressOfRun(Execution present, Workflow workflow, string? phase)
    {
        var next = present with { Progress = PercentOf(workflow.Progress), CurrentPhase = phase };
        return next == present || IsOver(present) ? Decision<Execution>.Keep : Decision<Execution>.Put(next, StatusType).Telling(NoLines);
    }

    internal static Decision<Execution> EndRun(Execution present, Workflow workflow) => End(
        present with { CurrentPhase = null },
        workflow.Status switch
        {
            WorkflowStatus.Completed => ExecutionStatus.Completed,
            WorkflowStatus.Cancelled => ExecutionStatus.Cancelled,
            _ => ExecutionStatus.Failed,
        },
        new ExecutionEnd { Result = workflow.Results, Error = workflow.Error });

    private static int PercentOf(WorkflowProgress progress) => progress.Total == 0 ? 0 : (int)(progress.Done * 100L / progress.Total);

    /// <summary>Absent fields do not change.</summary>
    internal static Decision<Execution> Change(Execution present, ExecutionPatch patch) => Decision<Execution>
        .Put(
            present with
            {
                Status = patch.Status ?? present.Status,
                Progress = patch.Progress ?? present.Progress,
                CurrentPhase = patch.CurrentPhase ?? present.CurrentPhase,
            },
            StatusType)
        .Telling(NoLines);

    internal static Decision<Execution> AddLine(Execution present, string level, string message) =>
        Decision<Execution>.Put(present, LineType).Telling(JsonFields.Inner(writer =>
        {
            writer.WriteStartArray("logs"u8);
            writer.WriteStartObject();
            writer.WritePropertyName("timestamp"u8);
            writer.WriteRawValue(EntityJson.Time, skipInputValidation: true);
            writer.WriteString("level"u8, level);
            writer.WriteString("message"u8, message);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }));

    /// <summary>Ends it, once. A completed execution has the progress 100.</summary>
    internal static Decision<Execution> End(Execution present, ExecutionStatus status, ExecutionEnd? end) => Decision<Execution>
        .Put(
            present with
            {
                Status = status,
                Progress = status == ExecutionStatus.Completed ? 100 : present.Progress,
                Result = end?.Result,
                Error = end?.Error,
            },
            CompletionType)
        .Telling(NoLines);

    internal static ApiProblem? Check(ExecutionRequest request) => new Validation()
        .DisplayText("title", request.Title)
        .SquadId("squad_id", request.SquadId)
        .Problem;

    internal static ApiProblem? Check(ExecutionPatch patch) => new Validation()
        .Check(patch.Status is not null || patch.Progress is not null || patch.CurrentPhase is not null, "status", "is missing, and so are all other fields: give at least one")
        .Check(patch.Status is null or ExecutionStatus.Pending or ExecutionStatus.InProgress, "status", "is a final status: call complete, fail, or cancel instead")
        .Range("progress", patch.Progress, 0, 100)
        .DisplayText("current_phase", patch.CurrentPhase)
        .Problem;

    internal static ApiProblem? Check(ExecutionLogRequest request) => new Validation()
        .Check(request.Level is null || Levels.Contains(request.Level), "level", $"must be one of {string.Join(", ", Levels)}")
        .Check(!string.IsNullOrEmpty(request.Message), "message", request.Message is null ? "is missing" : "is empty")
        .Length("message", request.Message, LongestLine)
        .Problem;

    internal static ApiProblem? Check(ExecutionStatus status, ExecutionEnd? end)
    {
        var completes = status == ExecutionStatus.Completed;
        return new Validation()
            .Check(!completes || end?.Error is null, "error", "must be absent: an execution that completes has a result")
            .Check(completes || end?.Result is null, "result", "must be absent: an execution that does not complete has an error")
            .Check(status != ExecutionStatus.Failed || !string.IsNullOrEmpty(end?.Error), "error", "is missing: say why it failed")
            .Length("error", end?.Error, LongestLine)
            .Problem;
    }

    private static byte[] NoLines => "\"logs\":[]"u8.ToArray();
}
