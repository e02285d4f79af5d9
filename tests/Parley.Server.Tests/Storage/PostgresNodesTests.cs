using Npgsql;
using Parley.Protocol;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Storage.Postgres;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Several nodes on one database.</summary>
public sealed class PostgresNodesTests(PostgresDatabases databases)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sends_by_several_nodes_make_one_log_without_gaps_that_is_complete_on_each()
    {
        await using var one = await PostgresStoreScope.OpenAsync(databases);
        await using var other = await one.JoinAsync();
        var nodes = new[] { one, other };

        // Each node's reader is there from the start and goes up to what that node stores last.
        var followed = nodes.Select((node, i) => FollowAsync(node, upTo: 401 + i)).ToArray();
        var sent = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => nodes[i % 2].SendAsync(new Letter("ada", "bob") { Content = $"{i}" })));

        Assert.Equal(Enumerable.Range(1, 400).Select(seq => (long)seq), sent.Select(outcome => outcome.Seq).Order());
        foreach (var (node, follows) in nodes.Zip(followed))
        {
            // The last of a node brings its tail up to it.
            var last = await node.StoreAsync(new Letter("ada", "bob"));
            var read = await follows;
            Assert.Equal(Enumerable.Range(1, (int)last.Seq).Select(seq => (long)seq), read.Select(entry => entry.Seq));
            Assert.Equal((await node.EntriesAsync()).Select(entry => Convert.ToHexString(entry.Json)), read.Select(entry => Convert.ToHexString(entry.Json)));
        }
    }

    [Fact]
    public async Task The_times_of_one_log_never_fall_though_the_nodes_have_different_times()
    {
        await using var one = await PostgresStoreScope.OpenAsync(databases, new ProjectSettings { MaxAttempts = 1 });
        await using var other = await one.JoinAsync();
        one.Clock.Advance(TimeSpan.FromMinutes(3));

        // Sends, deaths and expiries of both, in turn: the second node is three minutes behind.
        var lease = StoreScope.Lease;
        for (var round = 0; round < 4; round++)
        {
            foreach (var node in new[] { one, other })
            {
                await node.StoreAsync(new Letter("ada", "bob"));
                await node.ClaimOneAsync("bob");
                await node.StoreAsync(new Letter("ada", "cyd") { TimeToLive = lease });
                node.Clock.Advance(lease * 2);
                await node.RescueAsync();
                await node.ExpireAsync();
            }
        }

        var entries = await one.EntriesAsync();
        Assert.Contains(EntryKind.Death, entries.Select(entry => entry.Kind));
        Assert.Contains(EntryKind.Expiry, entries.Select(entry => entry.Kind));
        Assert.Equal(entries.Select(entry => entry.Stamp).Order(), entries.Select(entry => entry.Stamp));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_nodes_sends_are_read_into_memory_if_somebody_waits_for_them(bool isAwaited)
    {
        await using var one = await PostgresStoreScope.OpenAsync(databases);
        await using var other = await one.JoinAsync();
        var waits = isAwaited ? one.Project.Log.WaitAsync(0, Cancel) : Task.CompletedTask;
        for (var i = 0; i < 20; i++)
            await other.StoreAsync(new Letter("ada", "bob") { Content = $"{i}" });

        await one.StoreAsync(new Letter("ada", "bob"));

        await waits;
        var tail = new List<LogEntry>();
        Assert.Equal(isAwaited, one.Project.Log.TryRead(0, tail, int.MaxValue, long.MaxValue));
        if (!isAwaited)
            Assert.True(one.Project.Log.TryRead(20, tail, int.MaxValue, long.MaxValue));
        var stored = (await one.EntriesAsync()).Skip(isAwaited ? 0 : 20);
        Assert.Equal(stored.Select(entry => (entry.Seq, Convert.ToHexString(entry.Json))), tail.Select(entry => (entry.Seq, Convert.ToHexString(entry.Json))));
        Assert.Equal(21, tail[^1].Seq);
    }

    [Fact]
    public async Task No_two_nodes_give_out_the_same_delivery_and_the_counters_stay_exact()
    {
        await using var one = await PostgresStoreScope.OpenAsync(databases);
        await using var other = await one.JoinAsync();
        var nodes = new[] { one, other };
        await one.SendAllAsync(Enumerable.Range(0, 200).Select(i => new Letter("ada", "bob") { Content = $"{i}" }));

        var claims = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => nodes[i % 2].ClaimAsync("bob", max: 5, holder: i % 3 == 0 ? new TestHolder(5) : null)));

        var claimed = claims.SelectMany(claim => claim).ToList();
        Assert.Equal(200, claimed.Count);
        Assert.Equal(200, claimed.DistinctBy(delivery => delivery.Delivery).Count());
        // Whichever node has it, each settles by the lease.
        var settled = await Task.WhenAll(claimed.Take(150).Select((delivery, i) => nodes[i % 2].AckAsync("bob", delivery)));
        Assert.All(settled, settlement => Assert.Equal(Settlement.Settled, settlement));
        Assert.Equal((0, 50), await other.CountsAsync("bob") is var counts ? (counts.Queued, counts.InFlight) : default);
    }

    [Fact]
    public async Task A_limit_applies_across_all_nodes()
    {
        await using var one = await PostgresStoreScope.OpenAsync(databases, new ProjectSettings { MailboxLimit = 50 });
        await using var other = await one.JoinAsync();

        var sent = await Task.WhenAll(Enumerable.Range(0, 120).Select(i => (i % 2 == 0 ? one : other).SendAsync(new Letter("ada", "bob") { Key = $"{i}" })));

        Assert.Equal(50, sent.Count(outcome => outcome.Result == SendResult.Stored));
        Assert.Equal(70, sent.Count(outcome => outcome.Result == SendResult.MailboxFull));
        Assert.Equal(Enumerable.Range(1, 50).Select(seq => (long)seq), (await one.EntriesAsync()).Select(entry => entry.Seq));
    }

    [Fact]
    public async Task A_key_stores_one_message_whichever_nodes_are_asked()
    {
        await using var one = await PostgresStoreScope.OpenAsync(databases);
        await using var other = await one.JoinAsync();

        var sent = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? one : other).SendAsync(new Letter("ada", "bob") { Key = "k" })));

        Assert.Single(sent, outcome => outcome.Result == SendResult.Stored);
        Assert.Equal(39, sent.Count(outcome => outcome.Result == SendResult.Duplicate));
        Assert.Single(sent.DistinctBy(outcome => outcome.MessageId));
    }

    [Fact]
    public async Task A_node_that_was_considered_gone_cannot_settle_what_was_given_to_another()
    {
        await using var asleep = await PostgresStoreScope.OpenAsync(databases);
        await using var awake = await asleep.JoinAsync();
        var sleeper = asleep.Handover.Connect(asleep.Agent("bob").Number, room: 2);
        await asleep.SendAllAsync(new Letter("ada", "bob"), new Letter("ada", "bob"));

        Assert.Equal(2, await awake.Service<PostgresMessageStore>().ReleaseNodeAsync(asleep.Database.Node, Cancel));
        var claimed = await awake.ClaimAsync("bob", max: 1, holder: new TestHolder(1));

        Assert.Equal(1, Assert.Single(claimed).Attempt);
        Assert.Equal([Settlement.LeaseLost, Settlement.LeaseLost], [await asleep.AckAsync("bob", sleeper.Delivered[0]), await asleep.NackAsync("bob", sleeper.Delivered[1])]);
        Assert.Equal((0, 2), (sleeper.Out, sleeper.ReleasedCount));
        Assert.Equal(Settlement.Settled, await awake.AckAsync("bob", claimed[0]));
        Assert.Equal((1, 0), await awake.CountsAsync("bob") is var counts ? (counts.Queued, counts.InFlight) : default);
    }

    [Fact]
    public async Task A_connection_has_room_again_after_its_delivery_was_settled_on_another_node()
    {
        await using var one = await PostgresStoreScope.OpenAsync(databases);
        await using var other = await one.JoinAsync();
        var holder = one.Handover.Connect(one.Agent("bob").Number, room: 1);
        await one.StoreAsync(new Letter("ada", "bob"));

        Assert.Equal(Settlement.Settled, await other.AckAsync("bob", holder.Delivered[0]));
        await one.PassAsync(holder.LeaseTime);

        Assert.Equal((0, 1), (holder.Out, holder.ReleasedCount));
    }

    [Fact]
    public async Task A_reader_with_a_place_from_another_node_waits_until_its_node_is_there()
    {
        await using var one = await PostgresStoreScope.OpenAsync(databases);
        await using var other = await one.JoinAsync();
        var reader = ReaderOf(other);
        Task<long?> start;
        using (await other.PauseWriterAsync())
        {
            await one.StoreAsync(new Letter("ada", "bob"));
            await one.StoreAsync(new Letter("ada", "bob"));
            Assert.Equal(0, other.Project.Log.Head);
            start = reader.StartAsync(one.Project.Log.Place(2), Cancel).AsTask();
        }

        // As a server does each second, if no notification has come.
        other.Database.Writer.Hear(other.Project.Number, head: 2);
        Assert.Null(await start);
        Assert.Equal(2, reader.Cursor);
        // A place that nobody can have is of another log, and waits for nothing.
        Assert.Equal(1, await reader.StartAsync(one.Project.Log.Place(3), Cancel));
        Assert.Equal(1, await reader.StartAsync(one.Project.Log.Place(long.MaxValue), Cancel));
        Assert.Equal(1, await reader.StartAsync(one.Project.Log.Place((1L << 40) + 2), Cancel));
    }

    [Fact]
    public async Task Other_nodes_are_notified_of_a_commit_while_there_are_any()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases, new ProjectSettings { RetryDelaySeconds = 0 });
        await using var listener = new NpgsqlConnection(store.ConnectionString);
        await listener.OpenAsync(Cancel);
        var heard = new List<string>();
        listener.Notification += (_, notification) => heard.Add(notification.Payload);
        await using (var command = new NpgsqlCommand($"LISTEN {PostgresWake.Channel}", listener))
            await command.ExecuteNonQueryAsync(Cancel);
        var (node, project, bob) = (store.Database.Node, store.Project.Number, store.Agent("bob").Number);

        await store.StoreAsync(new Letter("ada", "bob") { Content = "nobody else is there" });
        store.Database.Writer.HasPeers = true;
        await store.StoreAsync(new Letter("ada", "bob"));
        await listener.WaitAsync(Cancel);
        await store.NackAsync("bob", await store.ClaimOneAsync("bob"));
        await listener.WaitAsync(Cancel);

        Assert.Equal([$"{node};{project}=2;{bob}", $"{node};;{bob}"], heard);
    }

    private static FeedReader ReaderOf(StoreScope node) =>
        new(node.Project.Log, node.Log, node.Service<MessageAccess>(), null, FeedSelections.Messages(StreamFilter.None));

    /// <summary>A node's log as its readers get it, from the first entry on.</summary>
    private static async Task<List<LogEntry>> FollowAsync(StoreScope node, long upTo)
    {
        var reader = ReaderOf(node);
        var read = new List<LogEntry>();
        while (reader.Cursor < upTo)
        {
            await reader.WaitAsync(Cancel);
            read.AddRange((await reader.ReadAsync(Cancel)).Entries);
        }

        return read;
    }
}
