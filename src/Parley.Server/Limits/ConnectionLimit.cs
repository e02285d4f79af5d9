using System.Collections.Concurrent;
using System.Net;

namespace Parley.Server.Limits;

/// <summary>Limits the number of connections, in total and per address. Existing ones stay; the newest is refused.</summary>
/// <param name="most">In all.</param>
/// <param name="mostOfOne">From one address.</param>
/// <param name="isExempt">Whether the limit per address does not apply: to this machine and to proxies.</param>
internal sealed class ConnectionLimit(long most, long mostOfOne, Func<IPAddress, bool> isExempt)
{
    private readonly ConcurrentDictionary<IPAddress, int> _ofAddresses = new();
    private long _count;

    internal long Count => Volatile.Read(ref _count);

    /// <param name="address">The client's address; null if unknown.</param>
    /// <returns>False if it must be refused; then do not call <see cref="Leave"/> for it.</returns>
    internal bool TryEnter(IPAddress? address)
    {
        if (Interlocked.Increment(ref _count) > most)
        {
            Interlocked.Decrement(ref _count);
            return false;
        }

        if (Counted(address) is not { } counted || _ofAddresses.AddOrUpdate(counted, 1, static (_, count) => count + 1) <= mostOfOne)
            return true;
        Leave(address);
        return false;
    }

    internal void Leave(IPAddress? address)
    {
        Interlocked.Decrement(ref _count);
        if (Counted(address) is not { } counted)
            return;
        // Removed only if no other connection has come from there in the meantime.
        if (_ofAddresses.AddOrUpdate(counted, 0, static (_, count) => count - 1) <= 0)
            _ofAddresses.TryRemove(new(counted, 0));
    }

    private IPAddress? Counted(IPAddress? address)
    {
        if (address is null)
            return null;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return isExempt(plain) ? null : plain;
    }
}
