using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>A message to send. Absent fields take the default described with them.</summary>
public record SendRequest
{
    /// <summary>One address or several: an agent's id or name, <c>*</c>, <c>squad:</c>, <c>role:</c>, <c>capability:</c>, <c>topic:</c>, <c>human</c>.</summary>
    [JsonConverter(typeof(AddressesConverter))]
    public IReadOnlyList<string>? To { get; init; }

    /// <summary>1-50 characters from <c>a-z 0-9 _ . -</c>; <c>text</c> if absent.</summary>
    public string? MessageType { get; init; }

    public string? Content { get; init; }
    public JsonElement? Payload { get; init; }

    /// <summary>Normal if absent.</summary>
    public Priority? Priority { get; init; }

    /// <summary>How long it may wait undelivered. Defaults to the project's <c>message_ttl_seconds</c>.</summary>
    public int? TtlSeconds { get; init; }

    /// <summary>Not before this time.</summary>
    public DateTimeOffset? DeliverAt { get; init; }

    /// <summary>Defaults to the thread of <see cref="ReplyTo"/>, or else a new one.</summary>
    public string? ConversationThreadId { get; init; }

    /// <summary>The message that this one answers. The sender's own delivery of it is acknowledged along with the send: see <see cref="Settle"/>.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>For replies: whether to acknowledge the sender's delivery of the message in <see cref="ReplyTo"/>. Defaults to true, or to
    /// false for a reply with the intent <c>ack</c>, which only promises to do something.</summary>
    public bool? Settle { get; init; }

    public Outcome? Outcome { get; init; }

    /// <summary>The earlier message that this one replaces. Its deliveries that nobody has taken yet are withdrawn.</summary>
    public string? Supersedes { get; init; }

    public string? TaskId { get; init; }
    public string? ExecutionId { get; init; }
    public JsonElement? Metadata { get; init; }

    /// <summary>Sends with the same key store one message.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary><c>inform</c> if absent.</summary>
    public Intent? Intent { get; init; }

    /// <summary>Defaults by priority: critical interrupts, high at the next boundary, normal when idle, low on pull.</summary>
    public Surface? Surface { get; init; }

    /// <summary>Only for callers who may send as somebody else. Defaults to the caller.</summary>
    public string? SenderId { get; init; }
}

/// <summary>A send to everybody else in the project, or to those who match the additional fields.</summary>
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
    /// <summary>Seconds to wait, 1-3,600; default 30.</summary>
    public double? TimeoutSeconds { get; init; }
}

/// <summary>A reply over a socket. <see cref="MessageId"/> replaces <see cref="SendRequest.ReplyTo"/>. If <see cref="SendRequest.To"/> is
/// absent, the reply goes to the sender of that message.</summary>
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

/// <summary>Where a message went and what each recipient is doing.</summary>
public record SendAnswer
{
    public required string MessageId { get; init; }
    public required long Seq { get; init; }
    public required string ConversationThreadId { get; init; }

    /// <summary>True if an earlier send with the same key stored it.</summary>
    public bool Duplicate { get; init; }

    /// <summary>The first 100 deliveries.</summary>
    public IReadOnlyList<DeliveryOutlook> Deliveries { get; init; } = [];

    /// <summary>The total number of deliveries.</summary>
    public int DeliveriesTotal { get; init; }
}

/// <summary>What a send would do. Nothing was stored.</summary>
public sealed record SendPreview
{
    /// <summary>Where it would be addressed to after the routing rules.</summary>
    [JsonConverter(typeof(AddressesConverter))]
    public IReadOnlyList<string> To { get; init; } = [];

    /// <summary>The priority after the routing rules.</summary>
    public Priority Priority { get; init; }

    /// <summary>What routing rules would do, and how each address would be resolved, as a trace shows it. Empty for a single agent without rules.</summary>
    public IReadOnlyList<string> Routing { get; init; } = [];

    /// <summary>The first 100 deliveries, as things are now.</summary>
    public IReadOnlyList<DeliveryOutlook> Deliveries { get; init; } = [];

    /// <summary>The total number of deliveries.</summary>
    public int DeliveriesTotal { get; init; }
}

/// <summary>The result of one item in a batch of sends: an HTTP status, with the answer that a single send would have gotten, or the
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

/// <summary>The results of a batch of sends, in the same order.</summary>
public sealed record SendItemResults
{
    public IReadOnlyList<SendItemResult> Items { get; init; } = [];
}

/// <summary>One recipient of a message: what it is doing, how much is ahead, and what will happen.</summary>
public sealed record DeliveryOutlook
{
    public required string AgentId { get; init; }
    public AgentStatus Status { get; init; }
    public AgentActivity Activity { get; init; }

    /// <summary>Deliveries that go out before this one.</summary>
    public int Ahead { get; init; }

    /// <summary>Null if refused.</summary>
    public Outlook? Outlook { get; init; }

    /// <summary>An error code, <c>mailbox_full</c>, if this member of a group did not get the message.</summary>
    public string? Refused { get; init; }
}

public enum Outlook
{
    /// <summary>Sent to a connection at once.</summary>
    Pushed,
    NextBoundary,
    WhenIdle,
    OnPull,

    /// <summary>With the next prompt of the agent's harness: it is idle, and nothing can wake it.</summary>
    NextTurn,

    /// <summary>The agent is offline or paused; the message waits in its mailbox.</summary>
    HeldUntilBack,

    /// <summary>Not before its <c>deliver_at</c>.</summary>
    Scheduled,

    /// <summary>Not before an operator releases its storm: agents have answered each other too often in a short time.</summary>
    Held,
}
