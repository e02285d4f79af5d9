using Parley.Protocol;

namespace Parley.Server.Mailboxes;

internal enum SettleVerb
{
    Ack,
    Nack,
    Extend,

    /// <summary>The agent's harness has shown it to the model.</summary>
    Surfaced,
}

/// <summary>One settlement of one delivery.</summary>
/// <param name="Delivery">From the lease id; 0 to find it by the message.</param>
/// <param name="Lease">The lease that holds it; 0 for the caller's own delivery, queued or leased.</param>
internal readonly record struct Settle(SettleVerb Verb, int Project, int Agent, long Seq, long Delivery, long Lease)
{
    /// <summary>The message's id; required if no lease id identifies the delivery.</summary>
    internal Guid MessageId { get; init; }

    /// <summary>For a nack: how long until it is requeued; null for the project's delay.</summary>
    internal TimeSpan? Delay { get; init; }

    internal string? Reason { get; init; }

    /// <summary>For a surfaced message: what shows it.</summary>
    internal SurfaceEvidence Evidence { get; init; }

    /// <summary>For an extension: the new end, counted from now.</summary>
    internal TimeSpan Extension { get; init; }
}

internal enum Settlement
{
    Settled,
    NotFound,
    LeaseLost,
}
