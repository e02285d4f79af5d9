using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>Something that waits for a person, or that is stuck.</summary>
public sealed record AttentionItem
{
    /// <summary>The kind and what it is about, such as <c>agent_stalled:be-1</c>. As long as the trouble lasts, it has this id.</summary>
    public required string AttentionId { get; init; }

    public AttentionKind Kind { get; init; }
    public AttentionSeverity Severity { get; init; }

    /// <summary>Since when it has been so.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>How many dead letters, waiting messages, or held replies; 1 for other kinds.</summary>
    public int Count { get; init; } = 1;

    /// <summary>What it is about.</summary>
    public required AttentionSubject Subject { get; init; }

    /// <summary>How the server knows, in figures and words.</summary>
    public required AttentionEvidence Evidence { get; init; }

    /// <summary>Until when it is snoozed; null if it is not.</summary>
    public DateTimeOffset? SnoozedUntil { get; init; }
}

public enum AttentionKind
{
    /// <summary>A question waits for an answer.</summary>
    Question,

    /// <summary>Replies of agents that answer each other too often are held.</summary>
    Storm,

    /// <summary>An agent is working, but has been silent for far longer than usual.</summary>
    AgentStalled,

    /// <summary>An agent reports an error.</summary>
    AgentError,

    /// <summary>A step has failed, and with it its workflow.</summary>
    StepFailed,

    /// <summary>Deliveries to one agent ran out of attempts for the same reason.</summary>
    DeadLetters,

    /// <summary>Mail has been waiting for 10 minutes for an agent that is offline.</summary>
    MailboxWaiting,

    /// <summary>A task has passed its due date.</summary>
    TaskOverdue,

    /// <summary>No agent of the project has the capabilities that a task needs.</summary>
    TaskUnassignable,

    /// <summary>A webhook is paused, because too many deliveries in a row failed.</summary>
    WebhookPaused,
}

public enum AttentionSeverity
{
    /// <summary>A person has to decide something.</summary>
    Person,

    /// <summary>Work has stopped.</summary>
    Critical,

    Warning,
}

/// <summary>The ids of what an item is about. Those that do not apply are absent.</summary>
public sealed record AttentionSubject
{
    /// <summary>The agent that asks, has stalled or reports an error, had the step, has the task, or does not read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AgentId { get; init; }

    /// <summary>The agents of a storm.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Agents { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? QuestionId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StormId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WorkflowId { get; init; }

    /// <summary>The name of a step of the workflow.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Step { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TaskId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WebhookId { get; init; }

    /// <summary>How the last attempt of the dead letters ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DeathReason? Reason { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ThreadId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExecutionId { get; init; }
}

/// <summary>What the sentence about an item says. What does not apply is absent.</summary>
public sealed record AttentionEvidence
{
    /// <summary>The question, the title of the task or the workflow, what the agent says it is doing, or the address of the webhook; at most 200
    /// characters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; init; }

    /// <summary>The error of the step or the webhook, or of the newest dead letter; at most 200 characters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>The usual time between two signs of work of the stalled agent, in seconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? UsualSeconds { get; init; }

    /// <summary>Until when the question can be answered, or when the task was due.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The answer if nobody gives one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Default { get; init; }

    /// <summary>Who has been asked so far.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Waiting { get; init; }

    /// <summary>How often the agents of the storm had answered each other, and within how many seconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Replies { get; init; }

    /// <inheritdoc cref="Replies"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? WindowSeconds { get; init; }

    /// <summary>How many times the step was tried.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Attempts { get; init; }

    /// <summary>Whether the agent that the letters or the mail are for is online now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Online { get; init; }

    /// <summary>When the newest letter died, or the agent was last seen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastAt { get; init; }

    /// <summary>The capabilities that the task needs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Capabilities { get; init; }
}

/// <summary>What waits for people and what is stuck in a project, and what was looked at to know.</summary>
public sealed record AttentionList
{
    /// <summary>The most urgent first.</summary>
    public required IReadOnlyList<AttentionItem> Items { get; init; }

    public DateTimeOffset CheckedAt { get; init; }

    /// <summary>One for each kind that was asked for.</summary>
    public required IReadOnlyList<AttentionCheck> Checks { get; init; }
}

/// <summary>How one kind was checked.</summary>
public sealed record AttentionCheck
{
    public AttentionKind Kind { get; init; }

    /// <summary>How many agents, tasks, and so on were looked at.</summary>
    public int LookedAt { get; init; }

    /// <summary>True if there are more than were looked at.</summary>
    public bool More { get; init; }
}

/// <summary>Hides an item for a while from those who do not ask for snoozed items. It ends when the trouble ends.</summary>
public sealed record AttentionSnooze
{
    public required string AttentionId { get; init; }
    public DateTimeOffset Until { get; init; }

    /// <summary>The operator that snoozed it, or the token, as <c>token:ID</c>, if it belongs to no agent.</summary>
    public required string SnoozedBy { get; init; }

    public DateTimeOffset SnoozedAt { get; init; }

    /// <summary>Increases with every change.</summary>
    public long Version { get; init; }
}

/// <summary>Until when to snooze an item.</summary>
public sealed record SnoozeRequest
{
    /// <summary>At most 30 days from now.</summary>
    public DateTimeOffset? Until { get; init; }
}
