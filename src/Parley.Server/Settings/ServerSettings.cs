using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Settings;

/// <summary>A server's configuration, read once at the start. Every property is a row of <see cref="SettingsTable"/>, which has its meaning, default,
/// and range.</summary>
public sealed record ServerSettings
{
    private ServerSettings()
    {
    }

    /// <summary>A value of <see cref="Dashboard"/>: the server serves none.</summary>
    public const string NoDashboard = "off";

    /// <summary>All defaults, except for <see cref="DataFolder"/>, which depends on the environment.</summary>
    public static ServerSettings Default { get; } = SettingsTable.All.Aggregate(new ServerSettings(), static (settings, setting) => setting.ApplyDefault(settings));

    // Address and data
    public string Host { get; init; } = "";
    public int Port { get; init; }
    public string DataFolder { get; init; } = "";

    /// <summary>The database, if it is not <c>parley.db</c> in the data folder.</summary>
    public DatabaseAddress? Database { get; init; }

    /// <summary>The database file of a server that uses SQLite.</summary>
    public string DatabaseFile => (Database as SqliteFile)?.Path ?? Path.Combine(DataFolder, "parley.db");

    // Access
    public string? SecretKey { get; init; }
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];
    public string? TlsCert { get; init; }
    public string? TlsKey { get; init; }

    public bool HasTls => TlsCert is not null;

    /// <summary>The folder of a built dashboard, or <see cref="NoDashboard"/>; null for the one that is part of the program.</summary>
    public string? Dashboard { get; init; }

    // Names and logging
    public string AppName { get; init; } = "";
    public LogLevel LogLevel { get; init; }
    public string? LogFile { get; init; }
    public bool Debug { get; init; }

    // Messages
    public int MaxMessageBytes { get; init; }
    public int MaxBodyBytes { get; init; }
    public int ConnectionBufferBytes { get; init; }

    /// <summary>Zero: derived from the available memory.</summary>
    public long SendBufferBytes { get; init; }

    /// <summary>Zero: derived from the available memory.</summary>
    public long ReceiveBufferBytes { get; init; }

    /// <summary>Zero removes the limit.</summary>
    public double MinReceiveBytesPerSecond { get; init; }

    public int MailboxLimit { get; init; }
    public TimeSpan MessageTtl { get; init; }
    public TimeSpan RetryDelay { get; init; }
    public int MaxAttempts { get; init; }

    /// <summary>Zero: no limit.</summary>
    public int MaxDisconnects { get; init; }

    /// <summary>Zero keeps messages forever.</summary>
    public TimeSpan Retention { get; init; }

    /// <summary>Zero: only the priority decides.</summary>
    public TimeSpan PriorityAging { get; init; }

    // Tasks
    public TimeSpan TaskLease { get; init; }

    /// <summary>The server assigns no more tasks than this to one agent.</summary>
    public int TaskLimit { get; init; }

    // Webhooks
    public bool WebhookPrivateAddresses { get; init; }
    public int WebhookMaxFailures { get; init; }
    public TimeSpan WebhookTimeout { get; init; }

    // Floods and loops
    /// <summary>Zero lifts the limit.</summary>
    public double RateLimitPerSecond { get; init; }

    public int RateLimitBurst { get; init; }
    public int LoopLimit { get; init; }
    public bool ReservationsIgnoreCase { get; init; }
    public RoutingStrategy Routing { get; init; }

    // Connections
    /// <summary>Zero: derived from the number of files that the process may have open.</summary>
    public int MaxConnections { get; init; }

    /// <summary>Zero: half of the total.</summary>
    public int MaxConnectionsPerAddress { get; init; }

    /// <summary>Zero removes the limit.</summary>
    public double ConnectionFramesPerSecond { get; init; }

    public TimeSpan Heartbeat { get; init; }
    public TimeSpan StopTimeout { get; init; }

    /// <summary>Only where it is: a record's default text would put the secret key into logs.</summary>
    public override string ToString() => $"{Host}:{Port.ToString(CultureInfo.InvariantCulture)}, data in {DataFolder}";
}
