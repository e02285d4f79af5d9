using Parley.Server.History;
using Parley.Server.Storage;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Search over a log of many blocks: what is common is found at its end, what is rare anywhere in it.</summary>
public sealed class PostgresSearchTests(PostgresDatabases databases)
{
    /// <summary>Messages between two that are written: more than the widest look into single blocks takes in.</summary>
    private const long Gap = 17L << 14;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000_000)]
    public async Task Words_are_found_newest_first_no_matter_how_old_they_are(long messagesOfOthers)
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);
        await store.ExecuteAsync($"INSERT INTO indexed (project, seq) VALUES (1000, {messagesOfOthers})");
        var seqs = new List<long>();
        foreach (var content in new[] { "common rare", "common", "common odd", "common", "common" })
        {
            seqs.Add((await store.StoreAsync(new Letter("ada", "bob") { Content = content })).Seq);
            // As if so much had been said in between, a part of it too little to leave the block.
            await store.ExecuteAsync($"UPDATE projects SET next_seq = next_seq + {(seqs.Count == 4 ? 10 : Gap)}");
        }

        await store.IndexAsync();

        Assert.Equal([seqs[4], seqs[3]], await FindAsync("common", max: 2));
        Assert.Equal([seqs[4], seqs[3], seqs[2], seqs[1], seqs[0]], await FindAsync("COMMON", max: 9));
        Assert.Equal([seqs[2]], await FindAsync("odd common", max: 9));
        Assert.Equal([seqs[0]], await FindAsync("\"common rare\"", max: 9));
        Assert.Empty(await FindAsync("\"rare common\"", max: 9));
        Assert.Equal([seqs[1], seqs[0]], await FindAsync("common", max: 9, before: seqs[2]));
        Assert.Equal([seqs[0]], await FindAsync("common", max: 9, before: seqs[0] + 1));
        Assert.Equal([seqs[0]], await FindAsync("common rare common rare common rare common rare common rare", max: 9));
        Assert.Empty(await FindAsync("common common common common common common common common rare odd", max: 9));

        async Task<IEnumerable<long>> FindAsync(string text, int max, long before = long.MaxValue) =>
            (await store.History.ListAsync(new HistoryQuery(store.Project.Number) { Text = text, Max = max, Before = before }, Cancel)).Select(entry => entry.Seq);
    }

    [Fact]
    public async Task A_page_continues_even_if_many_candidates_did_not_match()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases, new() { MailboxLimit = 100_000 });
        var first = await store.StoreAsync(new Letter("bob", "cyd") { Content = "needle", Type = "question" });
        await store.SendAllAsync(Enumerable.Range(0, 300).Select(_ => new Letter("ada", "bob") { Content = "needle" }));
        await store.IndexAsync();

        var query = new HistoryQuery(store.Project.Number) { Max = 5, Types = new HashSet<string>(StringComparer.Ordinal) { "question", "answer" } };

        Assert.Equal([first.Seq], (await store.History.ListAsync(query, Cancel)).Select(entry => entry.Seq));
        Assert.Equal([first.Seq], (await store.History.ListAsync(query with { Text = "needle" }, Cancel)).Select(entry => entry.Seq));
        Assert.Empty(await store.History.ListAsync(query with { Since = store.Clock.GetUtcNow().AddDays(1) }, Cancel));
    }

    [Fact]
    public async Task Nodes_that_index_at_the_same_time_index_each_entry_once()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases, new() { MailboxLimit = 100_000 });
        var opened = await store.StoreAsync(new Letter("ada", "bob"));
        await store.SendAllAsync(Enumerable.Range(0, 1_200).Select(_ => new Letter("bob", "ada") { ReplyTo = opened }));
        await using var other = await store.JoinAsync();

        await Task.WhenAll(store.IndexAsync(), other.IndexAsync(), store.IndexAsync());
        await store.IndexAsync();

        var thread = Assert.Single(await store.History.ThreadsAsync(store.Project.Number, null, long.MaxValue, 10, Cancel));
        Assert.Equal((1_201, 1_201L), (thread.Messages, thread.LastSeq));
        Assert.Equal(LogKey.Of(store.Project.Number, 1_201), await store.ExecuteAsync("SELECT (project::bigint << 40) | seq FROM indexed"));
    }
}
