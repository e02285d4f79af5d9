using System.Globalization;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary>What needs attention in words: one sentence about everything, one for each item with its evidence, and the command that helps.</summary>
internal static class AttentionSentence
{
    internal static string Of(IReadOnlyList<AttentionItem> items)
    {
        var shown = items.Where(item => item.SnoozedUntil is null).ToList();
        var waiting = shown.Count(item => item.Severity == AttentionSeverity.Person);
        var stuck = shown.Count - waiting;
        var snoozed = items.Count - shown.Count;
        var sentence = (waiting, stuck) switch
        {
            (0, 0) => "All is well: no question waits for you, and nothing is stuck.",
            (_, 0) => $"{Questions(waiting)} for you. Nothing is stuck.",
            (0, _) => $"No question waits for you, but {Things(stuck)} stuck.",
            _ => $"{Questions(waiting)} for you, and {Things(stuck)} stuck.",
        };
        return snoozed == 0 ? sentence : $"{sentence} {snoozed} more {(snoozed == 1 ? "is" : "are")} snoozed.";
    }

    internal static string Of(AttentionItem item, TimeProvider clock)
    {
        var (subject, evidence) = (item.Subject, item.Evidence);
        var age = Listing.Ago(item.Since, clock) is var ago && ago == "now" ? "a moment" : ago;
        var sentence = item.Kind switch
        {
            AttentionKind.Question => $"{subject.AgentId ?? $"Step {subject.Step}"} has been waiting for an answer for {age}: {evidence.Text}",
            AttentionKind.Storm =>
                $"{string.Join(", ", subject.Agents ?? [])} answered each other {evidence.Replies} times within {evidence.WindowSeconds} s; {Number(item.Count, "reply is", "replies are")} held.",
            AttentionKind.AgentStalled => $"{subject.AgentId} is working, but has been silent for {age}{Usual(evidence.UsualSeconds)}{Because(evidence.Text)}",
            AttentionKind.AgentError => $"{subject.AgentId} reports an error{Because(evidence.Text)}",
            AttentionKind.StepFailed =>
                $"Step {subject.Step}{Of(evidence.Text)} failed {Listing.Since(item.Since, clock)} after {Number(evidence.Attempts ?? 0, "attempt", "attempts")}{Because(evidence.Error)}",
            AttentionKind.DeadLetters =>
                $"{Number(item.Count, "message", "messages")} to {subject.AgentId}, which is {(evidence.Online == true ? "online" : "offline")} now, died, the last {Listing.Since(evidence.LastAt ?? item.Since, clock)}{Because(evidence.Error)}",
            AttentionKind.MailboxWaiting => $"{Number(item.Count, "message has", "messages have")} been waiting up to {age} for {subject.AgentId}, which is offline.",
            AttentionKind.TaskOverdue => $"The task{Named(evidence.Text)}{(subject.AgentId is { } agent ? $" of {agent}" : "")} has been overdue for {age}.",
            AttentionKind.TaskUnassignable => $"Nobody can do the task{Named(evidence.Text)}: it needs {string.Join(", ", evidence.Capabilities ?? [])}.",
            AttentionKind.WebhookPaused => $"The webhook to {evidence.Text} has been paused for {age}{Because(evidence.Error)}",
            _ => item.AttentionId,
        };
        return item.SnoozedUntil is { } until ? $"{sentence} Snoozed until {WireTime.ToText(until)}." : sentence;
    }

    /// <summary>What helps: a command, if there is one.</summary>
    internal static string Remedy(AttentionItem item)
    {
        var subject = item.Subject;
        return item.Kind switch
        {
            AttentionKind.Question => $"parley answer {subject.QuestionId} ANSWER",
            AttentionKind.Storm => $"parley storms show {subject.StormId}",
            AttentionKind.AgentStalled => $"parley send {subject.AgentId} \"Are you stuck?\"",
            AttentionKind.AgentError => $"parley send {subject.AgentId} \"What is wrong?\"",
            AttentionKind.StepFailed => $"parley workflow retry {subject.WorkflowId}",
            AttentionKind.DeadLetters => $"parley dead requeue --agent {subject.AgentId}{(subject.Reason is { } reason ? $" --reason {Words.Of(reason)}" : "")}",
            AttentionKind.MailboxWaiting => $"Start {subject.AgentId}: its mail waits for it, until it expires.",
            AttentionKind.TaskOverdue => $"parley tasks show {subject.TaskId}",
            AttentionKind.TaskUnassignable => $"parley tasks assign {subject.TaskId} AGENT",
            AttentionKind.WebhookPaused => $"parley webhooks resume {subject.WebhookId}",
            _ => $"parley attention --kind {Words.Of(item.Kind)}",
        };
    }

    private static string Questions(int count) => Number(count, "question waits", "questions wait");

    private static string Things(int count) => Number(count, "thing is", "things are");

    private static string Number(int count, string one, string many) => $"{count} {(count == 1 ? one : many)}";

    private static string Usual(double? seconds) => seconds switch
    {
        null => "",
        < 60 => string.Create(CultureInfo.InvariantCulture, $" (usually {seconds:0} s)"),
        _ => string.Create(CultureInfo.InvariantCulture, $" (usually {seconds / 60:0} min)"),
    };

    private static string Of(string? workflow) => workflow is null ? "" : $" of \"{workflow}\"";

    private static string Named(string? title) => title is null ? "" : $" \"{title}\"";

    private static string Because(string? text) => text is null ? "." : $": {text}";
}
