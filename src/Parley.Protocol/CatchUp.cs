using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>What an agent needs to go on after a restart, or after its context was compacted: who it is, what it has, and what waits for it. It keeps to
/// a budget: texts are shortened first, then items are left out, the least important first.</summary>
public sealed record AgentCatchUp
{
    /// <summary>The budget that it keeps to. A token is taken to be four characters.</summary>
    public int BudgetTokens { get; init; }

    /// <summary>How many tokens it takes: the characters of its JSON, divided by four.</summary>
    public int Tokens { get; init; }

    public required CatchUpAgent Agent { get; init; }

    /// <summary>The tasks that the agent has, the most urgent first.</summary>
    // Generated deserializers set a property to null if the JSON leaves it out, no matter what its initializer is.
    public IReadOnlyList<CatchUpTask> Tasks { get => field ?? []; init; }

    /// <summary>The steps of workflows that the agent has, the oldest first.</summary>
    public IReadOnlyList<CatchUpStep> Steps { get => field ?? []; init; }

    /// <summary>The questions to people whose answers the agent waits for, the oldest first.</summary>
    public IReadOnlyList<CatchUpQuestion> Questions { get => field ?? []; init; }

    /// <summary>Requests that the agent has not answered, the most urgent first. Found among the newest 1,000 messages that it got; those whose time is
    /// over are not listed.</summary>
    public IReadOnlyList<CatchUpRequest> Requests { get => field ?? []; init; }

    /// <summary>The reservations that the agent holds or waits for, the oldest first.</summary>
    public IReadOnlyList<CatchUpReservation> Reservations { get => field ?? []; init; }

    public required CatchUpInbox Inbox { get; init; }

    /// <summary>Conversations that went on since the agent last wrote in them or acknowledged a message, the most recently active first. Found among the
    /// newest 1,000 messages to the agent and in its conversations.</summary>
    public IReadOnlyList<CatchUpThread> Threads { get => field ?? []; init; }

    /// <summary>How many items of each list are missing; absent if none is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CatchUpLeftOut? LeftOut { get; init; }

    /// <summary>True if the server is still indexing messages, so that requests and conversations may be missing; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IndexBehind { get; init; }
}

/// <summary>Who the agent is.</summary>
public sealed record CatchUpAgent
{
    public required string AgentId { get; init; }
    public required string ProjectId { get; init; }
    public required string Name { get; init; }
    public required string Type { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Specialization { get; init; }

    public IReadOnlyList<string> Squads { get => field ?? []; init; }
    public IReadOnlyList<string> Capabilities { get => field ?? []; init; }
    public AgentStatus Status { get; init; }

    /// <summary>With <c>blocked_on_human</c>, <c>questions</c> says why.</summary>
    public AgentActivity Activity { get; init; }

    /// <summary>Its own pause, and those of its squads and its project: while there is one, its messages wait, and the server assigns it no tasks.</summary>
    public IReadOnlyList<CatchUpPause> Pauses { get => field ?? []; init; }

    /// <summary>True if the budget was too small for all of this; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Shortened { get; init; }
}

/// <summary>What is paused, and why.</summary>
public sealed record CatchUpPause
{
    public PausedThing Of { get; init; }

    /// <summary>The squad that is paused; absent for others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SquadId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PausedBy { get; init; }
}

public enum PausedThing
{
    Agent,
    Squad,
    Project,
}

/// <summary>A task in short.</summary>
public sealed record CatchUpTask
{
    public required string TaskId { get; init; }
    public required string Title { get; init; }
    public AgentTaskStatus Status { get; init; }
    public Priority Priority { get; init; }
    public long Fence { get; init; }

    /// <inheritdoc cref="AgentTask.LeaseUntil"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LeaseUntil { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DueDate { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>If the description was cut or left out: how many characters it has in full.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Shortened { get; init; }
}

/// <summary>A step of a workflow in short.</summary>
public sealed record CatchUpStep
{
    public required string WorkflowId { get; init; }
    public required string Step { get; init; }
    public WorkflowStepStatus Status { get; init; }
    public long Fence { get; init; }

    /// <summary>When the step is taken from the agent unless it has ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? TimeoutAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Action { get; init; }

    /// <summary>If the action was cut or left out: how many characters it has in full.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Shortened { get; init; }
}

/// <summary>An open question in short.</summary>
public sealed record CatchUpQuestion
{
    public required string QuestionId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The people who have been asked so far.</summary>
    public IReadOnlyList<string> Waiting { get => field ?? []; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Content { get; init; }

    /// <summary>If the content was cut or left out: how many characters it has in full.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Shortened { get; init; }
}

/// <summary>A message in short.</summary>
public record CatchUpMessage
{
    public required string MessageId { get; init; }
    public required string From { get; init; }
    public required string MessageType { get; init; }
    public Priority Priority { get; init; }
    public DateTimeOffset Timestamp { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Content { get; init; }

    /// <summary>If the content was cut or left out: how many characters it has in full.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Shortened { get; init; }
}

/// <summary>A request that waits for the agent's answer.</summary>
public sealed record CatchUpRequest : CatchUpMessage
{
    public required string ConversationThreadId { get; init; }

    /// <summary><c>queued</c> if it is still in the agent's inbox.</summary>
    public DeliveryState State { get; init; }

    /// <summary>True if the agent has promised to answer, by a reply with the intent <c>ack</c>; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Accepted { get; init; }

    /// <summary>Until when an answer is of use.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A reservation in short.</summary>
public sealed record CatchUpReservation
{
    public required string ReservationId { get; init; }
    public ReservationStatus Status { get; init; }
    public ReservationMode Mode { get; init; }
    public long Fence { get; init; }

    /// <summary>When it ends unless it is renewed; absent while it waits.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    public IReadOnlyList<string> Paths { get => field ?? []; init; }

    /// <summary>If some paths were left out: how many there are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Shortened { get; init; }

    /// <summary>How many agents wanted something that it covers.</summary>
    public int Wanted { get; init; }
}

/// <summary>What is in the agent's mailbox.</summary>
public sealed record CatchUpInbox
{
    /// <summary>How many messages wait, and how many of them have which priority.</summary>
    public int Waiting { get; init; }

    public int Critical { get; init; }
    public int High { get; init; }
    public int Normal { get; init; }
    public int Low { get; init; }

    /// <summary>How many messages the agent has taken and not settled.</summary>
    public int Leased { get; init; }

    /// <summary>How many messages are dead letters.</summary>
    public int Dead { get; init; }

    /// <summary>The newest of those that wait, apart from requests and from what hands out a task or a step, because those are listed
    /// themselves.</summary>
    public IReadOnlyList<CatchUpMessage> Newest { get => field ?? []; init; }
}

/// <summary>A conversation that went on without the agent.</summary>
public sealed record CatchUpThread
{
    public required string ConversationThreadId { get; init; }

    /// <summary>How many messages others wrote since.</summary>
    public int NewMessages { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LastMessageId { get; init; }

    public DateTimeOffset LastAt { get; init; }

    /// <summary>The <see cref="ThreadDigest.Text"/> of its newest 200 messages.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Digest { get; init; }

    /// <summary>If the digest was cut or left out: how many characters it has in full.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Shortened { get; init; }
}

/// <summary>How many items are missing. Counted up to 1,000.</summary>
public sealed record CatchUpLeftOut
{
    public int Tasks { get; init; }
    public int Steps { get; init; }
    public int Questions { get; init; }
    public int Requests { get; init; }
    public int Reservations { get; init; }

    /// <summary>Messages that wait in the inbox and are listed nowhere.</summary>
    public int Inbox { get; init; }

    public int Threads { get; init; }
}
