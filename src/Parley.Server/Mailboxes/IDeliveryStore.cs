using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Mailboxes;

/// <summary>Durable deliveries. Every method is one atomic transition of the state machine in <c>docs/concepts/delivery.md</c>. Callers never need a
/// transaction of their own, and when a method returns, its result is on disk.</summary>
/// <remarks>Implementations pass <c>MessageStoreConformance</c>, which defines this contract in full. Agents are identified by number. After each
/// commit, the store tells <see cref="IHandover"/> which mailboxes have work.</remarks>
internal interface IDeliveryStore
{
    /// <summary>Leases queued deliveries, lowest rank first, and never expired ones. Searching a long queue for matches of a filter does not delay
    /// others. A connection has room for as many as it asks for, and gets them through <see cref="IDeliveryHolder.Deliver"/> before this
    /// returns.</summary>
    /// <returns>The claimed deliveries; empty when nothing is due.</returns>
    Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(ClaimOrder order);

    /// <summary>What <see cref="ClaimAsync"/> would return, without changing anything.</summary>
    ValueTask<IReadOnlyList<ClaimedDelivery>> PeekAsync(ClaimOrder order, CancellationToken cancellationToken);

    /// <summary>Settles deliveries, each separately.</summary>
    /// <param name="isDeferred">Nobody waits for it, so a store may commit it a few milliseconds later, together with something else. Later calls
    /// are still applied after it.</param>
    Task<IReadOnlyList<Settlement>> SettleAsync(IReadOnlyList<Settle> settles, Resume resume = Resume.OnPool, bool isDeferred = false);

    /// <summary>Gives back what a connection holds. The deliveries are requeued at once, and no attempt is counted. Those whose message was deleted or
    /// superseded in the meantime are withdrawn.</summary>
    /// <param name="isLost">Whether the connection was lost instead of closed. <see cref="DeliveryRules.LoseReader"/> then applies to the first delivery it got.</param>
    ValueTask ReleaseAsync(int agent, IDeliveryHolder holder, bool isLost, CancellationToken cancellationToken);

    /// <summary>Gives back what was claimed over REST by a caller that it did not reach, like <see cref="ReleaseAsync"/>. Deliveries that have been
    /// settled, or leased again, in the meantime do not change.</summary>
    ValueTask ReturnAsync(int project, IReadOnlyList<ClaimedDelivery> claimed, CancellationToken cancellationToken);

    /// <summary>Queues due deliveries and ends lapsed leases (each counts as an attempt), a limited number of each.</summary>
    ValueTask<RescueResult> RescueAsync(CancellationToken cancellationToken);

    /// <summary>Expires waiting deliveries whose time is over. Each call looks at a limited number of them and continues where the last one
    /// stopped.</summary>
    /// <returns>How many were expired.</returns>
    ValueTask<int> ExpireAsync(CancellationToken cancellationToken);

    /// <summary>Requeues dead letters, starting over at attempt 1. Those of a deleted or superseded message are withdrawn.</summary>
    /// <returns>How many were requeued.</returns>
    ValueTask<IReadOnlyList<long>> RequeueAsync(DeadLetterSelection which, CancellationToken cancellationToken);

    /// <summary>Withdraws dead letters for good.</summary>
    ValueTask<IReadOnlyList<long>> PurgeAsync(DeadLetterSelection which, CancellationToken cancellationToken);

    /// <summary>Moves a delivery that was routed by capability to another agent. Its attempt count stays.</summary>
    /// <returns>False if it has been settled, or leased again, in the meantime.</returns>
    ValueTask<bool> MoveAsync(long delivery, int from, int to, CancellationToken cancellationToken);

    /// <summary>An agent's unsettled deliveries that were routed by capability.</summary>
    /// <param name="refusedOnly">Only those that wait because the agent gave them back.</param>
    ValueTask<IReadOnlyList<MovableDelivery>> MovableAsync(int agent, bool refusedOnly, CancellationToken cancellationToken);

    /// <summary>Withdraws everything unsettled in an agent's mailbox.</summary>
    ValueTask WithdrawAllAsync(int agent, CancellationToken cancellationToken);
}

/// <summary>What to lease, and for whom.</summary>
/// <param name="Holder">The connection that gets the deliveries; the lease ends with it. Null: a separate lease that survives a restart.</param>
internal sealed record ClaimOrder(int Project, int Agent, int Max, TimeSpan Lease, DeliveryFilter Filter, IDeliveryHolder? Holder)
{
    /// <summary>How often a filtered claim tries again after others have claimed what it found.</summary>
    internal const int MostLooks = 8;

    /// <summary>Where a claim ends by default.</summary>
    internal const long UsualBytes = 4 << 20;

    /// <summary>A claim ends at this many bytes of messages, even if there are few of them, but has at least one.</summary>
    internal long Bytes { get; init; } = UsualBytes;

    /// <summary>Only those of these that are still queued, in this order; null for those that come next. The filter is then not looked at.</summary>
    internal IReadOnlyList<long>? Chosen { get; init; }
}

/// <summary>Which deliveries of a mailbox a connection or claim takes. An empty set takes all.</summary>
internal sealed record DeliveryFilter(IReadOnlySet<string> Types, IReadOnlySet<Priority> Priorities, IReadOnlySet<int> Senders)
{
    internal static DeliveryFilter Everything { get; } =
        new(new HashSet<string>(StringComparer.Ordinal), new HashSet<Priority>(), new HashSet<int>());

    internal bool IsEverything => Types.Count == 0 && Priorities.Count == 0 && Senders.Count == 0;

    internal bool Takes(string type, Priority priority, int sender) =>
        (Types.Count == 0 || Types.Contains(type)) && (Priorities.Count == 0 || Priorities.Contains(priority)) &&
        (Senders.Count == 0 || Senders.Contains(sender));
}

/// <summary>A delivery that is given to its agent.</summary>
/// <param name="Json">The message.</param>
/// <param name="Lease">0 if it was only read, not leased.</param>
/// <param name="LeaseUntil">Unix milliseconds.</param>
internal readonly record struct ClaimedDelivery(long Delivery, long Seq, int Attempt, long Lease, long LeaseUntil, byte[] Json)
{
    internal string LeaseId => Mailboxes.LeaseId.ToText(Delivery, Lease);
}

/// <param name="More">True if a limit was reached: call again at once.</param>
/// <param name="NextDue">When the next delivery is due, in Unix milliseconds; null if there is none.</param>
internal readonly record struct RescueResult(bool More, long? NextDue);

/// <summary>Selects dead letters of a project: those that match everything that is not null.</summary>
internal sealed record DeadLetterSelection(int Project)
{
    /// <summary>Null for all.</summary>
    internal IReadOnlyCollection<long>? Deliveries { get; init; }

    internal int? Agent { get; init; }
    internal string? Type { get; init; }
    internal DeathReason? Reason { get; init; }

    /// <summary>Who requeues them, for the trail.</summary>
    internal string? By { get; init; }
}

internal sealed record MovableDelivery(long Delivery, string Capability, IReadOnlyList<int> Tried);
