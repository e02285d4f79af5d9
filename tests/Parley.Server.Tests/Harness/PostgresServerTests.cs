using Npgsql;
using Parley.Tests.Postgres;
using Xunit;

namespace Parley.Server.Tests.Harness;

public sealed class PostgresServerTests
{
    [Fact]
    public async Task A_cluster_keeps_its_data_over_a_stop_and_leaves_nothing_behind()
    {
        string folder;
        await using (var server = await PostgresServer.StartAsync(fsync: false))
        {
            folder = Path.GetDirectoryName(server.LogFile)!;
            var original = await server.CreateDatabaseAsync();
            await server.ExecuteAsync("CREATE TABLE words (word text); INSERT INTO words VALUES ('kept')", original);

            await server.StopAsync();
            await Assert.ThrowsAsync<NpgsqlException>(() => server.ExecuteAsync("SELECT 1", original));
            await server.StartAgainAsync();

            var copy = await server.CreateDatabaseAsync(original);
            await server.DropDatabaseAsync(original);
            await using var connection = new NpgsqlConnection(server.ConnectionString(copy));
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = new NpgsqlCommand("SELECT word FROM words", connection);
            Assert.Equal("kept", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        }

        Assert.False(Directory.Exists(folder));
    }
}
