using System.Text.Json.Serialization;

namespace Parley.Protocol;

public enum DeliveryState
{
    Scheduled,
    Queued,
    Leased,
    Acknowledged,
    Dead,
    Expired,
    Withdrawn,

    /// <summary>Part of a storm. It waits for an operator, who releases or cancels it.</summary>
    Held,
}

/// <summary>One message for one agent, with the times of its stages; null for a stage that was not reached or is unknown.</summary>
public sealed record Delivery
{
    public required string DeliveryId { get; init; }
    public required string MessageId { get; init; }
    public required string AgentId { get; init; }
    public required DeliveryState State { get; init; }

    /// <summary>1 plus the number of failures.</summary>
    public int Attempt { get; init; }

    /// <summary>How often the connection of its reader was lost while this was the first message it had not settled; not failures.</summary>
    public int Disconnects { get; init; }

    public DateTimeOffset? QueuedAt { get; init; }
    public DateTimeOffset? DeliveredAt { get; init; }
    /// <summary>When the message was first known to be in the context of its reader's model.</summary>
    public DateTimeOffset? SurfacedAt { get; init; }

    /// <summary>What showed that; null if it has not been surfaced, or was before Parley kept this.</summary>
    public SurfaceEvidence? Evidence { get; init; }

    public DateTimeOffset? AcknowledgedAt { get; init; }
    public DateTimeOffset? RepliedAt { get; init; }
    public string? LastError { get; init; }
}

/// <summary>What shows that a message has stood in the context of its reader's model.</summary>
public enum SurfaceEvidence
{
    /// <summary>The reader says so.</summary>
    Report,

    /// <summary>The harness did something that only an answer of the model can lead to, and the request for that answer had the message.</summary>
    NextEvent,

    /// <summary>The message is in the harness's record of the session.</summary>
    Transcript,

    /// <summary>The terminal showed it.</summary>
    Screen,

    /// <summary>The model fetched it with a tool.</summary>
    Tool,
}

/// <summary>How many deliveries of a message are at which stage. Each counts once, at its last one.</summary>
public sealed record DeliveryTally
{
    public int Total { get; init; }

    /// <summary>In a mailbox, or scheduled.</summary>
    public int Queued { get; init; }

    /// <summary>Leased to its reader, which has not reported it as surfaced or settled it.</summary>
    public int HandedOver { get; init; }

    /// <summary>Reported to be in the context of its reader's model.</summary>
    public int Surfaced { get; init; }

    public int Acknowledged { get; init; }
    public int Replied { get; init; }
    public int Dead { get; init; }
    public int Expired { get; init; }

    /// <summary>Part of a storm.</summary>
    public int Held { get; init; }

    public int Withdrawn { get; init; }
}

/// <summary>A delivery as its agent gets it. It has no lease if the agent only read its inbox.</summary>
public sealed record InboxItem
{
    public required Message Message { get; init; }
    public required string DeliveryId { get; init; }
    public int Attempt { get; init; }

    /// <summary>For acknowledging it; absent if the agent only read its inbox.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LeaseId { get; init; }

    /// <summary>When the lease ends; absent if the agent only read its inbox.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>What is missing because of <c>budget_tokens</c>; absent if the message is whole. <c>GET messages/{message_id}</c> has all of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Shortened? Shortened { get; init; }
}

/// <summary>Which parts of a message were shortened, and how many characters each has in full. Null for parts that are complete.</summary>
public sealed record Shortened
{
    /// <summary>The content was cut at its end.</summary>
    public int? Content { get; init; }

    /// <summary>The payload was left out.</summary>
    public int? Payload { get; init; }

    /// <summary>The metadata was left out.</summary>
    public int? Metadata { get; init; }
}

/// <summary>The messages that are waiting in a mailbox, or were claimed from it, in delivery order.</summary>
public sealed record Inbox
{
    public IReadOnlyList<InboxItem> Items { get; init; } = [];
}

/// <summary>What to lease.</summary>
public sealed record ClaimRequest
{
    /// <summary>1-500; default 10.</summary>
    public int? Max { get; init; }

    /// <summary>Seconds to wait if nothing is due, 0-60; default 0.</summary>
    public double? Wait { get; init; }

    /// <summary>Message types to take; the others stay queued.</summary>
    public IReadOnlyList<string>? Type { get; init; }

    public IReadOnlyList<Priority>? Priority { get; init; }

    /// <summary>Senders to take from.</summary>
    public IReadOnlyList<string>? From { get; init; }

    /// <summary>1-3,600; default 30.</summary>
    public int? LeaseSeconds { get; init; }

    /// <summary>Shortens the messages to about this many model tokens; see <see cref="InboxItem.Shortened"/>.</summary>
    public int? BudgetTokens { get; init; }
}

/// <summary>Acknowledges a delivery; without a lease, the caller's own, whether queued or leased by it.</summary>
public sealed record AckRequest
{
    public string? LeaseId { get; init; }
}

public sealed record NackRequest
{
    public string? LeaseId { get; init; }

    /// <summary>Seconds until it is queued again; the project's <c>retry_delay_seconds</c> if absent.</summary>
    public double? DelaySeconds { get; init; }

    public string? Reason { get; init; }
}

public sealed record ExtendRequest
{
    public string? LeaseId { get; init; }

    /// <summary>1-3,600 from now; default 30.</summary>
    public int? LeaseSeconds { get; init; }
}

/// <summary>One settlement over a socket; which fields apply depends on the frame.</summary>
public sealed record SettleItem
{
    public string? MessageId { get; init; }
    public string? LeaseId { get; init; }

    /// <summary>For a nack: seconds until it is queued again.</summary>
    public double? DelaySeconds { get; init; }

    public string? Reason { get; init; }

    /// <summary>For an extension: 1-3,600 from now.</summary>
    public int? LeaseSeconds { get; init; }

    /// <summary>For an acknowledgment: if true, nobody waits for the answer, so the server may store it up to 5 ms later, together with something
    /// else. Applies only if all items of the frame are deferred. A frame without an id is always deferred.</summary>
    public bool? Defer { get; init; }
}

public sealed record AckItem
{
    public string? MessageId { get; init; }
    public string? LeaseId { get; init; }
}

public sealed record AckBatchRequest
{
    public IReadOnlyList<AckItem>? Items { get; init; }
}

/// <summary>The result of one item of a batch: an HTTP status, and the problem if it failed.</summary>
public sealed record ItemResult
{
    public required int Status { get; init; }
    public Problem? Problem { get; init; }
}

public sealed record ItemResults
{
    public IReadOnlyList<ItemResult> Items { get; init; } = [];
}

/// <summary>What happened to a message: every delivery with its stages, how it was routed, and the replies.</summary>
public sealed record MessageTrace
{
    public required Message Message { get; init; }
    public IReadOnlyList<Delivery> Deliveries { get; init; } = [];

    /// <summary>How each address was resolved to recipients, in order.</summary>
    public IReadOnlyList<string> Routing { get; init; } = [];

    /// <summary>Names of the routing rules that touched it.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    public IReadOnlyList<Message> Replies { get; init; } = [];

    /// <summary>The connection it was sent on; null over REST.</summary>
    public string? Session { get; init; }

    /// <summary>The message that replaced this one.</summary>
    public string? SupersededBy { get; init; }
}

