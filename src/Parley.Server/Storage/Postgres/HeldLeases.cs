using System.Collections.Concurrent;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Postgres;

/// <summary>Which connection of this node holds which delivery. The leases themselves are in the database, which cannot say this. Changed only by the
/// writing lane; read by callers that acknowledge.</summary>
internal sealed class HeldLeases
{
    private readonly ConcurrentDictionary<int, ConcurrentDictionary<long, HeldLease>> _byAgent = new();

    internal IEnumerable<KeyValuePair<long, HeldLease>> All => _byAgent.Values.SelectMany(leases => leases);

    internal void Add(int agent, long delivery, HeldLease lease) =>
        _byAgent.GetOrAdd(agent, static _ => new ConcurrentDictionary<long, HeldLease>(concurrencyLevel: 1, capacity: 7))[delivery] = lease;

    internal HeldLease? Find(int agent, long delivery) =>
        _byAgent.TryGetValue(agent, out var leases) ? leases.GetValueOrDefault(delivery) : null;

    internal IReadOnlyList<KeyValuePair<long, HeldLease>> Of(int agent, IDeliveryHolder holder) =>
        _byAgent.TryGetValue(agent, out var leases) ? [.. leases.Where(pair => ReferenceEquals(pair.Value.Holder, holder))] : [];

    /// <summary>Records that a lease has ended, so that its holder has room again.</summary>
    internal void End(int agent, long delivery)
    {
        if (Remove(agent, delivery) is { } lease)
            lease.GiveRoom();
    }

    /// <summary>Forgets leases that were given back, unless the delivery was leased again in the meantime.</summary>
    internal void Forget(IReadOnlyList<KeyValuePair<long, HeldLease>> ended)
    {
        foreach (var (delivery, lease) in ended)
        {
            if (Find(lease.Agent, delivery)?.Lease == lease.Lease)
                Remove(lease.Agent, delivery);
        }
    }

    internal HeldLease? Remove(int agent, long delivery)
    {
        if (!_byAgent.TryGetValue(agent, out var leases) || !leases.TryRemove(delivery, out var lease))
            return null;
        if (leases.IsEmpty)
            _byAgent.TryRemove(agent, out _);
        return lease;
    }
}

/// <summary>A delivery that a connection of this node holds.</summary>
/// <param name="Until">Unix milliseconds.</param>
internal sealed record HeldLease(IDeliveryHolder Holder, int Agent, int Project, long Seq, long Lease, int Attempt, long Until) : HeldDelivery(Holder);
