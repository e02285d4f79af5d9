using System.Text.RegularExpressions;

namespace Parley.Server.Settings;

/// <summary>Environment variables that look like settings and are none of them.</summary>
internal static partial class ForeignVariables
{
    /// <summary>Whether Kubernetes or Docker set it, for a service or a linked container whose name begins with <c>parley</c>.</summary>
    internal static bool IsOfOrchestrator(string name, string value) =>
        name.StartsWith("PARLEY_", StringComparison.Ordinal) && (OfService().IsMatch(name) || (name.EndsWith("_PORT", StringComparison.Ordinal) && PortUrl().IsMatch(value)));

    /// <summary>What to say of a variable that other servers of this kind read; null where there is nothing to be said.</summary>
    internal static string? Remark(string name) => name switch
    {
        // Some shells export the machine's own name under it: listening there would open the server to the network unasked.
        "HOST" => "HOST is set, but not used. PARLEY_HOST sets the address to listen on.",
        "REDIS_URL" => "REDIS_URL is set, but not used: Parley needs no Redis.",
        _ => null,
    };

    [GeneratedRegex(
        "_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex OfService();

    [GeneratedRegex("^(tcp|udp|sctp)://", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex PortUrl();
}
