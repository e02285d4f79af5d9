using Npgsql;
using Parley.Server.Nodes;
using Parley.Server.Security;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Nodes;

/// <summary>Which nodes are taken for gone.</summary>
public sealed class MembershipTests(PostgresDatabases databases)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_whose_queries_wait_for_a_lock_still_sends_heartbeats()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var node = nodes.One.Get<INodeStore>().Number;
        await using var connection = await nodes.OpenAsync();
        await using var blocker = await nodes.OpenAsync();
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
    public async Task A_node_whose_row_is_locked_is_not_considered_gone()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var (one, other) = (nodes.One.Get<INodeStore>(), nodes.Other.Get<INodeStore>());
        await one.BeatAsync(Patience, Cancel);
        nodes.One.Clock.Advance(Patience * 2);
        await using (var blocker = await nodes.OpenAsync())
        {
            await using var transaction = await blocker.BeginTransactionAsync(Cancel);
            await RunAsync(blocker, $"SELECT number FROM nodes WHERE number = {other.Number} FOR UPDATE");
            Assert.Empty((await one.BuryAsync(Patience, Cancel)).Nodes);
        }

        await UntilGoneAsync(nodes, one, other.Number);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    public async Task A_jump_of_the_databases_clock_neither_buries_a_live_node_nor_keeps_a_dead_one(int days)
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var (one, other) = (nodes.One.Get<INodeStore>(), nodes.Other.Get<INodeStore>());
        await one.BeatAsync(Patience, Cancel);

        // As if the last signs of life had been given before the jump, and nobody had given one since.
        await using var connection = await nodes.OpenAsync();
        await RunAsync(connection, $"UPDATE nodes SET seen_at = seen_at - interval '{days} days'; UPDATE leadership SET until = until - interval '{days} days'");
        Assert.Contains(other.Number, (await one.BeatAsync(Patience, Cancel)).Peers);
        Assert.Empty((await one.BuryAsync(Patience, Cancel)).Nodes);

        nodes.One.Clock.Advance(Patience * 2);
        await UntilGoneAsync(nodes, one, other.Number);
    }

    [Fact]
    public async Task A_former_leader_is_replaced_however_far_in_the_future_its_lease_ends()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var one = nodes.One.Get<INodeStore>();
        await using var connection = await nodes.OpenAsync();
        await RunAsync(connection, "UPDATE leadership SET node = 999, until = clock_timestamp() + interval '2 days'");
        Assert.False((await one.BeatAsync(Patience, Cancel)).IsLeader);

        nodes.One.Clock.Advance(Patience * 2);
        Assert.True((await one.BeatAsync(Patience, Cancel)).IsLeader || (await one.BeatAsync(Patience, Cancel)).IsLeader);
    }

    [Fact]
    public async Task A_ticket_whose_stream_was_open_on_a_node_that_is_gone_is_closed()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var (one, other) = (nodes.One.Get<INodeStore>(), nodes.Other.Get<INodeStore>());
        var (here, there) = (nodes.One.Get<ITokenStore>(), nodes.Other.Get<ITokenStore>());
        Assert.True(await there.TryOpenTicketAsync(new OpenedTicket("there", "a", OpenedTicket.StillOpen), Cancel));
        Assert.True(await there.TryOpenTicketAsync(new OpenedTicket("moved", "a", OpenedTicket.StillOpen), Cancel));
        Assert.True(await here.TryOpenTicketAsync(new OpenedTicket("here", "a", OpenedTicket.StillOpen), Cancel));
        // The page went on to this node, and the other notices later that it went.
        await here.KeepTicketAsync(new OpenedTicket("moved", "a", OpenedTicket.StillOpen), Cancel);
        await there.KeepTicketAsync(new OpenedTicket("moved", "a", nodes.Other.Clock.GetUtcNow()), Cancel);
        // A node that starts closes nothing of those that live.
        _ = await here.LoadOpenedTicketsAsync(nodes.One.Clock.GetUtcNow(), Cancel);
        Assert.True((await here.FindTicketAsync("there", Cancel))!.IsOpen);

        await one.BeatAsync(Patience, Cancel);
        nodes.One.Clock.Advance(Patience * 2);
        await UntilGoneAsync(nodes, one, other.Number);

        Assert.Equal(nodes.One.Clock.GetUtcNow(), (await here.FindTicketAsync("there", Cancel))!.LastOpen);
        Assert.True((await here.FindTicketAsync("here", Cancel))!.IsOpen);
        Assert.True((await here.FindTicketAsync("moved", Cancel))!.IsOpen);
    }

    private const string Waiting =
        """
        SELECT pid || ' ' || query_start FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%directory%' ORDER BY query_start LIMIT 1
        """;

    /// <summary>The node's own look at the others, which the clock has made due, may be the one that finds it gone.</summary>
    private static async Task UntilGoneAsync(TwoNodes nodes, INodeStore one, int other)
    {
        await using var connection = await nodes.OpenAsync();
        await using var command = new NpgsqlCommand($"SELECT gone_at IS NOT NULL FROM nodes WHERE number = {other}", connection);
        do
            await one.BuryAsync(Patience, Cancel);
        while (await command.ExecuteScalarAsync(Cancel) is not true);
    }

    private static async Task<DateTime> SeenAsync(NpgsqlConnection connection, int node) =>
        (DateTime)(await RunAsync(connection, $"SELECT seen_at FROM nodes WHERE number = {node}"))!;

    private static async Task<object?> RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancel);
    }
}
