using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>A delivery that ran out of attempts, with its message.</summary>
public sealed record DeadLetter
{
    public required Delivery Delivery { get; init; }
    public required Message Message { get; init; }

    /// <summary>How its last attempt ended.</summary>
    public DeathReason Reason { get; init; }

    /// <summary>When its last attempt ended.</summary>
    public DateTimeOffset DiedAt { get; init; }

    /// <summary>Its failed attempts, oldest first, also those before it was requeued. Empty for one that died before the server kept them.</summary>
    public IReadOnlyList<DeliveryAttempt> Attempts { get; init; } = [];

    /// <summary>Who requeued it, oldest first. Empty if it died only once.</summary>
    public IReadOnlyList<DeliveryRequeue> Requeued { get; init; } = [];

    /// <summary>The agent whose mailbox it was for, as it is now.</summary>
    public DeadLetterReceiver Receiver { get; init; } = new();
}

/// <summary>A failed attempt to deliver a message.</summary>
public sealed record DeliveryAttempt
{
    /// <summary>Counts from 1, and again from 1 after a requeue. A lost connection does not count, so several may have the same number.</summary>
    public int Attempt { get; init; }

    /// <summary>When the reader got it; null if it never did.</summary>
    public DateTimeOffset? At { get; init; }

    public DateTimeOffset EndedAt { get; init; }

    /// <summary>How it ended.</summary>
    public DeathReason Outcome { get; init; }

    /// <summary>What the reader said, or what the server says if the lease lapsed or the connection was lost.</summary>
    public string? Error { get; init; }
}

/// <summary>A dead letter was put back into its mailbox.</summary>
public sealed record DeliveryRequeue
{
    public DateTimeOffset At { get; init; }

    /// <summary>The agent that did it, or <c>admin</c> or <c>operator</c> for a token without an agent; null if unknown.</summary>
    public string? By { get; init; }

    /// <summary>When it had died.</summary>
    public DateTimeOffset? DiedAt { get; init; }
}

/// <summary>Whether the reader of a dead letter answers now.</summary>
public sealed record DeadLetterReceiver
{
    public AgentStatus Status { get; init; }

    /// <summary>When it last sent a message, settled one, or reported its status to this server; null if it has not since the server started.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }
}

/// <summary>What differs when the message of a dead letter is sent anew. Absent fields stay as they are in that message.</summary>
public sealed record ResendRequest
{
    /// <summary>The agent whose mailbox it was for if absent.</summary>
    [JsonConverter(typeof(AddressesConverter))]
    public IReadOnlyList<string>? To { get; init; }

    public string? MessageType { get; init; }
    public string? Content { get; init; }
    public JsonElement? Payload { get; init; }
    public Priority? Priority { get; init; }
    public Intent? Intent { get; init; }
    public Surface? Surface { get; init; }
    public JsonElement? Metadata { get; init; }

    /// <summary>Defaults to the project's <c>message_ttl_seconds</c>.</summary>
    public int? TtlSeconds { get; init; }

    /// <summary>Not before this time.</summary>
    public DateTimeOffset? DeliverAt { get; init; }

    public string? ConversationThreadId { get; init; }
    public string? TaskId { get; init; }

    /// <summary>Stays as it is if absent, unless that execution has ended: then the new message belongs to none.</summary>
    public string? ExecutionId { get; init; }

    /// <summary>Only for callers who may send as somebody else. Defaults to the caller.</summary>
    public string? SenderId { get; init; }
}

/// <summary>How the last attempt of a dead letter ended.</summary>
public enum DeathReason
{
    /// <summary>Its reader gave it back; the delivery's <c>last_error</c> is what the reader said.</summary>
    Rejected,

    /// <summary>Its reader took it and did not acknowledge it before the lease lapsed.</summary>
    LeaseLapsed,

    /// <summary>The connection of its reader was lost each time.</summary>
    ReaderLost,
}

/// <summary>The dead letters of one agent that died for the same reason.</summary>
public sealed record DeadLetterGroup
{
    public required string AgentId { get; init; }
    public DeathReason Reason { get; init; }
    public required int Count { get; init; }

    /// <summary>When the first of them died.</summary>
    public DateTimeOffset OldestAt { get; init; }

    /// <summary>When the last of them died.</summary>
    public DateTimeOffset NewestAt { get; init; }

    /// <summary>Of the one that died last.</summary>
    public string? LastError { get; init; }
}

/// <summary>Which dead letters; all of the project's if nothing is set.</summary>
public sealed record DeadLetterFilter
{
    public string? AgentId { get; init; }
    public string? Type { get; init; }

    /// <summary>How their last attempt ended.</summary>
    public DeathReason? Reason { get; init; }

    /// <summary>Only these, by the ids of their deliveries; at most 1,000.</summary>
    public IReadOnlyList<string>? DeliveryIds { get; init; }
}

/// <summary>What became of the dead letters that were to be requeued or purged.</summary>
public sealed record DeadLettersAnswer
{
    /// <summary>How many were requeued or purged.</summary>
    public required int Count { get; init; }

    /// <summary>Those of the <c>delivery_ids</c> that were not: the others are done.</summary>
    public IReadOnlyList<RefusedDeadLetter> Refused { get; init; } = [];
}

/// <summary>A delivery that could not be requeued or purged.</summary>
public sealed record RefusedDeadLetter
{
    public required string DeliveryId { get; init; }

    /// <summary>The code of the error: <c>not_found</c> if the delivery is not a dead letter, or if its message is gone.</summary>
    public required string Code { get; init; }
}
