using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>A message to be sent. What is absent takes the default named beside it.</summary>
public record SendRequest
{
    /// <summary>One address or several: an agent's id, <c>*</c>, <c>squad:</c>, <c>role:</c>, <c>capability:</c>, <c>topic:</c>, <c>human</c>.</summary>
    [JsonConverter(typeof(AddressesConverter))]
    public IReadOnlyList<string>? To { get; init; }

    /// <summary><c>text</c> if absent; 1-50 of <c>a-z 0-9 _ . -</c>.</summary>
    public string? MessageType { get; init; }

    public string? Content { get; init; }
    public JsonElement? Payload { get; init; }

    /// <summary>Normal if absent.</summary>
    public Priority? Priority { get; init; }

    /// <summary>How long it may wait undelivered; the project's <c>message_ttl_seconds</c> if absent.</summary>
    public int? TtlSeconds { get; init; }

    /// <summary>Not before this time.</summary>
    public DateTimeOffset? DeliverAt { get; init; }

    /// <summary>The thread of <see cref="ReplyTo"/>, else a new one, if absent.</summary>
    public string? ConversationThreadId { get; init; }

    public string? ReplyTo { get; init; }
    public Outcome? Outcome { get; init; }

    /// <summary>The earlier message that this one takes the place of; its deliveries that nobody has taken yet are withdrawn.</summary>
    public string? Supersedes { get; init; }

    public string? TaskId { get; init; }
    public string? ExecutionId { get; init; }
    public JsonElement? Metadata { get; init; }

    /// <summary>A retried send with the same key makes one message.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary><see cref="Protocol.Intent.Inform"/> if absent.</summary>
    public Intent? Intent { get; init; }

    /// <summary>By priority if absent: critical interrupts, high next boundary, normal when idle, low pull.</summary>
    public Surface? Surface { get; init; }

    /// <summary>Only for those who may speak as another; the caller itself if absent.</summary>
    public string? SenderId { get; init; }
}

/// <summary>A send to everybody else in the project, or to the part of it that the fields beyond a send's name.</summary>
public sealed record BroadcastRequest : SendRequest
{
    public string? Capability { get; init; }
    public string? Role { get; init; }
    public string? Type { get; init; }
    public string? Squad { get; init; }
    public AgentStatus? Status { get; init; }
}

/// <summary>A send that waits for its first reply.</summary>
public sealed record RequestRequest : SendRequest
{
    /// <summary>Seconds to wait, 1-3,600; 30 if absent.</summary>
    public double? TimeoutSeconds { get; init; }
}

/// <summary>A reply over a socket: <see cref="MessageId"/> stands for <see cref="SendRequest.ReplyTo"/>, and <see cref="SendRequest.To"/> may
/// be absent: then it goes to whoever sent that message.</summary>
public sealed record ReplyRequest : SendRequest
{
    public string? MessageId { get; init; }
}

/// <summary>How a request ended: the first reply, and whether it says success or error.</summary>
public sealed record RequestAnswer
{
    public required Outcome Status { get; init; }
    public required Message Reply { get; init; }
}

/// <summary>Up to 1,000 sends, each with its own result.</summary>
public sealed record SendBatchRequest
{
    public IReadOnlyList<SendRequest>? Items { get; init; }
}

/// <summary>Where a send went and what each recipient is doing now.</summary>
public record SendAnswer
{
    public required string MessageId { get; init; }
    public required long Seq { get; init; }
    public required string ConversationThreadId { get; init; }

    /// <summary>True when an earlier send with the same key stored it.</summary>
    public bool Duplicate { get; init; }

    /// <summary>The first 100 deliveries.</summary>
    public IReadOnlyList<DeliveryOutlook> Deliveries { get; init; } = [];

    /// <summary>How many there are in all.</summary>
    public int DeliveriesTotal { get; init; }
}

/// <summary>The result of one item of a batch of sends: an HTTP status, with what a send of its own would have been answered, or the
/// problem.</summary>
public sealed record SendItemResult
{
    public required int Status { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MessageId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Seq { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ConversationThreadId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Duplicate { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DeliveryOutlook>? Deliveries { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? DeliveriesTotal { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Problem? Problem { get; init; }
}

/// <summary>The results of a batch of sends, in its order.</summary>
public sealed record SendItemResults
{
    public IReadOnlyList<SendItemResult> Items { get; init; } = [];
}

/// <summary>One recipient of a send: what it is doing, how much waits ahead, and what will happen.</summary>
public sealed record DeliveryOutlook
{
    public required string AgentId { get; init; }
    public AgentStatus Status { get; init; }
    public AgentActivity Activity { get; init; }

    /// <summary>Deliveries that go out before this one.</summary>
    public int Ahead { get; init; }

    /// <summary>Null when refused.</summary>
    public Outlook? Outlook { get; init; }

    /// <summary>An error code, <c>mailbox_full</c>, when this member of a group got nothing.</summary>
    public string? Refused { get; init; }
}

public enum Outlook
{
    /// <summary>Handed to a connection at once.</summary>
    Pushed,
    NextBoundary,
    WhenIdle,
    OnPull,

    /// <summary>The agent is away; it waits in the mailbox.</summary>
    HeldUntilBack,

    /// <summary>Not before its <c>deliver_at</c>.</summary>
    Scheduled,

    /// <summary>Stopped by the storm breaker.</summary>
    Held,
}
