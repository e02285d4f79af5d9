using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Mailboxes;

/// <summary>Durable deliveries. Every method is one atomic transition of the state machine in <c>docs/concepts/delivery.md</c>; a caller
/// never needs a transaction of its own, and what it returns is on disk.</summary>
/// <remarks>Implementations pass <c>MessageStoreConformance</c>, which defines this contract in full. Agents are named by their number.
/// After each commit the store tells <see cref="IHandover"/> which mailboxes have work.</remarks>
internal interface IDeliveryStore
{
    /// <summary>Leases queued deliveries: lowest rank first, expired ones never. A long queue that is looked through for what a filter takes holds
    /// up nobody else. A connection has room for as many as it asks for and gets
    /// them by <see cref="IDeliveryHolder.Deliver"/>, before this returns.</summary>
    /// <returns>The claimed deliveries; empty when nothing is due.</returns>
    Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(ClaimOrder order);

    /// <summary>What <see cref="ClaimAsync"/> would give, changing nothing.</summary>
    ValueTask<IReadOnlyList<ClaimedDelivery>> PeekAsync(ClaimOrder order, CancellationToken cancellationToken);

    /// <summary>Settles deliveries, each alone.</summary>
    /// <param name="isDeferred">Nobody waits for it: a store may commit it a few milliseconds later, with something else. What is called after it is
    /// still applied after it.</param>
    Task<IReadOnlyList<Settlement>> SettleAsync(IReadOnlyList<Settle> settles, Resume resume = Resume.OnPool, bool isDeferred = false);

    /// <summary>Gives back what a connection holds: queued again at once, no attempt counted; withdrawn when its message was deleted or
    /// superseded meanwhile.</summary>
    /// <param name="isLost">The connection was lost, and not ended: of what it holds, <see cref="DeliveryRules.LoseReader"/> rules on what it got first.</param>
    ValueTask ReleaseAsync(int agent, IDeliveryHolder holder, bool isLost, CancellationToken cancellationToken);

    /// <summary>Gives back what was claimed over REST for somebody whom it did not reach, as <see cref="ReleaseAsync"/> does. What was settled, or
    /// leased anew, meanwhile stays so.</summary>
    ValueTask ReturnAsync(int project, IReadOnlyList<ClaimedDelivery> claimed, CancellationToken cancellationToken);

    /// <summary>Queues what is due and gives back what has lapsed (counted as an attempt), a bounded number of each.</summary>
    ValueTask<RescueResult> RescueAsync(CancellationToken cancellationToken);

    /// <summary>Expires undelivered deliveries whose time is over, looking at a bounded number of them; goes round over calls.</summary>
    /// <returns>How many expired.</returns>
    ValueTask<int> ExpireAsync(CancellationToken cancellationToken);

    /// <summary>Queues dead letters again with their attempts at zero; those of a deleted or superseded message are withdrawn.</summary>
    /// <returns>How many were queued.</returns>
    ValueTask<int> RequeueAsync(DeadLetterSelection which, CancellationToken cancellationToken);

    /// <summary>Withdraws dead letters for good.</summary>
    ValueTask<int> PurgeAsync(DeadLetterSelection which, CancellationToken cancellationToken);

    /// <summary>Moves a delivery that was routed by capability to another agent, keeping its attempt.</summary>
    /// <returns>False when it was settled, or leased again, meanwhile.</returns>
    ValueTask<bool> MoveAsync(long delivery, int from, int to, CancellationToken cancellationToken);

    /// <summary>An agent's unsettled deliveries that were routed by capability.</summary>
    /// <param name="refusedOnly">Only those that wait because the agent gave them back.</param>
    ValueTask<IReadOnlyList<MovableDelivery>> MovableAsync(int agent, bool refusedOnly, CancellationToken cancellationToken);

    /// <summary>Withdraws everything unsettled in an agent's mailbox.</summary>
    ValueTask WithdrawAllAsync(int agent, CancellationToken cancellationToken);
}

/// <summary>What to lease, and for whom.</summary>
/// <param name="Holder">The connection that gets it; its lease ends with it. Null: a lease of its own that outlives a restart.</param>
internal sealed record ClaimOrder(int Project, int Agent, int Max, TimeSpan Lease, DeliveryFilter Filter, IDeliveryHolder? Holder)
{
    /// <summary>How often a filtered claim looks anew for what others were not faster with.</summary>
    internal const int MostLooks = 8;

    /// <summary>Where a claim ends that says nothing else.</summary>
    internal const long UsualBytes = 4 << 20;

    /// <summary>With this many bytes of messages it is enough, however few they are; one is given in any case.</summary>
    internal long Bytes { get; init; } = UsualBytes;
}

/// <summary>What a taker wants of a mailbox; an empty set takes everything.</summary>
internal sealed record DeliveryFilter(IReadOnlySet<string> Types, IReadOnlySet<Priority> Priorities, IReadOnlySet<int> Senders)
{
    internal static DeliveryFilter Everything { get; } =
        new(new HashSet<string>(StringComparer.Ordinal), new HashSet<Priority>(), new HashSet<int>());

    internal bool IsEverything => Types.Count == 0 && Priorities.Count == 0 && Senders.Count == 0;

    internal bool Takes(string type, Priority priority, int sender) =>
        (Types.Count == 0 || Types.Contains(type)) && (Priorities.Count == 0 || Priorities.Contains(priority)) &&
        (Senders.Count == 0 || Senders.Contains(sender));
}

/// <summary>A delivery handed to its agent.</summary>
/// <param name="Json">The message.</param>
/// <param name="Lease">0 when only looked at.</param>
/// <param name="LeaseUntil">Unix milliseconds.</param>
internal readonly record struct ClaimedDelivery(long Delivery, long Seq, int Attempt, long Lease, long LeaseUntil, byte[] Json)
{
    internal string LeaseId => Mailboxes.LeaseId.ToText(Delivery, Lease);
}

/// <param name="More">True when a bound was reached: call again at once.</param>
/// <param name="NextDue">Unix milliseconds of the next thing that will be due; null: nothing.</param>
internal readonly record struct RescueResult(bool More, long? NextDue);

/// <summary>Which dead letters of a project: one, or all that match.</summary>
internal sealed record DeadLetterSelection(int Project, long? Delivery, int? Agent, string? Type);

internal sealed record MovableDelivery(long Delivery, string Capability, IReadOnlyList<int> Tried);
