using Npgsql;
using Parley.Server.Nodes;
using Parley.Server.Settings;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Nodes;

/// <summary>Which nodes are taken for gone.</summary>
public sealed class MembershipTests(PostgresDatabases databases)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_whose_questions_wait_for_a_lock_goes_on_giving_signs_of_life()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var node = nodes.One.Get<INodeStore>().Number;
        await using var connection = await OpenAsync(nodes);
        await using var blocker = await OpenAsync(nodes);
        await using var transaction = await blocker.BeginTransactionAsync(Cancel);
        await RunAsync(blocker, "LOCK TABLE directory IN ACCESS EXCLUSIVE MODE");

        // A statement waits five seconds for a lock, and is then followed by another: the signs of life must go on while one and the same waits.
        var (waiting, seen) = (default(object), default(DateTime));
        await Polling.UntilAsync(() => "a sign of life of a node while one of its questions waits for a lock", async () =>
        {
            nodes.One.Clock.Advance(TimeSpan.FromSeconds(1));
            var now = await RunAsync(connection, Waiting);
            if (now is not null && Equals(now, waiting))
                return await SeenAsync(connection, node) > seen && Equals(await RunAsync(connection, Waiting), waiting);
            (waiting, seen) = (now, await SeenAsync(connection, node));
            return false;
        });
    }

    [Fact]
    public async Task A_node_whose_row_is_locked_is_not_taken_for_gone()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var (one, other) = (nodes.One.Get<INodeStore>(), nodes.Other.Get<INodeStore>());
        await using var connection = await OpenAsync(nodes);
        await RunAsync(connection, $"UPDATE nodes SET seen_at = clock_timestamp() - interval '30 seconds' WHERE number = {other.Number}");
        await using (var blocker = await OpenAsync(nodes))
        {
            await using var transaction = await blocker.BeginTransactionAsync(Cancel);
            await RunAsync(blocker, $"SELECT number FROM nodes WHERE number = {other.Number} FOR UPDATE");
            Assert.Empty((await one.BuryAsync(TimeSpan.FromSeconds(5), Cancel)).Nodes);
        }

        Assert.Equal([other.Number], (await one.BuryAsync(TimeSpan.FromSeconds(5), Cancel)).Nodes);
    }

    private const string Waiting =
        """
        SELECT pid || ' ' || query_start FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%directory%' ORDER BY query_start LIMIT 1
        """;

    private static async Task<NpgsqlConnection> OpenAsync(TwoNodes nodes)
    {
        var address = (PostgresAddress)nodes.One.Data.Settings.Database!;
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(address.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancel);
        return connection;
    }

    private static async Task<DateTime> SeenAsync(NpgsqlConnection connection, int node) =>
        (DateTime)(await RunAsync(connection, $"SELECT seen_at FROM nodes WHERE number = {node}"))!;

    private static async Task<object?> RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancel);
    }
}
