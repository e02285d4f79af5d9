using Npgsql;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Storage;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>The writing lane: what shares a batch, and what a lost connection leaves behind.</summary>
public sealed class PostgresWriterTests(PostgresDatabases databases)
{
    /// <summary>A letter that no text of PostgreSQL can hold.</summary>
    private const string Bad = "bad\0type";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bad_send_fails_alone()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);
        var holder = store.Handover.Connect(store.Agent("cyd").Number, room: 10);
        Task<SendOutcome> before, bad, after;
        Task<IReadOnlyList<SendOutcome>> several;
        using (await store.PauseWriterAsync())
        {
            before = store.SendAsync(new Letter("ada", "bob") { Content = "before" });
            bad = store.SendAsync(new Letter("ada", "cyd") { Type = Bad });
            several = store.SendAllAsync(
                new Letter("ada", "cyd") { Key = "1" }, new Letter("ada", "cyd") { Type = Bad, Key = "2" }, new Letter("ada", "cyd") { Key = "3" });
            after = store.SendAsync(new Letter("ada", "bob") { Content = "after" });
        }

        await Assert.ThrowsAsync<PostgresException>(() => bad);
        Assert.Equal((1, 4), ((await before).Seq, (await after).Seq));
        Assert.Equal([SendResult.Stored, SendResult.Failed, SendResult.Stored], (await several).Select(outcome => outcome.Result));
        Assert.Equal([2, 0, 3], (await several).Select(outcome => outcome.Seq));
        Assert.Equal([1, 2, 3, 4], (await store.EntriesAsync()).Select(entry => entry.Seq));
        Assert.Equal((2, 2), (holder.Out, holder.Delivered.Count));
    }

    [Fact]
    public async Task Transitions_with_messages_share_a_commit()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);
        var board = new EntityBoard<Note>(Note.Kind, store.Service<IEntityStore>());
        List<Task<TransitionOutcome>> made;
        Task<SendOutcome> sent;
        using (await store.PauseWriterAsync())
        {
            made = [.. Enumerable.Range(0, 5).Select(i => store.Service<IEntityStore>().ApplyAsync(
                new Transition(store.Project.Number, 0, [board.Write(null, Decision<Note>.Put(new Note { Title = $"{i}" }, "note_changed"))])
                {
                    Messages = [new Letter("ada", "bob") { Content = $"{i}" }.In(store)],
                },
                Cancel).AsTask())];
            // The message of another sender is not rolled back with them, if one of them is refused.
            sent = store.SendAsync(new Letter("ada", "cyd"));
        }

        Assert.Equal([1L, 2, 3, 4, 5], (await Task.WhenAll(made)).Select(outcome => outcome.Rows[0].Changed));
        Assert.Equal(11, (await sent).Seq);
        Assert.Equal(["0", "1", "2", "3", "4"], (await store.ClaimAsync("bob", 10)).Select(message => MessageJsonReader.Content(message.Json)));
        Assert.Equal(["10", "1"], await store.QueryAsync("SELECT count(*)::text FROM log GROUP BY xmin ORDER BY count(*) DESC", 1));
    }

    [Fact]
    public async Task A_transition_that_fails_is_undone_and_the_others_are_stored()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await store.Database.Writer.WriteAsync<int>(
            async transaction =>
            {
                await transaction.RunAsync("UPDATE projects SET next_seq = 77");
                throw new InvalidOperationException("A bug.");
            },
            Cancel));

        Assert.Equal(1, (await store.StoreAsync(new Letter("ada", "bob"))).Seq);
    }

    [Fact]
    public async Task More_than_one_batch_holds_is_stored_in_the_order_of_sending()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);

        var outcomes = await store.SendAllAsync(Enumerable.Range(0, 3_000).Select(i => new Letter("ada", "bob") { Content = $"{i}", Key = $"{i % 2_999}" }));

        Assert.Equal(Enumerable.Range(1, 2_999).Select(seq => (long)seq), outcomes.Take(2_999).Select(outcome => outcome.Seq));
        Assert.Equal(SendResult.KeyConflict, outcomes[^1].Result);
    }

    [Fact]
    public async Task A_broken_connection_is_reported_as_an_unavailable_store_and_the_next_write_succeeds()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 10);
        await store.StoreAsync(new Letter("ada", "bob"));

        await store.CutAsync();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.SendAsync(new Letter("ada", "bob")));

        Assert.Equal(1, holder.Out);
        Assert.Equal(2, (await store.StoreAsync(new Letter("ada", "bob"))).Seq);
        Assert.Equal(2, holder.Delivered.Count);
        // What it held before the cut is its own still.
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", holder.Delivered[0]));
    }

    [Fact]
    public async Task Everything_is_refused_while_no_connection_can_be_made_and_then_resumes()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);
        var server = await databases.Server;
        var name = new NpgsqlConnectionStringBuilder(store.ConnectionString).Database;
        await server.ExecuteAsync($"ALTER DATABASE \"{name}\" ALLOW_CONNECTIONS false");
        await server.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");

        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(() => store.SendAsync(new Letter("ada", "bob")));
            await Assert.ThrowsAsync<StorageUnavailableException>(() => store.ClaimAsync("bob"));
            await Assert.ThrowsAsync<StorageUnavailableException>(() => store.RescueAsync());
            await Assert.ThrowsAsync<StorageUnavailableException>(() => store.EntriesAsync());
        }

        await server.ExecuteAsync($"ALTER DATABASE \"{name}\" ALLOW_CONNECTIONS true");
        Assert.Equal(1, (await store.StoreAsync(new Letter("ada", "bob"))).Seq);
        Assert.Single(await store.EntriesAsync());
    }

    [Fact]
    public async Task A_lease_that_no_connection_here_holds_is_given_back_when_the_database_is_back()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);
        var sent = await store.StoreAsync(new Letter("ada", "bob"));
        // As a batch leaves it whose commit was not heard of.
        await store.ExecuteAsync($"UPDATE deliveries SET state = 2, lease = 1, holder_node = {store.Database.Node}, lease_until = 9000000000000");
        await store.ExecuteAsync("UPDATE mailboxes SET waiting_2 = waiting_2 - 1, in_flight = in_flight + 1 WHERE waiting_2 = 1");

        await store.CutAsync();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.ClaimAsync("bob"));

        Assert.Equal((sent.Seq, 1), (await store.ClaimOneAsync("bob")) is var claimed ? (claimed.Seq, claimed.Attempt) : default);
        Assert.Equal((0, 1), await store.CountsAsync("bob") is var counts ? (counts.Queued, counts.InFlight) : default);
    }

    [Fact]
    public async Task The_id_of_a_message_is_the_same_in_a_query_as_on_the_wire()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);
        await store.StoreAsync(new Letter("ada", "bob"));
        var sent = await store.StoreAsync(new Letter("ada", "bob"));

        Assert.Equal(sent.MessageId, await store.ExecuteAsync("SELECT parley_message_id(stamp, place, id_bits) FROM log ORDER BY place DESC LIMIT 1"));
        Assert.Equal(sent.Seq, EntryId.SeqOf(sent.MessageId));
    }
}
