using Parley.Protocol;
using Parley.Server.Messages;

namespace Parley.Server.Storage.Postgres;

/// <summary>Which connection of this node holds which delivery. The leases themselves are in the database; this is only what a number
/// there can not say. Owned by the writing lane.</summary>
internal sealed class HeldLeases
{
    private readonly Dictionary<int, Dictionary<long, HeldLease>> _byAgent = [];

    internal IEnumerable<KeyValuePair<long, HeldLease>> All => _byAgent.Values.SelectMany(leases => leases);

    internal void Add(int agent, long delivery, HeldLease lease)
    {
        if (!_byAgent.TryGetValue(agent, out var leases))
            _byAgent.Add(agent, leases = []);
        leases[delivery] = lease;
    }

    internal HeldLease? Find(int agent, long delivery) =>
        _byAgent.TryGetValue(agent, out var leases) ? leases.GetValueOrDefault(delivery) : null;

    internal IReadOnlyList<KeyValuePair<long, HeldLease>> Of(int agent, IDeliveryHolder holder) =>
        _byAgent.TryGetValue(agent, out var leases) ? [.. leases.Where(pair => ReferenceEquals(pair.Value.Holder, holder))] : [];

    /// <summary>A lease has ended: its holder has room again.</summary>
    internal void End(int agent, long delivery)
    {
        if (Remove(agent, delivery) is { } lease)
            lease.Holder.Released();
    }

    internal HeldLease? Remove(int agent, long delivery)
    {
        if (!_byAgent.TryGetValue(agent, out var leases) || !leases.Remove(delivery, out var lease))
            return null;
        if (leases.Count == 0)
            _byAgent.Remove(agent);
        return lease;
    }
}

/// <summary>A delivery that a connection of this node has.</summary>
/// <param name="Until">Unix milliseconds.</param>
internal sealed record HeldLease(IDeliveryHolder Holder, int Agent, int Project, long Seq, long Lease, int Attempt, long Until);
