using System.Globalization;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Log;

/// <summary>Readers of the log: from memory, from the store, and across the seam between the two.</summary>
public abstract class FeedReaderTests(StorageUnderTest storage, ITestOutputHelper output)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Readers_that_drop_and_resume_at_random_see_each_entry_once_and_in_order_while_others_write()
    {
        const int writers = 4, rounds = 60, sendsARound = 60, readers = 6;
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed.ToString(CultureInfo.InvariantCulture)}");
        await using var store = await OpenAsync();
        var total = (long)writers * rounds * sendsARound;

        var reading = Enumerable.Range(0, readers).Select(number => Task.Run(() => ReadAsync(new Random(seed + number)))).ToList();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(store, $"{writer}", rounds, sendsARound))));

        foreach (var seen in await Task.WhenAll(reading))
            Assert.Equal(Enumerable.Range(1, (int)total).Select(seq => (long)seq), seen);

        async Task<List<long>> ReadAsync(Random random)
        {
            var (seen, place) = (new List<long>(), 0L);
            while (place < total)
            {
                // Dropped: only the place is kept, as by a client.
                var reader = All(store);
                Assert.Null(await reader.StartAsync(store.Project.Log.Place(place), Cancel));
                for (var batches = random.Next(1, 8); batches > 0 && place < total; batches--)
                {
                    var batch = await reader.ReadAsync(Cancel);
                    seen.AddRange(batch.Entries.Select(entry => entry.Seq));
                    place = batch.LookedTo;
                    if (batch.Entries.Count == 0)
                        await reader.WaitAsync(Cancel);
                }

                // Sometimes it stays away until what it has not seen is no longer in memory.
                if (random.Next(20) == 0)
                    await store.Project.Log.WaitAsync(Math.Min(total - 1, place + 9_000), Cancel);
            }

            return seen;
        }
    }

    [Fact]
    public async Task A_reader_far_behind_reads_from_the_store_and_then_from_memory_without_a_gap()
    {
        await using var store = await OpenAsync();
        var reader = All(store);
        await reader.StartAsync(store.Project.Log.Place(0), Cancel);
        await WriteAsync(store, "ada", rounds: 10, sendsARound: 1_000);
        Assert.Null(store.Project.Log.Find(1));

        Assert.Equal(Enumerable.Range(1, 10_000).Select(seq => (long)seq), await DrainAsync(store, reader));
    }

    [Fact]
    public async Task A_stalled_reader_slows_nobody_and_holds_nothing_in_memory()
    {
        await using var store = await OpenAsync();
        var stalled = All(store);
        await stalled.StartAsync(store.Project.Log.Place(0), Cancel);
        await WriteAsync(store, "before", rounds: 1, sendsARound: 100);
        _ = await stalled.ReadAsync(Cancel);

        // It reads no more. Writers and another reader go on, and the log's tail stays as long as it is without it.
        var other = All(store);
        await WriteAsync(store, "after", rounds: 20, sendsARound: 1_000);

        Assert.Equal(20_000, (await DrainAsync(store, other)).Count);
        Assert.Equal(100, stalled.Cursor);
        Assert.Null(store.Project.Log.Find(101));
        Assert.Equal(20_000, (await DrainAsync(store, stalled)).Count);
    }

    [Fact]
    public async Task Waiting_ends_with_the_next_entry()
    {
        await using var store = await OpenAsync();
        var reader = All(store);
        var waiting = reader.WaitAsync(Cancel);
        Assert.False(waiting.IsCompleted);

        await store.StoreAsync(new Letter("ada", "bob"));

        await waiting;
        Assert.Equal([1], (await reader.ReadAsync(Cancel)).Entries.Select(entry => entry.Seq));
    }

    [Fact]
    public async Task A_reader_that_was_away_longer_than_retention_is_told_where_it_continues()
    {
        await using var store = await OpenAsync();
        await WriteAsync(store, "old", rounds: 1, sendsARound: 5);
        store.Clock.Advance(TimeSpan.FromDays(31));
        await WriteAsync(store, "young", rounds: 1, sendsARound: 2);
        await store.Messages.PruneAsync(store.Project.Number, store.Clock.GetUtcNow().AddDays(-30).ToUnixTimeMilliseconds(), Cancel);
        // In memory the old ones are still there; after a restart they are not.
        await store.ReopenAsync();

        var away = All(store);
        Assert.Equal(6, await away.StartAsync(store.Project.Log.Place(2), Cancel));
        Assert.Equal([6, 7], await DrainAsync(store, away));
        var justInTime = All(store);
        Assert.Null(await justInTime.StartAsync(store.Project.Log.Place(5), Cancel));
        Assert.Equal([6, 7], await DrainAsync(store, justInTime));
        var fromTheStart = All(store);
        Assert.Null(await fromTheStart.StartAsync(store.Project.Log.Place(0), Cancel));
        Assert.Equal([6, 7], await DrainAsync(store, fromTheStart));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reader_whose_next_entries_are_pruned_while_it_reads_is_told_once(bool ofAnExecution)
    {
        await using var store = await OpenAsync();
        var execution = (await store.StoreAsync(new Letter("ada", "bob") { Content = "stands for an execution" })).Seq;
        var reader = new FeedReader(
            store.Project.Log, store.Log, store.Service<MessageAccess>(), null,
            ofAnExecution ? FeedSelections.Execution(execution, StreamFilter.None) : FeedSelections.Messages(StreamFilter.None));
        await WriteAsync(store, "old", rounds: 1, sendsARound: 5);
        store.Clock.Advance(TimeSpan.FromDays(31));
        await store.StoreAsync(new Letter("ada", "bob") { Execution = execution });
        // More than memory holds, so that it must read the store.
        await WriteAsync(store, "young", rounds: 9, sendsARound: 1_000);
        Assert.Equal(1, reader.Cursor);
        await store.Messages.PruneAsync(store.Project.Number, store.Clock.GetUtcNow().AddDays(-30).ToUnixTimeMilliseconds(), Cancel);

        var batch = await reader.ReadAsync(Cancel);

        Assert.Equal(new FeedGap(1, 7), batch.Gap);
        Assert.Equal(7, batch.Entries[0].Seq);
        while (reader.Cursor < store.Project.Log.Head)
            Assert.Null((await reader.ReadAsync(Cancel)).Gap);
    }

    [Fact]
    public async Task A_place_from_another_epoch_or_beyond_the_log_is_not_valid()
    {
        await using var store = await OpenAsync();
        await WriteAsync(store, "ada", rounds: 1, sendsARound: 3);

        foreach (var strange in new[] { new LogPosition(store.Project.Log.Epoch + 1, 2), store.Project.Log.Place(99) })
        {
            var reader = All(store);
            Assert.Equal(1, await reader.StartAsync(strange, Cancel));
            Assert.Equal([1, 2, 3], await DrainAsync(store, reader));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_filtered_readers_place_moves_past_entries_that_do_not_match(bool fromTheStore)
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(new Letter("ada", "bob") { Type = "question" });
        await store.StoreAsync(new Letter("cyd", "dan"));
        await store.StoreAsync(new Letter("bob", "ada") { Type = "answer" });
        await store.StoreAsync(new Letter("cyd", "ada") { Type = "answer" });
        await store.StoreAsync(new Letter("cyd", "dan"));
        if (fromTheStore)
            await store.ReopenAsync();

        var types = new StreamFilter(new HashSet<string> { "question", "answer" }, new HashSet<int>());
        var reader = new FeedReader(store.Project.Log, store.Log, store.Service<MessageAccess>(), null, FeedSelections.Messages(types));
        await reader.StartAsync(store.Project.Log.Place(0), Cancel);
        Assert.Equal([1, 3, 4], await DrainAsync(store, reader));
        Assert.Equal(5, reader.Cursor);

        var ofBob = new StreamFilter(new HashSet<string>(), new HashSet<int> { store.Agent("bob").Number });
        reader = new FeedReader(store.Project.Log, store.Log, store.Service<MessageAccess>(), null, FeedSelections.Messages(ofBob));
        await reader.StartAsync(store.Project.Log.Place(0), Cancel);
        Assert.Equal([1, 3], await DrainAsync(store, reader));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nobody_is_shown_what_it_may_not_read(bool fromTheStore)
    {
        await using var store = await OpenAsync();
        var opened = await store.StoreAsync(new Letter("ada", "cyd") { Content = "1: not bob's" });
        await store.StoreAsync(new Letter("ada", "bob") { Content = "2: to bob" });
        await store.StoreAsync(new Letter("bob", "dan") { Content = "3: from bob" });
        var broadcast = await store.StoreAsync(Letter.ToAll("cyd") with { Content = "4: to all" });
        await store.StoreAsync(new Letter("ada", "cyd") { Content = "5: a reply to it, not bob's", ReplyTo = broadcast });
        await store.StoreAsync(new Letter("ada", "bob") { Content = "6: later", DeliverAt = store.Clock.GetUtcNow().AddSeconds(1) });
        await store.PassAsync(TimeSpan.FromSeconds(1));
        await store.StoreAsync(new Letter("cyd", "bob") { Content = "8: brings bob into the first thread", Thread = opened.Thread });
        await store.StoreAsync(new Letter("cyd", "ada") { Content = "9: goes on there", Thread = opened.Thread });
        if (fromTheStore)
            await store.ReopenAsync();

        // The release of 6 is 7. From the start, the first thread is bob's as a whole: he takes part in it by now.
        Assert.Equal([1, 2, 3, 4, 7, 8, 9], await DrainAsync(store, await StartAsync(store, "bob", joined: 0)));
        Assert.Equal([2, 3, 7, 8, 9], (await DrainAsync(store, await StartAsync(store, "bob", joined: 4))).Where(seq => seq > 1));
        Assert.Equal([3, 4], await DrainAsync(store, await StartAsync(store, "dan", joined: 0)));
        // Its sender saw a scheduled message when it was sent, and everything once.
        Assert.Equal([1, 2, 4, 5, 6, 8, 9], await DrainAsync(store, await StartAsync(store, "ada", joined: 0)));
        // Operators read everything, each message once.
        Assert.Equal([1, 2, 3, 4, 5, 6, 8, 9], await DrainAsync(store, await StartAsync(store, null, joined: 0)));
    }

    [Fact]
    public async Task A_thread_that_the_reader_joins_while_following_is_shown_from_there_on()
    {
        await using var store = await OpenAsync();
        var reader = await StartAsync(store, "bob", joined: 0);
        var opened = await store.StoreAsync(new Letter("ada", "cyd"));
        await store.StoreAsync(new Letter("cyd", "ada") { ReplyTo = opened });
        Assert.Empty(await DrainAsync(store, reader));

        await store.StoreAsync(new Letter("ada", "bob") { Thread = opened.Thread });
        await store.StoreAsync(new Letter("cyd", "ada") { ReplyTo = opened });

        Assert.Equal([3, 4], await DrainAsync(store, reader));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_thread_that_the_reader_joins_by_a_filtered_out_message_is_shown_too(bool ofAnExecution, bool fromTheStore)
    {
        await using var store = await OpenAsync();
        var execution = await store.StoreAsync(new Letter("dan", "cyd") { Content = "stands for an execution" });
        var filter = new StreamFilter(new HashSet<string> { "answer" }, new HashSet<int>());
        var reader = new FeedReader(
            store.Project.Log, store.Log, store.Service<MessageAccess>(), new Reader(store.Agent("bob").Number, 0),
            ofAnExecution ? FeedSelections.Execution(execution.Seq, filter) : FeedSelections.Messages(filter));
        var opened = await store.StoreAsync(new Letter("ada", "cyd") { Type = "answer", Execution = execution.Seq });
        Assert.Empty(await DrainAsync(store, reader));

        await store.StoreAsync(new Letter("ada", "bob") { Type = "question", Thread = opened.Thread });
        var next = await store.StoreAsync(new Letter("cyd", "ada") { Type = "answer", Thread = opened.Thread, Execution = execution.Seq });

        if (fromTheStore)
            await WriteAsync(store, "ada", rounds: 9, sendsARound: 1_000);

        Assert.Equal([next.Seq], await DrainAsync(store, reader));
    }

    private Task<StoreScope> OpenAsync() => storage.OpenAsync(new() { MailboxLimit = 1_000_000 });

    /// <summary>A reader who may read everything, from now on.</summary>
    private static FeedReader All(StoreScope store) =>
        new(store.Project.Log, store.Log, store.Service<MessageAccess>(), null, FeedSelections.Messages(StreamFilter.None));

    private static async Task<FeedReader> StartAsync(StoreScope store, string? agent, long joined)
    {
        var reader = new FeedReader(
            store.Project.Log, store.Log, store.Service<MessageAccess>(), agent is null ? null : new Reader(store.Agent(agent).Number, joined),
            FeedSelections.Messages(StreamFilter.None));
        await reader.StartAsync(store.Project.Log.Place(0), Cancel);
        return reader;
    }

    private static async Task WriteAsync(StoreScope store, string who, int rounds, int sendsARound)
    {
        for (var round = 0; round < rounds; round++)
            await store.SendAllAsync(Enumerable.Range(0, sendsARound).Select(i => new Letter("ada", "bob") { Content = $"{who} {round} {i}" }));
    }

    private static async Task<List<long>> DrainAsync(StoreScope store, FeedReader reader)
    {
        var seen = new List<long>();
        while (reader.Cursor < store.Project.Log.Head)
            seen.AddRange((await reader.ReadAsync(Cancel)).Entries.Select(entry => entry.Seq));
        return seen;
    }
}

public sealed class SqliteFeedReaderTests(ITestOutputHelper output) : FeedReaderTests(new OnSqlite(), output);

public sealed class PostgresFeedReaderTests(PostgresDatabases databases, ITestOutputHelper output) : FeedReaderTests(new OnPostgres(databases), output);
