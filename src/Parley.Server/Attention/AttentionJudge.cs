using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Mailboxes;
using Parley.Server.Wire;

namespace Parley.Server.Attention;

/// <summary>Decides what needs attention: pure functions from what the concepts hold to an item, or null if all is well. Dashboard, terminal, and feed
/// show what this says, so that they agree.</summary>
internal static class AttentionJudge
{
    /// <summary>How long mail may wait for an agent that is offline.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    /// <summary>Older failures of steps have been seen, or nobody cares.</summary>
    internal static readonly TimeSpan OldestFailure = TimeSpan.FromDays(7);

    private const int LongestText = 200;

    internal static AttentionItem? Question(Question question) => question.Status != QuestionStatus.Open
        ? null
        : new AttentionItem
        {
            AttentionId = IdOf(AttentionKind.Question, question.QuestionId),
            Kind = AttentionKind.Question,
            Severity = AttentionSeverity.Person,
            Since = question.CreatedAt,
            Subject = new AttentionSubject
            {
                AgentId = question.AgentId,
                QuestionId = question.QuestionId,
                TaskId = question.TaskId,
                WorkflowId = question.WorkflowId,
                Step = question.Step,
                ThreadId = question.ThreadId,
                ExecutionId = question.ExecutionId,
            },
            Evidence = new AttentionEvidence { Text = Short(question.Content), Deadline = question.Deadline, Default = question.Default, Waiting = question.Waiting },
        };

    /// <param name="held">How many replies it holds now.</param>
    internal static AttentionItem? Storm(Storm storm, int held) => storm.Status != StormStatus.Open
        ? null
        : new AttentionItem
        {
            AttentionId = IdOf(AttentionKind.Storm, storm.StormId),
            Kind = AttentionKind.Storm,
            Severity = AttentionSeverity.Critical,
            Since = storm.StartedAt,
            Count = held,
            Subject = new AttentionSubject { StormId = storm.StormId, Agents = storm.Agents, ThreadId = storm.ThreadId },
            Evidence = new AttentionEvidence { Replies = storm.Replies, WindowSeconds = storm.WindowSeconds },
        };

    internal static AttentionItem? Stalled(string agentId, AgentStall? stall, string? note) => stall is null
        ? null
        : new AttentionItem
        {
            AttentionId = IdOf(AttentionKind.AgentStalled, agentId),
            Kind = AttentionKind.AgentStalled,
            Severity = AttentionSeverity.Critical,
            Since = stall.Since,
            Subject = new AttentionSubject { AgentId = agentId },
            Evidence = new AttentionEvidence { UsualSeconds = stall.UsualSeconds, Text = note },
        };

    internal static AttentionItem? Erring(string agentId, DateTimeOffset since, Presence presence) => presence.Status != AgentStatus.Error
        ? null
        : new AttentionItem
        {
            AttentionId = IdOf(AttentionKind.AgentError, agentId),
            Kind = AttentionKind.AgentError,
            Severity = AttentionSeverity.Critical,
            Since = presence.ActivitySince ?? since,
            Subject = new AttentionSubject { AgentId = agentId },
            Evidence = new AttentionEvidence { Text = presence.Note?.Text },
        };

    /// <summary>A workflow can be retried only once it has failed. One that does a step of another is part of that one's trouble.</summary>
    internal static AttentionItem? Failed(WorkflowStep step, Workflow workflow, DateTimeOffset now) =>
        step.Status != WorkflowStepStatus.Failed || step.OnFailure == FailurePolicy.Continue || workflow.Status != WorkflowStatus.Failed
        || workflow.ParentWorkflowId is not null || step.EndedAt is not { } ended || now - ended > OldestFailure
            ? null
            : new AttentionItem
            {
                AttentionId = IdOf(AttentionKind.StepFailed, step.StepId),
                Kind = AttentionKind.StepFailed,
                Severity = AttentionSeverity.Critical,
                Since = ended,
                Subject = new AttentionSubject
                {
                    AgentId = step.AgentId,
                    WorkflowId = step.WorkflowId,
                    Step = step.Step,
                    ThreadId = workflow.ThreadId,
                    ExecutionId = workflow.ExecutionId,
                },
                Evidence = new AttentionEvidence { Text = Short(workflow.Title), Error = Short(step.Error), Attempts = step.Attempt },
            };

    /// <param name="letters">Of one agent, for one reason.</param>
    internal static AttentionItem? Dead(string agentId, bool online, DeadLetterTally letters) => letters.Count == 0
        ? null
        : new AttentionItem
        {
            AttentionId = $"{IdOf(AttentionKind.DeadLetters, agentId)}:{WireType.WordOf(letters.Reason)}",
            Kind = AttentionKind.DeadLetters,
            Severity = AttentionSeverity.Critical,
            Since = DateTimeOffset.FromUnixTimeMilliseconds(letters.Oldest),
            Count = letters.Count,
            Subject = new AttentionSubject { AgentId = agentId, Reason = letters.Reason },
            Evidence = new AttentionEvidence
            {
                Error = Short(letters.LastError),
                Online = online,
                LastAt = DateTimeOffset.FromUnixTimeMilliseconds(letters.Newest),
            },
        };

    /// <param name="oldest">Since when its oldest delivery has been waiting.</param>
    internal static AttentionItem? Waiting(string agentId, bool online, int queued, DateTimeOffset? oldest, DateTimeOffset? lastSeen, DateTimeOffset now) =>
        online || oldest is not { } since || now - since < LongestWait
            ? null
            : new AttentionItem
            {
                AttentionId = IdOf(AttentionKind.MailboxWaiting, agentId),
                Kind = AttentionKind.MailboxWaiting,
                Severity = AttentionSeverity.Warning,
                Since = since,
                Count = queued,
                Subject = new AttentionSubject { AgentId = agentId },
                Evidence = new AttentionEvidence { Online = false, LastAt = lastSeen },
            };

    internal static AttentionItem? Overdue(AgentTask task) => !task.Overdue || task.DueDate is not { } due
        ? null
        : new AttentionItem
        {
            AttentionId = IdOf(AttentionKind.TaskOverdue, task.TaskId),
            Kind = AttentionKind.TaskOverdue,
            Severity = AttentionSeverity.Warning,
            Since = due,
            Subject = new AttentionSubject { TaskId = task.TaskId, AgentId = task.AgentId, ThreadId = task.ThreadId },
            Evidence = new AttentionEvidence { Text = Short(task.Title), Deadline = due },
        };

    /// <param name="since">When the task last changed.</param>
    /// <param name="able">The capabilities of each agent of the project.</param>
    internal static AttentionItem? Unassignable(AgentTask task, DateTimeOffset since, IEnumerable<IReadOnlyList<string>> able) =>
        able.Any(capabilities => task.RequiredCapabilities.All(capabilities.Contains))
            ? null
            : new AttentionItem
            {
                AttentionId = IdOf(AttentionKind.TaskUnassignable, task.TaskId),
                Kind = AttentionKind.TaskUnassignable,
                Severity = AttentionSeverity.Warning,
                Since = since,
                Subject = new AttentionSubject { TaskId = task.TaskId, ThreadId = task.ThreadId },
                Evidence = new AttentionEvidence { Text = Short(task.Title), Capabilities = task.RequiredCapabilities },
            };

    /// <param name="since">When it was paused.</param>
    internal static AttentionItem? Paused(Webhook webhook, DateTimeOffset since) => webhook.Status != WebhookStatus.Paused
        ? null
        : new AttentionItem
        {
            AttentionId = IdOf(AttentionKind.WebhookPaused, webhook.WebhookId),
            Kind = AttentionKind.WebhookPaused,
            Severity = AttentionSeverity.Warning,
            Since = since,
            Subject = new AttentionSubject { WebhookId = webhook.WebhookId },
            Evidence = new AttentionEvidence { Text = Short(webhook.Url), Error = Short(webhook.Reason) },
        };

    /// <summary>A snooze holds for the trouble that it was for. What was over and began again is new trouble.</summary>
    internal static AttentionItem Snoozed(AttentionItem item, AttentionSnooze? snooze, DateTimeOffset now) =>
        snooze is not null && snooze.Until > now && !IsNew(item, snooze) ? item with { SnoozedUntil = snooze.Until } : item;

    /// <summary>Of some kinds, the time says only what is oldest now, or what changed last. Their snoozes end when somebody looks and finds no more of
    /// it.</summary>
    private static bool IsNew(AttentionItem item, AttentionSnooze snooze) =>
        item.Kind is not (AttentionKind.MailboxWaiting or AttentionKind.TaskUnassignable) && item.Since > snooze.SnoozedAt;

    /// <summary>The most urgent first: those that wait for a person by their deadlines, then by severity and age.</summary>
    internal static IEnumerable<AttentionItem> InOrder(IEnumerable<AttentionItem> items) => items
        .OrderBy(item => item.Severity)
        .ThenBy(item => item.Severity == AttentionSeverity.Person ? item.Evidence.Deadline ?? DateTimeOffset.MaxValue : DateTimeOffset.MinValue)
        .ThenBy(item => item.Since)
        .ThenBy(item => item.AttentionId, StringComparer.Ordinal);

    internal static string IdOf(AttentionKind kind, string subject) => $"{WireType.WordOf(kind)}:{subject}";

    private static string? Short(string? text) =>
        text is { Length: > LongestText } ? text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)] : text;
}
