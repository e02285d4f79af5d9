using System.Text.Json;
using Parley.Tests.Postgres;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>What <c>parley doctor</c> says of the PostgreSQL that a server would use, each time of a real one.</summary>
public sealed class DatabaseDoctorTests(DatabaseDoctorTests.Cluster cluster) : IClassFixture<DatabaseDoctorTests.Cluster>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-doctor-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_that_is_fit_is_named_with_its_version_and_without_its_password()
    {
        var found = await DiagnoseAsync(cluster.Server.Url(await cluster.Server.CreateDatabaseAsync()));

        Assert.Equal("ok", found["postgresql"].Verdict);
        Assert.Contains($"127.0.0.1:{cluster.Server.Port}", found["postgresql"].Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("the-pass-word", $"{found["postgresql"]}", StringComparison.Ordinal);
        Assert.False(found.ContainsKey("durability"));
        Assert.False(found.ContainsKey("connections"));
    }

    [Fact]
    public async Task Without_PostgreSQL_in_the_settings_there_are_no_findings_about_it() => Assert.False((await DiagnoseAsync(null)).ContainsKey("postgresql"));

    [Theory]
    [InlineData("postgres://postgres:the-pass-word@127.0.0.1:1/parley", "127.0.0.1:1")]
    [InlineData("postgres://postgres:the-pass-word@127.0.0.1", "has no database name")]
    public async Task One_that_can_not_be_reached_or_named_is_a_failure_with_the_reason(string url, string reason)
    {
        var found = await DiagnoseAsync(url);

        Assert.Equal("fail", found["postgresql"].Verdict);
        Assert.Contains(reason, found["postgresql"].Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("the-pass-word", $"{found["postgresql"]}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_encoding_than_UTF8_is_a_failure_with_its_remedy()
    {
        await cluster.Server.ExecuteAsync("CREATE DATABASE latin TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'");

        var found = await DiagnoseAsync(cluster.Server.Url("latin"));

        Assert.Equal("fail", found["postgresql"].Verdict);
        Assert.Contains("SQL_ASCII", found["postgresql"].Detail, StringComparison.Ordinal);
        Assert.Contains("UTF8", found["postgresql"].Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_standby_alone_is_a_failure_but_not_together_with_its_primary()
    {
        await using var standby = await cluster.Server.StartStandbyAsync("doctored");

        Assert.Contains("takes no writes", (await DiagnoseAsync(standby.Url("postgres")))["postgresql"].Detail, StringComparison.Ordinal);
        var both = $"postgres://postgres@127.0.0.1:{standby.Port},127.0.0.1:{cluster.Server.Port}/postgres";
        Assert.Equal("ok", (await DiagnoseAsync(both))["postgresql"].Verdict);
    }

    [Fact]
    public async Task Commits_that_do_not_reach_the_disk_and_too_large_a_pool_are_warned_of()
    {
        await using var hasty = await PostgresServer.StartAsync(fsync: false);

        var found = await DiagnoseAsync($"{hasty.Url("postgres")}?pool_size=200");

        Assert.Equal(("ok", "warn", "warn"), (found["postgresql"].Verdict, found["durability"].Verdict, found["connections"].Verdict));
        Assert.Contains("200 of 300", found["connections"].Detail, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<Dictionary<string, (string Verdict, string Detail, string Remedy)>> DiagnoseAsync(string? database)
    {
        var environment = new Dictionary<string, string> { ["PARLEY_DATA"] = _folder, ["XDG_CONFIG_HOME"] = _folder };
        if (database is not null)
            environment["DATABASE_URL"] = database;
        var doctor = await Binary.RunAsync(environment, ["doctor", "--json"], Cancel);
        return JsonDocument.Parse(doctor.Output).RootElement.GetProperty("checks").EnumerateArray().ToDictionary(
            check => check.GetProperty("check").GetString()!,
            check => (check.GetProperty("verdict").GetString()!, check.GetProperty("detail").GetString()!,
                check.TryGetProperty("remedy", out var remedy) ? $"{remedy}" : ""));
    }

    public sealed class Cluster : IAsyncLifetime
    {
        internal PostgresServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
