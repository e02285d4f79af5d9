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

    /// <summary>The code of the error: <c>not_found</c> if it is no dead letter (anymore), or if its message is gone.</summary>
    public required string Code { get; init; }
}
