using Microsoft.Extensions.Logging;

namespace Parley.Server.Settings;

/// <summary>What may reach the log.</summary>
internal static class LogSetup
{
    /// <summary>Leaves out what the web server says of single requests, whatever the level: it quotes addresses with their query, where
    /// a ticket stands, and the malformed header lines of bad requests, where a token may. Faults still get through.</summary>
    public static ILoggingBuilder QuietHosting(this ILoggingBuilder logging) => logging
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("System", LogLevel.Warning);
}
