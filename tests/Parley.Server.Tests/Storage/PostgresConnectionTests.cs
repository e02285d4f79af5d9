using Microsoft.Extensions.Logging;
using Npgsql;
using Parley.Server.Settings;
using Parley.Server.Storage;
using Parley.Server.Tests.Harness;
using Parley.Tests.Postgres;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>How a server comes to its PostgreSQL, and what it says when it does not.</summary>
public sealed class PostgresConnectionTests(PostgresDatabases databases)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("off", "on")]
    [InlineData("remote_apply", "remote_apply")]
    public async Task Confirmed_data_is_on_disk_whatever_the_databases_settings_are(string setting, string expected)
    {
        await using var scope = await PostgresStoreScope.OpenAsync(databases);
        _ = await scope.ExecuteAsync($"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = {setting}', current_database()); END $$");

        await scope.ReopenAsync();

        Assert.Equal(expected, await scope.Database.Writer.WriteAsync(transaction => transaction.ScalarAsync("SHOW synchronous_commit"), Cancel));
    }

    [Fact]
    public async Task With_several_hosts_the_primary_is_found_and_the_server_reports_it()
    {
        // A cluster that recovers and has nobody to recover from is a standby that no failover ever reached.
        await using var standby = await PostgresServer.StartAsync(fsync: false);
        await standby.BecomeStandbyAsync();
        await using var data = await new OnPostgres(databases).NewAsync();
        var primary = (PostgresAddress)data.Settings.Database!;
        var both = Address($"postgres://postgres:hunter2@127.0.0.1:{standby.Port},{primary.Hosts[0]}/{primary.Database}");

        await using var server = await ParleyServer.BuildAsync(data.Settings with { Database = both, LogLevel = LogLevel.Error }, cancellationToken: Cancel);

        Assert.Matches($@"^PostgreSQL 1[5-9]\.\d+ \(postgres://127\.0\.0\.1:{standby.Port},{primary.Hosts[0]}/{primary.Database}\)$", server.Storage);
        Assert.False((await DatabaseProbe.LookAsync(Address($"postgres://postgres@127.0.0.1:{standby.Port}/postgres"), Cancel)).TakesWrites);
        Assert.True((await DatabaseProbe.LookAsync(both, Cancel)).TakesWrites);
    }

    [Theory]
    [InlineData("postgres://postgres:hunter2@127.0.0.1:1/parley", "Failed to connect to 127.0.0.1:1")]
    [InlineData("postgres://postgres:hunter2@127.0.0.1:1,127.0.0.1:2/parley", "Failed to connect to 127.0.0.1:2")]
    [InlineData(null, "database \"nowhere\" does not exist")]
    public async Task A_database_that_can_not_be_used_refuses_the_start_with_the_reason_and_without_the_password(string? url, string reason)
    {
        await using var data = await new OnSqlite().NewAsync();
        var server = await databases.Server;
        var address = Address(url ?? server.Url("nowhere"));

        var refusal = await Assert.ThrowsAnyAsync<StartRefusedException>(
            () => ParleyServer.BuildAsync(data.Settings with { Database = address, LogLevel = LogLevel.Error }, cancellationToken: Cancel));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(address.ToString(), refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refusal.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("the-pass-word", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_server_on_the_same_folder_is_refused_while_the_first_one_runs()
    {
        await using var data = await new OnPostgres(databases).NewAsync();
        var settings = data.Settings with { LogLevel = LogLevel.Error };
        await using (await ParleyServer.BuildAsync(settings, cancellationToken: Cancel))
            await Assert.ThrowsAsync<DataFolderInUseException>(() => ParleyServer.BuildAsync(settings, cancellationToken: Cancel));

        await (await ParleyServer.BuildAsync(settings, cancellationToken: Cancel)).DisposeAsync();
    }

    [Fact]
    public async Task A_pool_is_as_large_as_the_address_says()
    {
        await using var data = await new OnPostgres(databases).NewAsync();
        var own = (PostgresAddress)data.Settings.Database!;
        var address = Address($"postgres://postgres@{own.Hosts[0]}/{own.Database}?pool_size=6&application_name=wall");
        await using var server = await ParleyServer.BuildAsync(data.Settings with { Database = address, LogLevel = LogLevel.Error }, cancellationToken: Cancel);

        var store = (Server.Security.ITokenStore)server.Services.GetService(typeof(Server.Security.ITokenStore))!;
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => store.LoadAsync(Cancel).AsTask()));

        await using var connection = new NpgsqlConnection((await databases.Server).ConnectionString(own.Database));
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'wall'", connection);
        Assert.InRange((long)(await command.ExecuteScalarAsync(Cancel))!, 1, 6);
    }

    private static PostgresAddress Address(string url) => (PostgresAddress)SettingKinds.Database(url).Value!;
}
