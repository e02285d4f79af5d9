using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Settings;

/// <summary>How a server runs, read once at its start. Every property is a row of <see cref="SettingsTable"/>, which says its meaning,
/// default and range.</summary>
public sealed record ServerSettings
{
    private ServerSettings()
    {
    }

    /// <summary>What a server has of which nothing was said, apart from <see cref="DataFolder"/>, which depends on the environment.</summary>
    public static ServerSettings Default { get; } = SettingsTable.All.Aggregate(new ServerSettings(), static (settings, setting) => setting.ApplyDefault(settings));

    // Where
    public string Host { get; init; } = "";
    public int Port { get; init; }
    public string DataFolder { get; init; } = "";

    /// <summary>The database when it is not <c>parley.db</c> in the data folder.</summary>
    public DatabaseAddress? Database { get; init; }

    /// <summary>The file of a server that keeps its data in SQLite.</summary>
    public string DatabaseFile => (Database as SqliteFile)?.Path ?? Path.Combine(DataFolder, "parley.db");

    // Who
    public string? SecretKey { get; init; }
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];
    public string? TlsCert { get; init; }
    public string? TlsKey { get; init; }

    public bool HasTls => TlsCert is not null;

    // What is told
    public string AppName { get; init; } = "";
    public LogLevel LogLevel { get; init; }
    public string? LogFile { get; init; }
    public bool Debug { get; init; }

    // Messages
    public int MaxMessageBytes { get; init; }
    public int MaxBodyBytes { get; init; }
    public int ConnectionBufferBytes { get; init; }

    /// <summary>Zero: by the memory that there is.</summary>
    public long SendBufferBytes { get; init; }

    /// <summary>Zero: by the memory that there is.</summary>
    public long ReceiveBufferBytes { get; init; }

    /// <summary>Zero lifts the limit.</summary>
    public double MinReceiveBytesPerSecond { get; init; }

    public int MailboxLimit { get; init; }
    public TimeSpan MessageTtl { get; init; }
    public TimeSpan RetryDelay { get; init; }
    public int MaxAttempts { get; init; }

    /// <summary>Zero: there is no bound.</summary>
    public int MaxDisconnects { get; init; }

    /// <summary>Zero keeps messages for ever.</summary>
    public TimeSpan Retention { get; init; }

    /// <summary>Zero: priority alone decides.</summary>
    public TimeSpan PriorityAging { get; init; }

    // Tasks
    public TimeSpan TaskLease { get; init; }

    /// <summary>The server gives an agent no more than this.</summary>
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
    public RoutingStrategy Routing { get; init; }

    // Connections
    /// <summary>Zero: by the files that the process may have open.</summary>
    public int MaxConnections { get; init; }

    /// <summary>Zero: half of all.</summary>
    public int MaxConnectionsPerAddress { get; init; }

    /// <summary>Zero lifts the limit.</summary>
    public double ConnectionFramesPerSecond { get; init; }

    public TimeSpan Heartbeat { get; init; }
    public TimeSpan StopTimeout { get; init; }

    /// <summary>Where, and nothing else: a record's own text would put the secret key into whatever log it meets.</summary>
    public override string ToString() => $"{Host}:{Port.ToString(CultureInfo.InvariantCulture)}, data in {DataFolder}";
}
