using Parley.Protocol;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Pages of large messages end at their bytes, and the next goes on behind them.</summary>
public abstract partial class MessageStoreConformance
{
    private const int Large = 250_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_page_of_messages_ends_at_its_byte_limit_and_the_next_continues_after_it(bool isIndexed)
    {
        await using var store = await OpenAsync();
        var sent = await SendLargeAsync(store);
        if (isIndexed)
            await store.IndexAsync();

        var (seen, before) = (new List<long>(), long.MaxValue);
        while (await store.History.ListAsync(new HistoryQuery(store.Project.Number) { Before = before, Max = 500 }, Cancel) is { Count: > 0 } page)
        {
            Assert.InRange(page.Sum(entry => (long)entry.Json.Length), 1, 5 << 20);
            seen.AddRange(page.Select(entry => entry.Seq));
            before = seen[^1];
        }

        Assert.Equal(sent.Reverse(), seen);
    }

    [Fact]
    public async Task A_page_of_a_thread_ends_at_its_byte_limit_and_the_next_continues_after_it()
    {
        await using var store = await OpenAsync();
        var sent = await SendLargeAsync(store);

        var (seen, after) = (new List<long>(), 0L);
        while (await store.History.ThreadAsync(store.Project.Number, sent[0], after, 500, Cancel) is { Count: > 0 } page)
        {
            Assert.InRange(page.Sum(entry => (long)entry.Json.Length), 1, 5 << 20);
            seen.AddRange(page.Select(entry => entry.Seq));
            after = seen[^1];
        }

        Assert.Equal(sent, seen);
    }

    [Fact]
    public async Task A_page_of_dead_letters_ends_at_its_byte_limit_and_the_next_continues_after_it()
    {
        await using var store = await OpenAsync(new ProjectSettings { MaxAttempts = 1 });
        var sent = await SendLargeAsync(store);
        while (await store.ClaimAsync("bob", max: 100) is { Count: > 0 } claimed)
            await store.Deliveries.SettleAsync([.. claimed.Select(one => store.Settle(SettleVerb.Nack, "bob", one))]);

        var (seen, before) = (new List<long>(), long.MaxValue);
        while (await store.DeliveryHistory.DeadLettersAsync(AllDead(store), before, 500, Cancel) is { Count: > 0 } page)
        {
            Assert.InRange(page.Sum(dead => (long)dead.Message.Json.Length), 1, 5 << 20);
            seen.AddRange(page.Select(dead => dead.Message.Seq));
            before = page[^1].Delivery.Delivery;
        }

        Assert.Equal(sent.Reverse(), seen);
    }

    [Fact]
    public void A_full_page_has_a_next_even_if_it_has_fewer_items_than_requested()
    {
        LogEntry[] small = [Entry(10), Entry(10), Entry(10)], large = [Entry((int)MessagePage.Bytes), Entry(10)];

        Assert.Null(MessagePage.Last(small, 3, entry => entry));
        Assert.Same(small[1], MessagePage.Last(small, 2, entry => entry));
        Assert.Same(large[1], MessagePage.Last(large, 50, entry => entry));
        Assert.Null(MessagePage.Last(Array.Empty<LogEntry>(), 50, entry => entry));

        static LogEntry Entry(int bytes) => new() { Project = 1, Seq = 1, Kind = EntryKind.Message, Stamp = 0, Audience = Audience.Named, Json = new byte[bytes] };
    }

    /// <returns>The seqs of one thread's messages, which are more than two pages.</returns>
    private static async Task<long[]> SendLargeAsync(StoreScope store)
    {
        var content = new string('x', Large);
        var first = await store.StoreAsync(Note(content));
        var seqs = new List<long> { first.Seq };
        for (var i = 0; i < 40; i++)
            seqs.Add((await store.StoreAsync(Note(content) with { Thread = first.Thread })).Seq);
        return [.. seqs];
    }
}
