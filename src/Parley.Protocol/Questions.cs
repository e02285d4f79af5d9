using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>A question that an agent asks a person. While it is open, the agent's activity is <c>blocked_on_human</c>.</summary>
public sealed record Question
{
    public required string QuestionId { get; init; }

    /// <summary>Who asks; null for a step of a workflow.</summary>
    public required string? AgentId { get; init; }

    public required string Content { get; init; }

    /// <summary>The possible answers; empty if any text is one.</summary>
    // Generated deserializers set a property to null if the JSON leaves it out, no matter what its initializer is.
    public IReadOnlyList<QuestionOption> Options { get => field ?? []; init; }

    /// <summary>The answer if nobody gives one by the deadline; null for none.</summary>
    public string? Default { get; init; }

    /// <summary>Until when somebody can answer; null for any time.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Who is asked, one after the other; empty for <c>human</c> alone.</summary>
    public IReadOnlyList<string> Escalation { get => field ?? []; init; }

    /// <summary>After how many seconds without an answer the next of <see cref="Escalation"/> is asked too; null if there is no next one.</summary>
    public int? EscalateAfterSeconds { get; init; }

    public QuestionStatus Status { get; init; }

    /// <summary>The value of an option, or the text that was given; null if there is no answer.</summary>
    public string? Answer { get; init; }

    /// <summary>Who answered; null if nobody did.</summary>
    public string? AnsweredBy { get; init; }

    /// <summary>The conversation that it is part of, and the message that asks it. Null for the moment between storing the two.</summary>
    public string? ThreadId { get; init; }

    /// <inheritdoc cref="ThreadId"/>
    public string? MessageId { get; init; }

    /// <summary>The task that it is about. When the task ends, the question is withdrawn.</summary>
    public string? TaskId { get; init; }

    /// <summary>The workflow whose step it puts to a person; null for most. The answer completes the step.</summary>
    public string? WorkflowId { get; init; }

    /// <summary>The name of that step.</summary>
    public string? Step { get; init; }

    public string? ExecutionId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was answered, or the default was taken.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>A remark: by whoever asks, until whoever answers replaces it with another.</summary>
    public string? Note { get; init; }

    /// <summary>The people who have been asked so far and whose answer it waits for; empty once it has ended.</summary>
    public IReadOnlyList<string> Waiting { get => field ?? []; init; }

    /// <summary>When whom is reminded, or asked for the first time, in order of time.</summary>
    public IReadOnlyList<QuestionReminder> Reminders { get => field ?? []; init; }

    /// <summary>A short number for it, unique in its project. Paths take it in place of the id.</summary>
    public long Number { get; init; }

    /// <summary>Increases with every change.</summary>
    public long Version { get; init; }
}

public enum QuestionStatus
{
    Open,
    Answered,

    /// <summary>Nobody answered by the deadline, so the default is the answer.</summary>
    Defaulted,

    /// <summary>Nobody answered by the deadline, and there is no default.</summary>
    Expired,

    /// <summary>The answer is no longer needed.</summary>
    Withdrawn,
}

/// <summary>A possible answer.</summary>
public sealed record QuestionOption
{
    /// <summary>The answer if this option is chosen; up to 200 characters on one line.</summary>
    public required string Value { get; init; }

    /// <summary>What people see; the value if absent.</summary>
    public string? Label { get; init; }

    /// <summary>What choosing it means, in up to 2,000 characters.</summary>
    public string? Detail { get; init; }
}

/// <summary>A message to a person about a question.</summary>
public sealed record QuestionReminder
{
    public DateTimeOffset At { get; init; }

    /// <summary>Who gets it.</summary>
    public required string To { get; init; }

    /// <summary>Whether it was sent. One that was due while no server ran is left out if a later one is due too.</summary>
    public bool Sent { get; init; }
}

/// <summary>A question to ask.</summary>
public sealed record QuestionRequest
{
    /// <summary>Up to 16,384 characters.</summary>
    public string? Content { get; init; }

    /// <summary>Up to 20 possible answers, each a string or an object with <c>value</c>, <c>label</c>, and <c>detail</c>. If absent, any text is an
    /// answer.</summary>
    [JsonConverter(typeof(QuestionOptionsConverter))]
    public IReadOnlyList<QuestionOption>? Options { get; init; }

    /// <summary>The answer if nobody gives one by the deadline: one of the options, if there are any.</summary>
    public string? Default { get; init; }

    /// <summary>Until when it can be answered, at most a year from now. If absent, it stays open until it is answered or withdrawn.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>1-10 people to ask, one after the other: <c>human</c> for the operators, or agents. <c>human</c> alone if absent.</summary>
    public IReadOnlyList<string>? Escalation { get; init; }

    /// <summary>Seconds until the next of <see cref="Escalation"/> is asked too. If absent, the time until the deadline is shared out equally; without
    /// a deadline, 900.</summary>
    public int? EscalateAfterSeconds { get; init; }

    /// <summary>The conversation to ask it in; a new one if absent.</summary>
    public string? ThreadId { get; init; }

    /// <summary>The task that it is about. When the task ends, the question is withdrawn.</summary>
    public string? TaskId { get; init; }

    /// <summary>The execution that it belongs to.</summary>
    public string? ExecutionId { get; init; }

    /// <summary>What a person should know to answer it, in up to 2,000 characters.</summary>
    public string? Note { get; init; }

    /// <summary>Who asks. If absent, the caller. Only admins may name another.</summary>
    public string? AgentId { get; init; }
}

/// <summary>An answer to a question.</summary>
public sealed record QuestionAnswer
{
    /// <summary>Absent if the path has it.</summary>
    public string? QuestionId { get; init; }

    /// <summary>With options: the value or the label of one, or its number, counted from 1. Without: any text of up to 16,384 characters.</summary>
    public string? Answer { get; init; }

    /// <summary>A remark for the agent, in up to 2,000 characters.</summary>
    public string? Note { get; init; }
}

/// <summary>Withdraws a question.</summary>
public sealed record QuestionWithdrawal
{
    /// <summary>Absent if the path has it.</summary>
    public string? QuestionId { get; init; }
}

public static partial class FrameEvents
{
    public const string QuestionAsk = "question:ask";
    public const string QuestionAnswer = "question:answer";
    public const string QuestionWithdraw = "question:withdraw";
}
