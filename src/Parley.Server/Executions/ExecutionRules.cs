using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Executions;

/// <summary>What may be said of an execution.</summary>
internal static class ExecutionRules
{
    internal const string UsualLevel = "info";

    private const int LongestLine = 16 * 1024;
    private static readonly string[] Levels = ["debug", UsualLevel, "warning", "error"];

    internal static ApiProblem? Check(ExecutionRequest request) => new Validation()
        .DisplayText("title", request.Title)
        .SquadId("squad_id", request.SquadId)
        .Problem;

    internal static ApiProblem? Check(ExecutionPatch patch) => new Validation()
        .Check(patch.Status is not null || patch.Progress is not null || patch.CurrentPhase is not null, "status", "is missing, and so is everything else that could change")
        .Check(patch.Status is null or ExecutionStatus.Pending or ExecutionStatus.InProgress, "status", "is an end, which has a call of its own: complete, fail or cancel")
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
            .Check(!completes || end?.Error is null, "error", "must be absent: what completes has a result")
            .Check(completes || end?.Result is null, "result", "must be absent: what does not complete has an error")
            .Check(status != ExecutionStatus.Failed || !string.IsNullOrEmpty(end?.Error), "error", "is missing: say why it failed")
            .Length("error", end?.Error, LongestLine)
            .Problem;
    }
}
