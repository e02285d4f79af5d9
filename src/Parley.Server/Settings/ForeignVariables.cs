using System.Text.RegularExpressions;

namespace Parley.Server.Settings;

/// <summary>Environment variables that look like settings but are not.</summary>
internal static partial class ForeignVariables
{
    /// <summary>Whether Kubernetes or Docker set the variable, for a service or a linked container whose name begins with <c>parley</c>.</summary>
    internal static bool IsOfOrchestrator(string name, string value) =>
        name.StartsWith("PARLEY_", StringComparison.Ordinal) && (OfService().IsMatch(name) || (name.EndsWith("_PORT", StringComparison.Ordinal) && PortUrl().IsMatch(value)));

    /// <summary>What to say about a variable that similar servers read; null to say nothing.</summary>
    internal static string? Remark(string name) => name switch
    {
        // Some shells set it to the machine's name. To listen there would open the server to the network by accident.
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
