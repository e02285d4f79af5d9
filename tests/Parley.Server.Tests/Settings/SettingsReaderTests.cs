using System.Net;
using Microsoft.Extensions.Logging;
using Parley.Server.Settings;
using Xunit;

namespace Parley.Server.Tests.Settings;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-settings-").FullName;
    private readonly Dictionary<string, string> _flags = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Without_settings_everything_has_its_default()
    {
        _environment["HOME"] = "/home/ada";

        var settings = Good();

        Assert.Equal(
            ("127.0.0.1", 8080, "/home/ada/.local/share/parley", "/home/ada/.local/share/parley/parley.db"),
            (settings.Host, settings.Port, settings.DataFolder, settings.DatabaseFile));
        Assert.Equal((262_144, 10_000, 4, 50, 1000), (settings.MaxMessageBytes, settings.MailboxLimit, settings.MaxAttempts, settings.LoopLimit, settings.RateLimitBurst));
        Assert.Equal(
            (TimeSpan.FromDays(1), TimeSpan.FromMinutes(1), TimeSpan.FromDays(30), TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(15)),
            (settings.MessageTtl, settings.RetryDelay, settings.Retention, settings.PriorityAging, settings.Heartbeat));
        Assert.Equal((100d, LogLevel.Information, false, "Parley"), (settings.RateLimitPerSecond, settings.LogLevel, settings.Debug, settings.AppName));
        Assert.Null(settings.SecretKey);
        Assert.False(settings.HasTls);
    }

    [Fact]
    public void A_flag_beats_the_environment_which_beats_the_file_which_beats_the_default()
    {
        File("""{ "port": 1001, "host": "10.0.0.1", "app_name": "File", "loop_limit": 7 }""");
        _environment["PARLEY_PORT"] = "1002";
        _environment["API_PORT"] = "1003";
        _environment["API_HOST"] = "10.0.0.2";
        _environment["APP_NAME"] = "Environment";
        _flags["--port"] = "1004";

        var settings = Good();

        Assert.Equal((1004, "10.0.0.2", "Environment", 7, 4), (settings.Port, settings.Host, settings.AppName, settings.LoopLimit, settings.MaxAttempts));
    }

    [Fact]
    public void Our_own_variable_beats_the_one_that_other_programs_use_too()
    {
        _environment["PARLEY_PORT"] = "1002";
        _environment["API_PORT"] = "1003";

        Assert.Equal(1002, Good().Port);
    }

    [Theory]
    [InlineData("API_HOST", "10.0.0.9")]
    [InlineData("API_PORT", "1234")]
    [InlineData("PORT", "1234")]
    [InlineData("DATABASE_URL", "sqlite:/tmp/x.db")]
    [InlineData("CORS_ORIGINS", "https://a.example.org, http://b.example.org:81")]
    [InlineData("SECRET_KEY", "0123456789abcdef0123456789abcdef")]
    [InlineData("APP_NAME", "Mine")]
    [InlineData("DEBUG", "true")]
    public void The_usual_variables_are_read(string name, string value)
    {
        var before = Good();
        _environment[name] = value;

        Assert.NotEqual(before, Good(), SameSettings);
    }

    [Fact]
    public void Every_setting_is_read_from_its_variable_and_from_the_file_without_mix_ups()
    {
        var (certificate, key) = Certificate();
        foreach (var setting in SettingsTable.All.Where(setting => setting.Name is not ("tls_cert" or "tls_key")))
        {
            var value = Other(setting);
            File("{}");
            _environment[setting.EnvironmentName] = value;
            var said = Good();
            _environment.Clear();
            File($$"""{ "{{setting.Name}}": "{{value}}" }""");

            Assert.Equal(said, Good(), SameSettings);
            var changed = typeof(ServerSettings).GetProperties().Where(property => !SameValue(property.GetValue(said), property.GetValue(ServerSettings.Default)))
                .Select(property => property.Name).Except([nameof(ServerSettings.DataFolder), nameof(ServerSettings.DatabaseFile)]);
            Assert.Equal(setting.Name == "data" ? 0 : 1, changed.Count());
        }

        File("{}");
        _environment.Clear();
        (_environment["PARLEY_TLS_CERT"], _environment["PARLEY_TLS_KEY"]) = (certificate, key);
        Assert.Equal((certificate, key, true), (Good().TlsCert, Good().TlsKey, Good().HasTls));
    }

    [Fact]
    public void All_errors_are_reported_at_once_with_their_source_value_and_remedy()
    {
        var file = File("""{ "loop_limit": -1, "prot": 1, "mailbox_limit": {} }""");
        _flags["--port"] = "70000";
        _environment["PARLEY_LOG_LEVEL"] = "loud";
        _environment["API_HOST"] = "not a host";
        _environment["PARLEY_HOTS"] = "x";
        _environment["SECRET_KEY"] = "hunter2";

        var errors = Bad();

        Assert.Equal(["mailbox_limit", "prot", "PARLEY_HOTS", "host", "port", "secret_key", "log_level", "loop_limit"], errors.Select(error => error.Name));
        Assert.Equal("port (--port): '70000' is too large. Give a whole number from 0 to 65535.", Error(errors, "port"));
        Assert.Equal("log_level (environment variable PARLEY_LOG_LEVEL): 'loud' is not a level. Give trace, debug, info, warning or error.", Error(errors, "log_level"));
        Assert.Equal($"loop_limit ({file}): '-1' is too small. Give a whole number from 0 to 100000.", Error(errors, "loop_limit"));
        Assert.Contains("Did you mean 'port'?", Error(errors, "prot"), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'PARLEY_HOST'?", Error(errors, "PARLEY_HOTS"), StringComparison.Ordinal);
        Assert.DoesNotContain(errors, error => error.ToString().Contains("hunter2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PARLEY_URL")]
    [InlineData("PARLEY_TOKEN")]
    [InlineData("PARLEY_PROJECT")]
    [InlineData("PARLEY_AGENT")]
    [InlineData("PARLEY_CACERT")]
    public void Variables_of_clients_are_no_errors(string name)
    {
        _environment[name] = "anything";

        Good();
    }

    [Theory]
    [InlineData("PARLEY_PORT", "tcp://10.0.0.1:8080")]
    [InlineData("PARLEY_PORT_8080_TCP", "tcp://10.0.0.1:8080")]
    [InlineData("PARLEY_PORT_8080_TCP_ADDR", "10.0.0.1")]
    [InlineData("PARLEY_PORT_8080_TCP_PORT", "8080")]
    [InlineData("PARLEY_PORT_8080_TCP_PROTO", "tcp")]
    [InlineData("PARLEY_SERVICE_HOST", "10.0.0.1")]
    [InlineData("PARLEY_SERVICE_PORT", "8080")]
    [InlineData("PARLEY_SERVICE_PORT_HTTP", "8080")]
    [InlineData("PARLEY_DATA_PORT", "udp://10.0.0.1:53")]
    [InlineData("PARLEY_POSTGRES_SERVICE_HOST", "10.0.0.2")]
    public void Variables_that_an_orchestrator_sets_for_a_service_named_parley_are_ignored(string name, string value)
    {
        var before = Good();
        _environment[name] = value;

        Assert.Equal(before, Good(), SameSettings);
        Assert.Empty(Notices());
    }

    [Theory]
    [InlineData("HOST", "0.0.0.0", "PARLEY_HOST sets the address to listen on.")]
    [InlineData("REDIS_URL", "redis://localhost:6379", "Parley needs no Redis.")]
    [InlineData("PARLEY_SOMETHING_ELSE", "x", "belongs to no setting, and is ignored.")]
    public void Unused_variables_are_reported_and_do_not_prevent_the_start(string name, string value, string sentence)
    {
        var before = Good();
        _environment[name] = value;

        Assert.Equal(before, Good(), SameSettings);
        var notice = Assert.Single(Notices());
        Assert.StartsWith($"{name} is set, but ", notice, StringComparison.Ordinal);
        Assert.EndsWith(sentence, notice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sqlite:///agents.db", "agents.db")]
    [InlineData("sqlite:///./agents.db", "agents.db")]
    [InlineData("sqlite+aiosqlite:///./data/agents.db", "data/agents.db")]
    [InlineData("sqlite:////var/lib/agents.db", "/var/lib/agents.db")]
    [InlineData("sqlite:agents.db", "agents.db")]
    [InlineData("sqlite:/var/lib/agents.db", "/var/lib/agents.db")]
    [InlineData("./agents.db", "agents.db")]
    public void A_sqlite_address_means_what_sqlalchemy_means(string address, string file)
    {
        _environment["DATABASE_URL"] = address;

        Assert.Equal(Path.GetFullPath(file), Good().DatabaseFile);
    }

    [Theory]
    [InlineData("sqlite://", "in memory")]
    [InlineData("sqlite:///:memory:", "in memory")]
    [InlineData("sqlite://agents.db", "has two slashes")]
    [InlineData("sqlite:///agents.db?timeout=5", "has parameters")]
    public void A_sqlite_address_without_a_file_is_refused(string address, string fault)
    {
        _environment["DATABASE_URL"] = address;

        Assert.Contains(fault, Assert.Single(Bad()).Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("port", "", "8080")]
    [InlineData("port", "x", null)]
    [InlineData("port", "-1", null)]
    [InlineData("port", "80.5", null)]
    [InlineData("port", "99999999999999999999", null)]
    [InlineData("rate_limit_per_second", "0.5", "0.5")]
    [InlineData("rate_limit_per_second", "NaN", null)]
    [InlineData("rate_limit_per_second", "-1", null)]
    [InlineData("host", "::1", "::1")]
    [InlineData("host", "*", "*")]
    [InlineData("host", "http://x", null)]
    [InlineData("cors_origins", "https://a.example.org/path", null)]
    [InlineData("cors_origins", "ftp://a.example.org", null)]
    [InlineData("cors_origins", "a.example.org", null)]
    [InlineData("allowed_hosts", "a.example.org:80", null)]
    [InlineData("trusted_proxies", "10.0.0.0/8,::1", "")]
    [InlineData("trusted_proxies", "10.0.0.0/99", null)]
    [InlineData("trusted_proxies", "proxy", null)]
    [InlineData("secret_key", "short", null)]
    [InlineData("debug", "maybe", null)]
    [InlineData("database", "postgres://u:secret@h/db", "")]
    [InlineData("database", "postgresql://u:secret@h", null)]
    [InlineData("database", "mysql://h/db", null)]
    public void Values_are_checked(string name, string value, string? good)
    {
        _environment[SettingsTable.Find(name)!.EnvironmentName] = value;

        if (good is null)
        {
            var error = Assert.Single(Bad());
            Assert.Equal(name, error.Name);
            Assert.DoesNotContain("secret@", error.ToString(), StringComparison.Ordinal);
        }
        else
        {
            Good();
        }
    }

    [Fact]
    public void Networks_are_read_as_networks()
    {
        _environment["PARLEY_TRUSTED_PROXIES"] = "10.0.0.0/8, 192.168.1.1";

        var proxies = Good().TrustedProxies;

        Assert.True(proxies[0].Contains(IPAddress.Parse("10.9.9.9")));
        Assert.True(proxies[1].Contains(IPAddress.Parse("192.168.1.1")));
        Assert.False(proxies[1].Contains(IPAddress.Parse("192.168.1.2")));
    }

    [Theory]
    [InlineData("[]", "is not an object")]
    [InlineData("{", "is not valid JSON at line 1")]
    [InlineData("""{ "port": 1, "port": 2 }""", "twice")]
    public void A_file_that_can_not_be_read_is_an_error(string text, string fault)
    {
        File(text);

        Assert.Contains(fault, Assert.Single(Bad()).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_may_hold_comments_lists_numbers_and_flags()
    {
        File("""
            {
                // the page of our own
                "cors_origins": ["https://a.example.org", "https://b.example.org"],
                "debug": true,
                "retry_delay_seconds": 2.5,
            }
            """);

        var settings = Good();

        Assert.Equal(["https://a.example.org", "https://b.example.org"], settings.CorsOrigins);
        Assert.Equal((true, TimeSpan.FromSeconds(2.5)), (settings.Debug, settings.RetryDelay));
    }

    [Fact]
    public void The_file_is_the_named_one_or_that_in_the_working_folder_or_that_in_the_data_folder()
    {
        var data = Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName;
        System.IO.File.WriteAllText(Path.Combine(data, "parley.json"), """{ "port": 1003 }""");
        _flags["--data"] = data;
        Assert.Equal((1003, data), (Good().Port, Good().DataFolder));

        File("""{ "port": 1002 }""");
        Assert.Equal(1002, Good().Port);

        System.IO.File.WriteAllText(Path.Combine(_folder, "other.json"), """{ "port": 1001 }""");
        _flags["--config"] = "other.json";
        Assert.Equal(1001, Good().Port);

        _flags["--config"] = "nowhere.json";
        Assert.Contains("cannot be read", Assert.Single(Bad()).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_data_folder_follows_the_rules_of_the_system()
    {
        (_environment["HOME"], _environment["XDG_DATA_HOME"]) = ("/home/ada", "/srv/share");
        Assert.Equal("/srv/share/parley", Good().DataFolder);

        _environment["XDG_DATA_HOME"] = "relative";
        Assert.Equal("/home/ada/.local/share/parley", Good().DataFolder);

        _environment["PARLEY_DATA"] = "/srv/parley";
        Assert.Equal("/srv/parley", Good().DataFolder);
    }

    [Fact]
    public void A_certificate_needs_its_key_and_both_must_be_valid()
    {
        var (certificate, key) = Certificate();
        _flags["--tls-cert"] = certificate;
        Assert.Equal("tls_key", Assert.Single(Bad()).Name);

        _flags["--tls-key"] = certificate;
        Assert.Equal("tls_cert", Assert.Single(Bad()).Name);

        _flags["--tls-key"] = Path.Combine(_folder, "nowhere.pem");
        Assert.Contains("does not exist", Assert.Single(Bad()).ToString(), StringComparison.Ordinal);

        _flags["--tls-key"] = key;
        Assert.True(Good().HasTls);
    }

    [Fact]
    public void The_text_of_the_settings_does_not_contain_the_secret()
    {
        _environment["SECRET_KEY"] = "0123456789abcdef0123456789abcdef";

        Assert.DoesNotContain("0123456789abcdef", Good().ToString(), StringComparison.Ordinal);
    }

    private ServerSettings Good()
    {
        var result = Read();
        Assert.True(result.Settings is not null, string.Join('\n', result.Errors));
        return result.Settings;
    }

    private IReadOnlyList<SettingError> Bad()
    {
        var result = Read();
        Assert.Null(result.Settings);
        return result.Errors;
    }

    private IReadOnlyList<string> Notices() => Read().Notices;

    private SettingsResult Read() => SettingsReader.Read(new SettingsSources { Flags = _flags, Environment = _environment, WorkingFolder = _folder });

    private static string Error(IReadOnlyList<SettingError> errors, string name) => errors.Single(error => error.Name == name).ToString();

    private string File(string json)
    {
        var path = Path.Combine(_folder, "parley.json");
        System.IO.File.WriteAllText(path, json);
        return path;
    }

    private (string Certificate, string Key) Certificate() => TestCertificate.Write(_folder);

    /// <summary>A good value that is not the default.</summary>
    private static string Other(Setting setting) => setting switch
    {
        { Name: "host" } => "10.1.2.3",
        { Name: "data" or "database" or "log_file" } => "/tmp/somewhere",
        { Name: "secret_key" or "app_name" } => "0123456789abcdef0123456789abcdef",
        { Name: "cors_origins" } => "https://a.example.org",
        { Name: "allowed_hosts" } => "a.example.org",
        { Name: "trusted_proxies" } => "10.0.0.0/8",
        { Name: "log_level" } => "error",
        { Name: "routing_strategy" } => "round_robin",
        { Name: "debug" or "webhook_private_addresses" or "reservations_ignore_case" } => "true",
        { Name: "max_message_bytes" or "max_body_bytes" } => "4096",
        { Name: "connection_buffer_bytes" } => "65536",
        _ => "3",
    };

    private static bool SameSettings(ServerSettings one, ServerSettings other) =>
        typeof(ServerSettings).GetProperties().All(property => SameValue(property.GetValue(one), property.GetValue(other)));

    private static bool SameValue(object? one, object? other) =>
        one is System.Collections.IEnumerable and not string ? ((System.Collections.IEnumerable)one).Cast<object>().SequenceEqual(((System.Collections.IEnumerable)other!).Cast<object>()) : Equals(one, other);
}
