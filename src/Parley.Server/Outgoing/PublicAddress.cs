using System.Net;
using System.Net.Sockets;

namespace Parley.Server.Outgoing;

/// <summary>Which addresses are on the internet, rather than on this machine, on its network, or reserved for a special purpose.</summary>
internal static class PublicAddress
{
    /// <summary>IANA's registry of IPv4 special-purpose addresses, and multicast.</summary>
    private static readonly IPNetwork[] SpecialV4 =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("192.88.99.0/24"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("198.51.100.0/24"),
        IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("240.0.0.0/4"),
    ];

    /// <summary>The addresses assigned to the internet.</summary>
    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");

    /// <summary>Exceptions within that: special protocols (such as Teredo), documentation, and 6to4, which contains an IPv4 address.</summary>
    private static readonly IPNetwork[] SpecialV6 = [IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("2002::/16"), IPNetwork.Parse("3fff::/20")];

    /// <remarks>An IPv4 address written as IPv6 is not public, whichever it is: no receiver needs that, and it has often been used to get around
    /// lists of addresses. Checked separately, because <see cref="IPNetwork.Contains"/> finds 10.0.0.1 in 2000::/3 if it is written that
    /// way.</remarks>
    internal static bool Is(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !SpecialV4.Any(network => network.Contains(address)),
        AddressFamily.InterNetworkV6 => !address.IsIPv4MappedToIPv6 && GlobalV6.Contains(address) && !SpecialV6.Any(network => network.Contains(address)),
        _ => false,
    };
}
