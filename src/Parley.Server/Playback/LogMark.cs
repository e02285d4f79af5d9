using Parley.Server.Log;
using Parley.Server.Questions;
using Parley.Server.Tasks;
using Parley.Server.Workflows;

namespace Parley.Server.Playback;

/// <summary>Entries that people look for in a long log: a question was asked, or something failed. A store's index has the same ones.</summary>
internal static class LogMark
{
    /// <summary>The types of the entries that are marks, beside deliveries that died.</summary>
    internal static string Asked => QuestionKinds.AskedType;

    internal static string TaskFailed { get; } = TaskMoves.TypeOf(TaskVerb.Fail);

    internal static string StepFailed { get; } = StepMoves.TypeOf(StepVerb.Fail);

    internal static bool IsQuestion(LogEntry entry) => entry.Kind == QuestionKinds.Question.Entry && entry.Type == Asked;

    internal static bool IsFailure(LogEntry entry) =>
        entry.Kind == EntryKind.Death
        || (entry.Kind == EntryKind.Task && entry.Type == TaskFailed)
        || (entry.Kind == WorkflowKinds.Step.Entry && entry.Type == StepFailed);
}
