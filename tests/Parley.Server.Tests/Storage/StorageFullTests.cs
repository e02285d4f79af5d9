using System.Globalization;
using Parley.Protocol;
using Parley.Server.History;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Storage;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>A disk without room: writes are refused whole, reads go on, and service resumes by itself.</summary>
public sealed class StorageFullTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refused_write_leaves_nothing_behind_and_service_resumes_when_there_is_space()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        await store.StoreAsync(Large("first"));
        await FillAsync(store);

        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => store.SendAllAsync(Enumerable.Range(0, 50).Select(i => Large($"refused {i}"))));
        Assert.True(refused.RetryAfter > TimeSpan.Zero);
        Assert.Equal([1], (await store.EntriesAsync()).Select(entry => entry.Seq));
        Assert.Equal([1], await store.QueueAsync("bob"));
        Assert.Equal(1, store.Project.Log.Head);

        await MakeRoomAsync(store);
        Assert.Equal(2, (await store.StoreAsync(Large("second"))).Seq);
        Assert.Equal(2, (await store.CountsAsync("bob")).Queued);
        Assert.Equal([1, 2], (await store.ClaimAsync("bob")).Select(delivery => delivery.Seq));
    }

    [Fact]
    public async Task A_key_of_a_refused_write_is_free()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        await FillAsync(store);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.SendAsync(Large("x") with { Key = "k" }));
        await MakeRoomAsync(store);

        await store.StoreAsync(Large("x") with { Key = "k" });
    }

    [Fact]
    public async Task A_refused_handover_gives_its_reservation_back()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 1);
        await FillAsync(store);

        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.SendAsync(Large("x")));
        Assert.Equal((0, 0), (holder.Out, holder.Delivered.Count));

        await MakeRoomAsync(store);
        Assert.Equal(RecipientResult.Pushed, Assert.Single((await store.StoreAsync(Large("x"))).Recipients).Result);
        Assert.Single(holder.Delivered);
    }

    [Fact]
    public async Task A_mailbox_is_counted_right_at_once_after_a_refused_write()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var holder = new TestHolder(1);
        await store.SendAllAsync(new Letter("ada", "bob"), new Letter("ada", "bob"));
        await store.ClaimOneAsync("bob", holder: holder);
        store.Fault.IsOn = true;

        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.SendAsync(new Letter("ada", "bob")));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.ClaimAsync("bob"));

        Assert.Equal((1, 1, 0), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight, counts.Dead) : default);
    }

    [Fact]
    public async Task A_send_that_hits_a_full_disk_after_its_batch_was_split_is_told_to_retry()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var good = new Letter("ada", "bob").In(store);
        store.Fault.IsOn = true;

        // The bad one undoes the batch before the disk is asked; alone, each good one meets it.
        var outcomes = await store.Messages.SendAsync([good, SqliteWriterTests.Broken(good), good]);

        Assert.Equal([SendResult.Unavailable, SendResult.Failed, SendResult.Unavailable], outcomes.Select(outcome => outcome.Result));
        var problem = SendRules.Reply(good, outcomes[0]).Problem!;
        Assert.Equal((ErrorCodes.StorageUnavailable, 503), (problem.Code, problem.Status));
        Assert.True(problem.ToProblem().RetryAfter > 0);
    }

    [Fact]
    public async Task A_lease_whose_lapse_could_not_be_stored_lapses_later()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 1);
        await store.StoreAsync(new Letter("ada", "bob"));
        store.Clock.Advance(StoreScope.Lease);
        store.Fault.IsOn = true;

        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await store.Deliveries.RescueAsync(Cancel));
        store.Fault.IsOn = false;
        await store.RescueAsync();

        Assert.Equal(1, holder.ReleasedCount);
        await store.PassAsync(store.Settings.RetryDelay);
        Assert.Equal(2, (await store.ClaimOneAsync("bob")).Attempt);
    }

    [Fact]
    public async Task An_acknowledgement_that_could_not_be_written_succeeds_later()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 1);
        await store.StoreAsync(new Letter("ada", "bob"));
        store.Fault.IsOn = true;

        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.AckAsync("bob", holder.Delivered[0]));
        store.Fault.IsOn = false;

        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", holder.Delivered[0]));
        Assert.Equal(0, holder.Out);
    }

    [Fact]
    public async Task An_agent_whose_mailbox_could_not_be_withdrawn_keeps_it()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        await store.SendAllAsync(new Letter("ada", "bob"), new Letter("ada", "bob"));
        store.Fault.IsOn = true;

        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await store.Deliveries.WithdrawAllAsync(store.Agent("bob").Number, Cancel));
        store.Fault.IsOn = false;

        Assert.Equal(2, (await store.CountsAsync("bob")).Queued);
        Assert.Equal([1, 2], (await store.ClaimAsync("bob")).Select(delivery => delivery.Seq));
    }

    [Fact]
    public async Task The_index_continues_after_its_disk_was_full()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var index = store.Service<Server.Storage.Sqlite.SqliteIndexDatabase>();
        // Of a thread of four, each message is noted for the two whom it does not name: most of what is written.
        var opened = await store.StoreAsync(new Letter("ada", "bob"));
        await store.StoreAsync(new Letter("cyd", "dan") { Thread = opened.Thread });
        await store.SendAllAsync(Enumerable.Range(0, 400).Select(i => new Letter("ada", "bob") { Content = $"reply{i}", Thread = opened.Thread }));
        var pages = await index.WriteAsync(connection => connection.Prepare("PRAGMA page_count").Scalar()!.Value, TaskScheduler.Default, Cancel);
        await index.WriteAsync(connection => connection.Prepare(Pragma("max_page_count", pages + 4)).Scalar(), TaskScheduler.Default, Cancel);

        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.IndexAsync());
        await index.WriteAsync(connection => connection.Prepare(Pragma("max_page_count", int.MaxValue)).Scalar(), TaskScheduler.Default, Cancel);
        await store.IndexAsync();

        var found = await store.History.ListAsync(new HistoryQuery(store.Project.Number) { Text = "reply399" }, Cancel);
        Assert.Equal([402], found.Select(entry => entry.Seq));
    }

    private static Letter Large(string content) => new("ada", "bob") { Content = content, Payload = $"\"{new string('x', 10_000)}\"" };

    /// <summary>No page more than there is: SQLITE_FULL, as from a disk without room.</summary>
    private static async Task FillAsync(SqliteStoreScope store) => await store.Writer.WriteAsync(
        connection =>
        {
            // Pages that a migration left free are room too.
            connection.Execute("CREATE TABLE IF NOT EXISTS ballast (content)");
            while (connection.Prepare("PRAGMA freelist_count").Scalar() > 0)
                connection.Execute("INSERT INTO ballast VALUES (zeroblob(4096))");
            var pages = connection.Prepare("PRAGMA page_count").Scalar()!.Value;
            return connection.Prepare(Pragma("max_page_count", pages)).Scalar();
        },
        Cancel);

    private static async Task MakeRoomAsync(SqliteStoreScope store) =>
        await store.Writer.WriteAsync(connection => connection.Prepare(Pragma("max_page_count", int.MaxValue)).Scalar(), Cancel);

    private static string Pragma(string name, long value) => $"PRAGMA {name} = {value.ToString(CultureInfo.InvariantCulture)}";
}
