using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Conversation;

/// <summary>An execution's progress on one line.</summary>
internal static class ProgressBar
{
    private const int Cells = 24;

    /// <summary>The line, in Spectre's markup: <c>████████░░░░  35 %  implementation  in progress</c>.</summary>
    public static string Line(ExecutionStatus status, int progress, string? phase)
    {
        var full = Math.Clamp(progress, 0, 100) * Cells / 100;
        var colour = status switch
        {
            ExecutionStatus.Completed => "green",
            ExecutionStatus.Failed => "red",
            ExecutionStatus.Cancelled => "grey",
            _ => "dodgerblue1",
        };
        var where = string.IsNullOrEmpty(phase) ? "" : $"  {PlainText.EscapeLine(phase, 30)}";
        var bar = $"[{colour}]{new string('█', full)}[/][grey]{new string('░', Cells - full)}[/]";
        return $"{bar} {progress,3} %{where}  [{colour}]{Word(status)}[/]";
    }

    private static string Word(ExecutionStatus status) => status switch
    {
        ExecutionStatus.InProgress => "in progress",
        ExecutionStatus.Pending => "pending",
        ExecutionStatus.Completed => "completed",
        ExecutionStatus.Failed => "failed",
        ExecutionStatus.Cancelled => "cancelled",
        _ => status.ToString(),
    };
}
