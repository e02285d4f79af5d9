using System.Globalization;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.Mailboxes;

/// <summary>The state of deliveries: every query about them that changes nothing.</summary>
internal interface IDeliveryHistory
{
    /// <summary>The current state of a message's deliveries.</summary>
    ValueTask<IReadOnlyList<DeliveryRow>> DeliveriesAsync(int project, long seq, CancellationToken cancellationToken);

    /// <summary>How far the deliveries of some messages are, by the seq of the message; absent for one without deliveries.</summary>
    /// <param name="agent">Only those to this agent; null for all.</param>
    ValueTask<IReadOnlyDictionary<long, DeliveryTally>> TalliesAsync(
        int project, IReadOnlyCollection<long> seqs, int? agent, CancellationToken cancellationToken);

    /// <summary>Dead letters, newest first, starting below a delivery.</summary>
    ValueTask<IReadOnlyList<DeadLetterRow>> DeadLettersAsync(
        DeadLetterSelection which, long before, int max, CancellationToken cancellationToken);

    /// <summary>Dead letters by mailbox and reason, the largest group first.</summary>
    ValueTask<IReadOnlyList<DeadLetterTally>> DeadLetterGroupsAsync(DeadLetterSelection which, int max, CancellationToken cancellationToken);
}

internal sealed record DeliveryRow(
    long Delivery, long Seq, int Agent, DeliveryState State, int Attempt, long? QueuedAt, long? DeliveredAt, long? SurfacedAt,
    long? AcknowledgedAt, long? RepliedAt, string? LastError, int Disconnects, SurfaceEvidence? Evidence)
{
    internal Delivery ToWire(ProjectState project, Guid messageId) => new()
    {
        DeliveryId = Delivery.ToString(CultureInfo.InvariantCulture),
        MessageId = messageId.ToString(),
        AgentId = project.Agents.Find(Agent)?.Id ?? "",
        State = DeliveryRules.Shown(State, QueuedAt),
        Attempt = Attempt,
        Disconnects = Disconnects,
        QueuedAt = StormEnd.Is(QueuedAt) ? null : Time(QueuedAt),
        DeliveredAt = Time(DeliveredAt),
        SurfacedAt = Time(SurfacedAt),
        Evidence = Evidence,
        AcknowledgedAt = Time(AcknowledgedAt),
        RepliedAt = Time(RepliedAt),
        LastError = LastError,
    };

    private static DateTimeOffset? Time(long? stamp) => stamp is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}

/// <summary>A dead letter, with its message.</summary>
/// <param name="DiedAt">In Unix milliseconds.</param>
/// <param name="Trail">See <see cref="DeliveryTrail"/>.</param>
internal sealed record DeadLetterRow(DeliveryRow Delivery, LogEntry Message, long DiedAt, string? Trail);

/// <summary>How many dead letters one mailbox has for one reason.</summary>
/// <param name="Oldest">When the first of them died, in Unix milliseconds.</param>
/// <param name="Newest">When the last of them died.</param>
/// <param name="LastError">Of the one that died last.</param>
internal sealed record DeadLetterTally(int Agent, DeathReason Reason, int Count, long Oldest, long Newest, string? LastError);
