using System.Globalization;
using System.Net;
using System.Numerics;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Settings;

/// <summary>Every setting, declared once: parsing, validation, <c>--help</c>, and the reference page are based on this.</summary>
public static class SettingsTable
{
    /// <summary>The settings file itself, which no settings file can name.</summary>
    public const string ConfigName = "config";

    private const int Year = 365 * 24 * 3600;

    public static IReadOnlyList<Setting> All { get; } =
    [
        Text("host", SettingKinds.Host, "127.0.0.1", "an address, a name of this machine, or * for all of its addresses",
            "The address to listen on; beyond loopback, other machines can reach the server.",
            (settings, value) => settings with { Host = value! }, flag: "--host", aliases: ["API_HOST"]),
        Whole("port", 8080, 0, 65535, "The TCP port to listen on; 0 takes a free one.",
            (settings, value) => settings with { Port = value }, flag: "--port", aliases: ["API_PORT", "PORT"]),
        Text("data", SettingKinds.FilePath, null, "a folder",
            "The folder for the database and the first tokens; defaults to $XDG_DATA_HOME/parley or ~/.local/share/parley.",
            (settings, value) => settings with { DataFolder = value ?? settings.DataFolder }, flag: "--data"),
        new Setting<DatabaseAddress?>($"a file, sqlite:///FILE, or {PostgresUrl.Form}", null, "", SettingKinds.Database,
            (settings, value) => settings with { Database = value })
        {
            Name = "database", Flag = "--database", Aliases = ["DATABASE_URL"], Disguise = PostgresUrl.WithoutPassword,
            Meaning = "The database: a SQLite file, or a PostgreSQL database that several servers can share; defaults to parley.db in the data folder.",
        },
        Text("secret_key", SettingKinds.Secret, null, "at least 32 characters that nobody can guess",
            "The key that signs tickets and sign-in links; defaults to a random key, kept in ticket.key in the data folder, or with PostgreSQL in the database.",
            (settings, value) => settings with { SecretKey = value }, aliases: ["SECRET_KEY"], disguise: static _ => "***"),
        List("cors_origins", SettingKinds.Origin, "origins such as https://example.org:8443, joined by commas; * for all",
            "The origins of web pages that may talk to the server, in addition to its own.",
            (settings, value) => settings with { CorsOrigins = value }, aliases: ["CORS_ORIGINS"]),
        List("allowed_hosts", SettingKinds.AllowedHost, "names such as parley.example.org or *.example.org, joined by commas",
            "The host names that the server answers to, in addition to loopback, its own host, and bare IP addresses; requests for other names are refused, so that no web page can reach the server under a name the page controls.",
            (settings, value) => settings with { AllowedHosts = value }),
        List<IPNetwork>("trusted_proxies", SettingKinds.Network, "addresses or networks such as 10.0.0.0/8, joined by commas",
            "The proxies whose X-Forwarded-For, -Proto, and -Host headers are trusted.",
            (settings, value) => settings with { TrustedProxies = value }),
        Text("tls_cert", SettingKinds.FilePath, null, "a PEM file",
            "The certificate for HTTPS, with its chain; requires tls_key.",
            (settings, value) => settings with { TlsCert = value }, flag: "--tls-cert"),
        Text("tls_key", SettingKinds.FilePath, null, "a PEM file",
            "The private key of tls_cert.",
            (settings, value) => settings with { TlsKey = value }, flag: "--tls-key"),
        Text("dashboard", SettingKinds.Dashboard, null, "a folder, or off",
            "A built dashboard (dashboard/dist) to serve in place of the one that is part of the program; off serves none.",
            (settings, value) => settings with { Dashboard = value }),
        Text("app_name", SettingKinds.Text, "Parley", "a text",
            "The name shown on the API pages and in the log.",
            (settings, value) => settings with { AppName = value! }, aliases: ["APP_NAME"]),
        new Setting<LogLevel>("trace, debug, info, warning or error", LogLevel.Information, "info", SettingKinds.Level,
            (settings, value) => settings with { LogLevel = value })
        {
            Name = "log_level", Flag = "--log-level", Meaning = "The lowest level that is logged.",
        },
        Text("log_file", SettingKinds.FilePath, null, "a file",
            "Where the log goes; defaults to standard error.",
            (settings, value) => settings with { LogFile = value }, flag: "--log-file"),
        new Setting<bool>("true or false", false, "false", SettingKinds.Flag, (settings, value) => settings with { Debug = value })
        {
            Name = "debug", Aliases = ["DEBUG"], Meaning = "Logs at level debug regardless of log_level; does not change any answers.",
        },
        Whole("max_message_bytes", 256 * 1024, 1024, 16 * 1024 * 1024, "The most bytes in a message: content, payload, and metadata together.",
            (settings, value) => settings with { MaxMessageBytes = value }),
        Whole("max_body_bytes", 1024 * 1024, 1024, 64 * 1024 * 1024, "The most bytes in the body of a request that does not send messages.",
            (settings, value) => settings with { MaxBodyBytes = value }),
        Whole("connection_buffer_bytes", 4 * 1024 * 1024, 64 * 1024, 1024 * 1024 * 1024, "The most bytes waiting to be sent to one socket; above this, its deliveries stay in the mailbox and its feeds wait.",
            (settings, value) => settings with { ConnectionBufferBytes = value }),
        Size("send_buffer_bytes", "The most bytes waiting to be sent to all sockets together; one token may use a quarter. When the limit is reached, sockets that have not been read for 10 s are closed. Each socket's first 64 KiB do not count. 0: an eighth of the memory, but at least 32 MiB.",
            (settings, value) => settings with { SendBufferBytes = value }),
        Size("receive_buffer_bytes", "The most bytes of request bodies and WebSocket messages being received or stored; one token may use a quarter. Above this, they are refused with 503 or 429. The first 64 KiB of each do not count. 0: an eighth of the memory, but at least 32 MiB.",
            (settings, value) => settings with { ReceiveBufferBytes = value }),
        Number("min_receive_bytes_per_second", 1024d, 0, 1_000_000_000, "The slowest rate, over any 10 s, at which a request body or WebSocket message may arrive before the server ends it; 0 removes the limit.",
            (settings, value) => settings with { MinReceiveBytesPerSecond = value }),
        Whole("mailbox_limit", 10_000, 1, 10_000_000, "The most deliveries queued in a mailbox; further sends are refused.",
            (settings, value) => settings with { MailboxLimit = value }, perProject: true),
        Seconds("message_ttl_seconds", 86_400, 1, Year, "How long a message waits undelivered before it expires.",
            (settings, value) => settings with { MessageTtl = value }, perProject: true),
        Seconds("retry_delay_seconds", 60, 0, 86_400, "How long a delivery waits after a failed attempt before it is queued again.",
            (settings, value) => settings with { RetryDelay = value }, perProject: true),
        Whole("max_attempts", 4, 1, 1000, "The number of attempts after which a delivery becomes a dead letter.",
            (settings, value) => settings with { MaxAttempts = value }, perProject: true),
        Whole("max_disconnects", 10, 0, 1000, "How often a delivery's reader may lose its connection before the delivery becomes a dead letter; 0 means no limit.",
            (settings, value) => settings with { MaxDisconnects = value }, perProject: true),
        Number("retention_days", 30, 0, 36_500, "How many days messages stay in the history; 0 keeps them forever.",
            (settings, value) => settings with { Retention = TimeSpan.FromDays(value) }, perProject: true),
        Seconds("task_lease_seconds", 300, 1, 86_400, "How long an agent has a task before it is taken away, unless the agent extends the lease.",
            (settings, value) => settings with { TaskLease = value }),
        Whole("task_limit", 20, 1, 10_000, "The most tasks that one agent has at a time when the server chooses the agent; does not limit tasks assigned by name.",
            (settings, value) => settings with { TaskLimit = value }),
        new Setting<bool>("true or false", false, "false", SettingKinds.Flag, (settings, value) => settings with { WebhookPrivateAddresses = value })
        {
            Name = "webhook_private_addresses",
            Meaning = "Whether webhooks and `summary_url` may lead to private, loopback, and link-local addresses, and go over http.",
        },
        Whole("webhook_max_failures", 20, 1, 1000, "The number of failed deliveries in a row after which a webhook is paused.",
            (settings, value) => settings with { WebhookMaxFailures = value }),
        Seconds("webhook_timeout_seconds", 10, 1, 60, "How long the receiver of a webhook may take for its whole answer.",
            (settings, value) => settings with { WebhookTimeout = value }),
        Number("rate_limit_per_second", 100d, 0, 1_000_000, "How many messages a second an agent may send over time; 0 removes the limit.",
            (settings, value) => settings with { RateLimitPerSecond = value }, perProject: true),
        Whole("rate_limit_burst", 1000, 1, 1_000_000, "How many messages an agent may send at once after a pause.",
            (settings, value) => settings with { RateLimitBurst = value }, perProject: true),
        Seconds("priority_aging_seconds", 300, 0, 86_400, "How long a message waits until it ranks with the next higher priority; at 0, only the priority decides.",
            (settings, value) => settings with { PriorityAging = value }, perProject: true),
        Whole("loop_limit", 50, 0, 100_000, "How often agents may answer each other within 60 s, without a person or a task's change in between, before further replies are held; 0 removes the limit.",
            (settings, value) => settings with { LoopLimit = value }, perProject: true),
        new Setting<bool>("true or false", false, "false", SettingKinds.Flag, (settings, value) => settings with { ReservationsIgnoreCase = value })
        {
            Name = "reservations_ignore_case",
            Meaning = "Whether capital and small letters are the same in the paths of reservations, as they are on most disks of Windows and macOS.",
            PerProject = true,
        },
        new Setting<RoutingStrategy>("least_loaded or round_robin", RoutingStrategy.LeastLoaded, "least_loaded", SettingKinds.Strategy,
            (settings, value) => settings with { Routing = value })
        {
            Name = "routing_strategy",
            Meaning = "Which agent gets a message to capability:NAME: the one with the fewest deliveries queued and in flight, or each in turn.",
        },
        Whole("max_connections", 0, 0, 10_000_000, "The most connections; further ones are refused with 503. 0, which is also the maximum: the number of files that the process may have open, minus those open at the start, minus 192.",
            (settings, value) => settings with { MaxConnections = value }),
        Whole("max_connections_per_address", 0, 0, 10_000_000, "The most connections from one address, except this machine and trusted_proxies. 0: half of max_connections.",
            (settings, value) => settings with { MaxConnectionsPerAddress = value }),
        Number("connection_frames_per_second", 10_000d, 0, 10_000_000, "How many frames a second a WebSocket may send over time, and twice as many at once; 0 removes the limit, and so does a project's rate_limit_per_second of 0.",
            (settings, value) => settings with { ConnectionFramesPerSecond = value }),
        Seconds("heartbeat_seconds", 15, 1, 3600, "How often streams and sockets show that they are alive.",
            (settings, value) => settings with { Heartbeat = value }),
        Seconds("stop_timeout_seconds", 10, 1, 300, "How long a stopping server may take to finish its work.",
            (settings, value) => settings with { StopTimeout = value }),
    ];

    /// <summary>The setting with this name, or null.</summary>
    public static Setting? Find(string name) => All.FirstOrDefault(setting => setting.Name == name);

    private static Setting<string?> Text(
        string name, Func<string, Parsed<string?>> parse, string? defaultValue, string expected, string meaning,
        Func<ServerSettings, string?, ServerSettings> apply, string? flag = null, IReadOnlyList<string>? aliases = null, Func<string, string>? disguise = null) =>
        new(expected, defaultValue, defaultValue ?? "", parse, apply) { Name = name, Meaning = meaning, Flag = flag, Aliases = aliases ?? [], Disguise = disguise };

    private static Setting<IReadOnlyList<T>> List<T>(
        string name, Func<string, Parsed<T>> item, string expected, string meaning,
        Func<ServerSettings, IReadOnlyList<T>, ServerSettings> apply, IReadOnlyList<string>? aliases = null) =>
        new(expected, [], "", SettingKinds.List(item), apply) { Name = name, Meaning = meaning, Aliases = aliases ?? [] };

    private static Setting<int> Whole(
        string name, int defaultValue, int least, int most, string meaning,
        Func<ServerSettings, int, ServerSettings> apply, string? flag = null, IReadOnlyList<string>? aliases = null, bool perProject = false) =>
        Number(name, defaultValue, least, most, meaning, apply, flag, aliases, perProject);

    private static Setting<long> Size(string name, string meaning, Func<ServerSettings, long, ServerSettings> apply) =>
        Number(name, 0L, 0, 1L << 40, meaning, apply);

    private static Setting<double> Seconds(
        string name, double defaultValue, double least, double most, string meaning,
        Func<ServerSettings, TimeSpan, ServerSettings> apply, bool perProject = false) =>
        Number(name, defaultValue, least, most, meaning, (settings, value) => apply(settings, TimeSpan.FromSeconds(value)), perProject: perProject);

    private static Setting<T> Number<T>(
        string name, T defaultValue, T least, T most, string meaning,
        Func<ServerSettings, T, ServerSettings> apply, string? flag = null, IReadOnlyList<string>? aliases = null, bool perProject = false)
        where T : struct, INumber<T>
    {
        var what = typeof(T) == typeof(double) ? "a number" : "a whole number";
        return new(
            string.Create(CultureInfo.InvariantCulture, $"{what} from {least} to {most}"),
            defaultValue,
            defaultValue.ToString(null, CultureInfo.InvariantCulture),
            SettingKinds.Number(least, most),
            apply)
        {
            Name = name,
            Meaning = meaning,
            Flag = flag,
            Aliases = aliases ?? [],
            PerProject = perProject,
        };
    }
}
