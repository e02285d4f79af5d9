namespace Parley.Server.Mailboxes;

internal enum SettleVerb
{
    Ack,
    Nack,
    Extend,

    /// <summary>The agent's harness has put it before the model.</summary>
    Surfaced,
}

/// <summary>One settling of one delivery.</summary>
/// <param name="Delivery">From the lease id; 0: found by the message.</param>
/// <param name="Lease">The lease it is held by; 0: the caller's own, queued or leased.</param>
internal readonly record struct Settle(SettleVerb Verb, int Project, int Agent, long Seq, long Delivery, long Lease)
{
    /// <summary>The message's id; needed where no lease names the delivery.</summary>
    internal Guid MessageId { get; init; }

    /// <summary>A nack's: until it is queued again; null: the project's.</summary>
    internal TimeSpan? Delay { get; init; }

    internal string? Reason { get; init; }

    /// <summary>An extension's: from now.</summary>
    internal TimeSpan Extension { get; init; }
}

internal enum Settlement
{
    Settled,
    NotFound,
    LeaseLost,
}
