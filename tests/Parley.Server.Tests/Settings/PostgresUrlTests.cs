using Npgsql;
using Parley.Server.Settings;
using Xunit;

namespace Parley.Server.Tests.Settings;

public sealed class PostgresUrlTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-url-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_address_has_the_user_the_host_and_the_database()
    {
        var connection = Connection("postgres://ad%40a:pa%3Ass%2Fw%25rd@db.example.org:5433/par%20ley");

        Assert.Equal(("ad@a", "pa:ss/w%rd", "db.example.org", 5433, "par ley"),
            (connection.Username, connection.Password, connection.Host, connection.Port, connection.Database));
    }

    [Theory]
    [InlineData("postgresql://localhost/parley", "localhost:5432", null)]
    [InlineData("POSTGRES://[::1]:6000/parley", "[::1]:6000", null)]
    [InlineData("postgres://u@one,two:5433/parley", "one:5432,two:5433", "primary")]
    [InlineData("postgres://one,two/parley?target_session_attrs=any", "one:5432,two:5432", "any")]
    [InlineData("postgres://one/parley?target_session_attrs=read-write", "one:5432", null)]
    [InlineData("postgres://%2Frun%2Fpostgresql/parley", "/run/postgresql:5432", null)]
    public void With_several_hosts_the_primary_is_meant(string url, string hosts, string? target)
    {
        Assert.Equal((hosts, target), (string.Join(',', Address(url).Hosts), Connection(url).TargetSessionAttributes));
    }

    [Fact]
    public void Parameters_are_those_of_libpq_and_have_defaults()
    {
        var root = Path.Combine(_folder, "root.pem");
        File.WriteAllText(root, "");
        var plain = Connection("postgres://h/db");
        var full = Connection($"postgres://h/db?sslmode=verify-full&sslrootcert={Uri.EscapeDataString(root)}&pool_size=50&connect_timeout=9&application_name=wall");

        Assert.Equal((SslMode.Prefer, 20, 5, "parley"), (plain.SslMode, plain.MaxPoolSize, plain.Timeout, plain.ApplicationName));
        Assert.Equal((SslMode.VerifyFull, root, 50, 9, "wall"), (full.SslMode, full.RootCertificate, full.MaxPoolSize, full.Timeout, full.ApplicationName));
    }

    [Fact]
    public void Every_default_is_a_valid_value() => Assert.All(
        PostgresParameter.All.Where(parameter => parameter.Default.Length > 0),
        parameter => Assert.True(parameter.Take(new PostgresDraft(), parameter.Default)));

    [Theory]
    [InlineData("postgres://", "has no database name")]
    [InlineData("postgres://u:hunter2@h", "has no database name after its host")]
    [InlineData("postgres://u:hunter2@h/", "has no database name after its host")]
    [InlineData("postgres://u:hunter2@/db", "names no host")]
    [InlineData("postgres://u:hunter2@h,/db", "names no host")]
    [InlineData("postgres://u:hunter2@h:0/db", "has a port that is not a number from 1 to 65535")]
    [InlineData("postgres://u:hunter2/db", "or a password without its '@'")]
    [InlineData("postgres://u:hunter/2@h/db", "write '/', '?', '#' and '@' in a password as %2F, %3F, %23 and %40")]
    [InlineData("postgres://u:hunter?2@h/db", "has an '@' after its host")]
    [InlineData("postgres://u:hunter2@h/db?sslmode=maybe", "has 'maybe' for its sslmode; expected disable, allow, prefer, require, verify-ca, verify-full")]
    [InlineData("postgres://u:hunter2@h/db?sslmod=require", "did you mean 'sslmode'?")]
    [InlineData("postgres://u@h/db?password=hunter2", "has a parameter that is not one of sslmode, sslrootcert")]
    [InlineData("postgres://u:hunter2@h/db?pool_size=1", "expected a whole number from 6 to 1000")]
    [InlineData("postgres://u:hunter2@h/db?connect_timeout=0", "expected a whole number from 1 to 300")]
    [InlineData("postgres://u:hunter2@h/db?application_name=", "a text of 1 to 63 characters")]
    [InlineData("postgres://u:hunter2@h/db?sslmode=verify-full&sslrootcert=/nowhere.pem", "has '/nowhere.pem' for its sslrootcert; expected an existing PEM file")]
    [InlineData("postgres://u:hunter2@h/db?target_session_attrs=standby", "expected primary, read-write, any")]
    [InlineData("postgres:/u:hunter2@h/db", "is not a PostgreSQL address of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE")]
    [InlineData("mysql://u:hunter2@h/db", "names a database that this server does not know")]
    public void An_error_is_reported_without_the_password(string url, string fault)
    {
        var error = Assert.Single(Read(url).Errors).ToString();

        Assert.StartsWith("database (--database): '", error, StringComparison.Ordinal);
        Assert.Contains(fault, error, StringComparison.Ordinal);
        Assert.EndsWith("Give a file, sqlite:///FILE, or postgres://USER:PASSWORD@HOST:PORT/DATABASE.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_nobody_checks_is_an_error()
    {
        var root = Path.Combine(_folder, "root.pem");
        File.WriteAllText(root, "");

        Assert.Contains("add sslmode=verify-full", Assert.Single(Read($"postgres://h/db?sslmode=require&sslrootcert={root}").Errors).ToString(), StringComparison.Ordinal);
        Assert.Contains("without its sslcert", Assert.Single(Read($"postgres://h/db?sslkey={root}").Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_displayed_address_contains_no_secret()
    {
        var result = Read("postgres://ada:hunter2@h:5433/db");

        Assert.Equal("postgres://h:5433/db", result.Settings!.Database!.ToString());
        Assert.DoesNotContain("hunter2", result.Settings.ToString(), StringComparison.Ordinal);
    }

    private static SettingsResult Read(string url) => SettingsReader.Read(new SettingsSources
    {
        Flags = new Dictionary<string, string>(StringComparer.Ordinal) { ["--database"] = url },
        WorkingFolder = Path.GetTempPath(),
    });

    private static PostgresAddress Address(string url)
    {
        var result = Read(url);
        Assert.Empty(result.Errors);
        return Assert.IsType<PostgresAddress>(result.Settings!.Database);
    }

    private static NpgsqlConnectionStringBuilder Connection(string url) => new(Address(url).ConnectionString);
}
