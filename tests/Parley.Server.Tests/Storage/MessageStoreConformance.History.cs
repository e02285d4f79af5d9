using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>History: filters, what one agent may read, an index that is behind, search.</summary>
public abstract partial class MessageStoreConformance
{
    /// <summary>How far the index has come when a question is asked: not at all, half of the way, all of it.</summary>
    public enum IndexState
    {
        Empty,
        Half,
        Full,
    }

    [Theory]
    [InlineData(IndexState.Empty)]
    [InlineData(IndexState.Half)]
    [InlineData(IndexState.Full)]
    public async Task Lists_are_exact_and_newest_first_however_far_the_index_is_behind(IndexState index)
    {
        await using var store = await OpenAsync();
        var t0 = store.Clock.GetUtcNow();
        var execution = await store.StoreAsync(new Letter("dan", "cyd") { Content = "stands for an execution" });
        var first = await store.StoreAsync(Note("1"));
        store.Clock.Advance(TimeSpan.FromSeconds(1));
        await store.StoreAsync(new Letter("bob", "ada") { Content = "2", ReplyTo = first, Type = "answer" });
        await HalfAsync(store, index);
        await store.StoreAsync(new Letter("bob", "cyd") { Content = "3", Execution = execution.Seq, Priority = Priority.High });
        store.Clock.Advance(TimeSpan.FromSeconds(1));
        await store.StoreAsync(new Letter("cyd", "ada", "bob") { Content = "4", Type = "answer", TaskId = "task-1" });
        await store.StoreAsync(Letter.ToAll("ada") with { Content = "5", Thread = first.Thread });
        await WholeAsync(store, index);
        var all = new HistoryQuery(store.Project.Number);
        int Number(string agent) => store.Agent(agent).Number;

        Assert.Equal(["5", "4", "3", "2", "1"], (await ListAsync(store, all)).Take(5));
        Assert.Equal(["4", "3"], await ListAsync(store, all with { Before = 6, Max = 2 }));
        Assert.Equal(["4", "2"], await ListAsync(store, all with { Types = new HashSet<string> { "answer" } }));
        Assert.Equal(["5", "4", "3", "2", "1"], (await ListAsync(store, all with { Types = new HashSet<string> { "answer", "text" } })).Take(5));
        Assert.Equal(["3", "2"], await ListAsync(store, all with { Sender = Number("bob") }));
        Assert.Equal(["4", "2"], await ListAsync(store, all with { Recipient = Number("ada") }));
        Assert.Equal(["2"], await ListAsync(store, all with { Recipient = Number("ada"), Sender = Number("bob") }));
        Assert.Equal(["5", "2", "1"], await ListAsync(store, all with { Thread = first.Seq }));
        Assert.Equal(["3"], await ListAsync(store, all with { Execution = execution.Seq }));
        Assert.Equal(["4"], await ListAsync(store, all with { Task = "task-1" }));
        Assert.Equal(["3"], await ListAsync(store, all with { Priorities = new HashSet<Priority> { Priority.High } }));
        Assert.Equal(["3", "2"], await ListAsync(store, all with { Since = t0.AddSeconds(1), Until = t0.AddSeconds(1.5) }));
        Assert.Empty(await ListAsync(store, all with { Sender = Number("ada"), Types = new HashSet<string> { "answer" } }));
        Assert.Empty(await ListAsync(store, all with { Types = new HashSet<string> { "nobody_says_this" } }));

        Assert.Equal(["3"], await ListAsync(store, all with { Sender = Number("bob"), Except = new MessageExclusion { Types = new HashSet<string> { "answer" } } }));
        Assert.Equal(["4", "3"], await ListAsync(store, all with { Except = new MessageExclusion { Thread = first.Seq }, Max = 2 }));
        Assert.Equal(new MessageCount(2, IsAll: true), await store.History.CountAsync(all with { Sender = Number("bob") }, 100, Cancel));
        Assert.Equal(new MessageCount(3, IsAll: true), await store.History.CountAsync(all with { Thread = first.Seq, Max = 1, Before = 2 }, 100, Cancel));
        var whole = await store.History.CountAsync(all, 100, Cancel);
        Assert.True(whole.IsAll);
        Assert.Equal(whole, await store.History.CountAsync(all, whole.Count, Cancel));
        // It looks at the newest.
        Assert.Equal(new MessageCount(1, IsAll: false), await store.History.CountAsync(all with { Types = new HashSet<string> { "answer", "x" } }, 2, Cancel));
    }

    [Theory]
    [InlineData(IndexState.Empty)]
    [InlineData(IndexState.Half)]
    [InlineData(IndexState.Full)]
    public async Task What_each_sender_sent_last_is_exact_however_far_the_index_is_behind(IndexState index)
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(new Letter("bob", "ada") { Content = "1" });
        await store.StoreAsync(new Letter("ada", "bob") { Content = "2" });
        await store.StoreAsync(new Letter("bob", "ada") { Content = "3" });
        await HalfAsync(store, index);
        await store.StoreAsync(Letter.ToAll("ada") with { Content = "4" });
        await store.StoreAsync(new Letter("cyd", "ada") { Content = "5" });
        await WholeAsync(store, index);

        async Task<IEnumerable<string>> LastAsync(params string[] senders) => (await store.History.LastSentAsync(
            store.Project.Number, [.. senders.Select(sender => store.Agent(sender).Number)], entry => MessageJsonReader.Content(entry.Json)!, Cancel)).Order();

        Assert.Equal(["3", "4", "5"], await LastAsync("ada", "bob", "cyd", "dan"));
        Assert.Equal(["3"], await LastAsync("bob"));
        Assert.Empty(await LastAsync("dan"));
    }

    [Theory]
    [InlineData(IndexState.Empty)]
    [InlineData(IndexState.Half)]
    [InlineData(IndexState.Full)]
    public async Task An_agent_can_read_what_it_sent_its_inbox_its_threads_and_broadcasts_since_it_joined(IndexState index)
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Letter.ToAll("ada") with { Content = "to all, before" });
        var late = store.Project.Log.Head;
        var opened = await store.StoreAsync(new Letter("ada", "cyd") { Content = "opens a thread" });
        await store.StoreAsync(new Letter("ada", "cyd") { Content = "none of bob's business" });
        await HalfAsync(store, index);
        await store.StoreAsync(new Letter("cyd", "bob") { Content = "brings bob in", Thread = opened.Thread });
        await store.StoreAsync(new Letter("cyd", "ada") { Content = "goes on", Thread = opened.Thread });
        var broadcast = await store.StoreAsync(Letter.ToAll("cyd") with { Content = "to all" });
        await store.StoreAsync(new Letter("ada", "cyd") { Content = "answers the broadcast", ReplyTo = broadcast });
        await store.StoreAsync(new Letter("bob", "dan") { Content = "bob's own" });
        await store.StoreAsync(new Letter("ada", "bob") { Content = "later", DeliverAt = store.Clock.GetUtcNow().AddHours(1) });
        await WholeAsync(store, index);
        var bob = new Reader(store.Agent("bob").Number, late);
        var mine = new HistoryQuery(store.Project.Number) { Reader = bob };

        Assert.Equal(["bob's own", "to all", "goes on", "brings bob in", "opens a thread"], await ListAsync(store, mine));
        Assert.Equal(["goes on", "brings bob in", "opens a thread"], await ListAsync(store, mine with { Thread = opened.Seq }));
        Assert.Empty(await ListAsync(store, mine with { Sender = store.Agent("ada").Number, Recipient = store.Agent("bob").Number }));
        Assert.True(await store.History.TakesPartAsync(store.Project.Number, opened.Seq, bob.Agent, Cancel));
        Assert.False(await store.History.TakesPartAsync(store.Project.Number, broadcast.Seq, bob.Agent, Cancel));
        Assert.False(await store.History.TakesPartAsync(store.Project.Number, opened.Seq, store.Agent("dan").Number, Cancel));
    }

    [Theory]
    [InlineData(IndexState.Empty)]
    [InlineData(IndexState.Half)]
    [InlineData(IndexState.Full)]
    public async Task A_threads_row_is_current_however_far_the_index_is_behind(IndexState index)
    {
        await using var store = await OpenAsync();
        var opened = await store.StoreAsync(Note("What is this about?"));
        await HalfAsync(store, index);
        await store.StoreAsync(new Letter("bob", "cyd") { ReplyTo = opened });
        await WholeAsync(store, index);

        var row = await store.History.ThreadRowAsync(store.Project.Number, opened.Seq, Cancel);

        Assert.Equal((opened.Thread, 2, 2L, "What is this about?"), (row!.Id, row.Messages, row.LastSeq, row.Title));
        Assert.Equal(["ada", "bob", "cyd"], row.Participants.Select(agent => store.Project.Agents.Find(agent)!.Id).Order());
        Assert.Equal([1, 2], (await store.History.ThreadAsync(store.Project.Number, opened.Seq, 0, 10, Cancel)).Select(entry => entry.Seq));
        Assert.Equal([2], (await store.History.ThreadAsync(store.Project.Number, opened.Seq, 1, 10, Cancel)).Select(entry => entry.Seq));
        Assert.Null(await store.History.ThreadRowAsync(store.Project.Number, 99, Cancel));
    }

    [Fact]
    public async Task Threads_are_listed_by_their_newest_message_for_those_who_take_part()
    {
        await using var store = await OpenAsync();
        var one = await store.StoreAsync(Note("one"));
        var two = await store.StoreAsync(new Letter("ada", "cyd") { Content = "two" });
        await store.StoreAsync(new Letter("bob", "ada") { ReplyTo = one });
        await store.IndexAsync();

        Assert.Equal([one.Seq, two.Seq], await ThreadsAsync(null));
        Assert.Equal([one.Seq], await ThreadsAsync("bob"));
        Assert.Equal([two.Seq], await ThreadsAsync("cyd"));
        Assert.Empty(await ThreadsAsync("dan"));

        async Task<IEnumerable<long>> ThreadsAsync(string? agent) =>
            (await store.History.ThreadsAsync(store.Project.Number, agent is null ? null : store.Agent(agent).Number, long.MaxValue, 10, Cancel))
            .Select(thread => thread.Thread);
    }

    [Fact]
    public async Task Search_finds_every_word_and_phrases_after_the_index_has_caught_up()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(
            Note("The login page is broken"), Note("broken is the page of the login"), Note("Größe und Straße"), Note("AND OR NOT * ( \" near"));
        var deleted = await store.StoreAsync(Note("The login page was a secret"));
        await store.Messages.DeleteAsync(store.Project.Number, deleted.Seq, Cancel);
        await store.IndexAsync();
        var all = new HistoryQuery(store.Project.Number);

        Assert.Equal([2, 1], await SearchAsync("LOGIN page"));
        Assert.Equal([1], await SearchAsync("\"login page\" broken"));
        Assert.Equal([3], await SearchAsync("straße"));
        Assert.Equal([4], await SearchAsync("NOT near"));
        Assert.Empty(await SearchAsync("login secret"));
        Assert.Empty(await SearchAsync("nowhere"));
        // What a person types is words, whatever it means to a search engine.
        foreach (var odd in new[] { "*", "(", "\"", "a AND", "content:x", "-", "^a", "NEAR(a b)" })
            _ = await SearchAsync(odd);

        async Task<IEnumerable<long>> SearchAsync(string text) =>
            (await store.History.ListAsync(all with { Text = text }, Cancel)).Select(entry => entry.Seq);
    }

    [Theory]
    [InlineData("用户登录失败了", "登录")]
    [InlineData("用户登录失败了", "用户登录失败了")]
    [InlineData("メッセージを送る", "メッセージ")]
    [InlineData("메시지를 보냈다", "메시지")]
    [InlineData("ข้อความใหม่", "ความ")]
    [InlineData("इस हिन्दी में", "हिन्दी")]
    [InlineData("call readNextFrame() first", "frame")]
    [InlineData("call readNextFrame() first", "READNEXTFRAME")]
    [InlineData("call readNextFrame() first", "\"call readNextFrame\"")]
    [InlineData("see log_cursor", "cursor")]
    [InlineData("in src/Parley.Server/Mailbox.cs:42", "Server/Mailbox")]
    [InlineData("résumé", "resume")]
    [InlineData("resume", "Résumé")]
    public async Task Search_finds_identifiers_accents_and_scripts_without_spaces(string content, string text)
    {
        await using var store = await OpenAsync();
        var found = await store.StoreAsync(Note(content));
        await store.SendAllAsync(Note("户用 录登 ジーセ 지시메 something else entirely"));
        await store.IndexAsync();

        var query = new HistoryQuery(store.Project.Number) { Text = text };
        Assert.Equal([found.Seq], (await store.History.ListAsync(query, Cancel)).Select(entry => entry.Seq));
    }

    [Fact]
    public async Task Search_gives_a_reader_only_what_it_may_read()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(new Letter("ada", "cyd") { Content = "needle for cyd" }, Note("needle for bob"));
        await store.IndexAsync();

        var found = await ListAsync(store, new HistoryQuery(store.Project.Number) { Text = "needle", Reader = new Reader(store.Agent("bob").Number, 0) });

        Assert.Equal(["needle for bob"], found);
    }

    [Fact]
    public async Task An_entry_is_indexed_once_no_matter_how_many_index_at_the_same_time()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Enumerable.Range(0, 400).Select(i => Note($"{i}")));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(store.IndexAsync, Cancel)));

        var threads = await store.History.ThreadsAsync(store.Project.Number, null, long.MaxValue, 500, Cancel);
        Assert.Equal(400, threads.Count);
        Assert.Equal([1], threads.Select(thread => thread.Messages).Distinct());
    }

    [Fact]
    public async Task The_index_drops_what_retention_has_removed()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note("needle, old"));
        store.Clock.Advance(TimeSpan.FromDays(31));
        var young = await store.StoreAsync(Note("needle, young"));
        await store.IndexAsync();

        await store.Messages.PruneAsync(store.Project.Number, store.Clock.GetUtcNow().AddDays(-30).ToUnixTimeMilliseconds(), Cancel);
        await store.Index.PruneAsync(store.Project.Number, await store.Log.FirstSeqAsync(store.Project.Number, Cancel), Cancel);

        var all = new HistoryQuery(store.Project.Number);
        Assert.Equal(["needle, young"], await ListAsync(store, all with { Text = "needle" }));
        Assert.Equal(["needle, young"], await ListAsync(store, all with { Sender = store.Agent("ada").Number }));
        Assert.Equal([young.Seq], (await store.History.ThreadsAsync(store.Project.Number, null, long.MaxValue, 10, Cancel)).Select(thread => thread.Thread));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_list_of_threads_has_what_retention_has_left_of_them_whatever_the_index_still_holds(bool isIndexCleared)
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note("gone"));
        var opened = await store.StoreAsync(Note("gone too"));
        store.Clock.Advance(TimeSpan.FromDays(31));
        var later = await store.StoreAsync(Note("later") with { Thread = opened.Thread });
        await store.IndexAsync();

        await store.Messages.PruneAsync(store.Project.Number, store.Clock.GetUtcNow().AddDays(-30).ToUnixTimeMilliseconds(), Cancel);
        if (isIndexCleared)
            await store.Index.PruneAsync(store.Project.Number, await store.Log.FirstSeqAsync(store.Project.Number, Cancel), Cancel);

        foreach (var agent in new int?[] { null, store.Agent("bob").Number })
        {
            var left = Assert.Single(await store.History.ThreadsAsync(store.Project.Number, agent, long.MaxValue, 10, Cancel));
            Assert.Equal((opened.Seq, opened.Thread, later.Seq, 1, "later"), (left.Thread, left.Id, left.LastSeq, left.Messages, left.Title));
            Assert.Equal(store.Clock.GetUtcNow().ToUnixTimeMilliseconds(), left.StartedAt);
        }
    }

    [Fact]
    public async Task A_log_is_read_in_slices_whole_and_in_order()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Enumerable.Range(0, 23).Select(i => Note($"{i}")));
        var (seen, place) = (new List<long>(), 0L);

        while (await store.Log.ReadAsync(store.Project.Number, place, 5, long.MaxValue, LogQuery.All, Cancel) is { Entries.Count: > 0 } slice)
        {
            Assert.True(slice.Entries.Count <= 5);
            seen.AddRange(slice.Entries.Select(entry => entry.Seq));
            Assert.Equal(seen[^1], slice.LookedTo);
            place = slice.LookedTo;
        }

        Assert.Equal(Enumerable.Range(1, 23).Select(seq => (long)seq), seen);
    }

    [Fact]
    public async Task A_page_of_the_log_ends_at_its_byte_limit_and_the_next_continues_after_it()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Enumerable.Range(0, 10).Select(_ => Note(new string('x', 10_000))));
        var (place, pages) = (0L, new List<int>());

        while (await store.Log.ReadAsync(store.Project.Number, place, 5, 25_000, LogQuery.All, Cancel) is { Entries.Count: > 0 } slice)
        {
            Assert.Equal(place + 1, slice.Entries[0].Seq);
            pages.Add(slice.Entries.Count);
            place = slice.LookedTo;
        }

        Assert.Equal([3, 3, 3, 1], pages);
        Assert.Single((await store.Log.ReadAsync(store.Project.Number, 0, 5, 1, LogQuery.All, Cancel)).Entries);
        var read = new List<LogEntry>();
        Assert.True(store.Project.Log.TryRead(0, read, 5, 25_000));
        Assert.Equal(3, read.Count);
    }

    [Fact]
    public async Task A_filtered_slice_of_the_log_says_how_far_it_was_read()
    {
        await using var store = await OpenAsync();
        var opened = await store.StoreAsync(Note("opens"));
        await store.SendAllAsync(Enumerable.Range(0, 10).Select(_ => Note()));
        var reply = await store.StoreAsync(new Letter("bob", "ada") { ReplyTo = opened });
        var inside = await store.StoreAsync(Note() with { Execution = opened.Seq });
        await store.StoreAsync(Note());
        var head = store.Project.Log.Head;

        var thread = await store.Log.ReadAsync(store.Project.Number, 0, 10, long.MaxValue, new LogQuery(opened.Seq, 0), Cancel);
        var one = await store.Log.ReadAsync(store.Project.Number, 0, 1, long.MaxValue, new LogQuery(opened.Seq, 0), Cancel);
        var execution = await store.Log.ReadAsync(store.Project.Number, 0, 10, long.MaxValue, new LogQuery(0, opened.Seq), Cancel);

        Assert.Equal([opened.Seq, reply.Seq], thread.Entries.Select(entry => entry.Seq));
        Assert.Equal((opened.Seq, opened.Seq), (Assert.Single(one.Entries).Seq, one.LookedTo));
        Assert.Equal([opened.Seq, inside.Seq], execution.Entries.Select(entry => entry.Seq));
        Assert.Equal((head, head), (thread.LookedTo, execution.LookedTo));
    }

    /// <summary>Newest first. Checks that the same list is found from its other end, also in pages.</summary>
    private static async Task<IEnumerable<string>> ListAsync(StoreScope store, HistoryQuery query)
    {
        var found = await store.History.ListAsync(query, Cancel);
        if (query.Text is null && found.Count < query.Max)
        {
            var ascending = query with { OldestFirst = true };
            Assert.Equal(found.Reverse().Select(entry => entry.Seq), (await store.History.ListAsync(ascending, Cancel)).Select(entry => entry.Seq));
            var paged = new List<long>();
            while (await store.History.ListAsync(ascending with { After = paged.LastOrDefault(), Max = 2 }, Cancel) is { Count: > 0 } page)
                paged.AddRange(page.Select(entry => entry.Seq));
            Assert.Equal(found.Reverse().Select(entry => entry.Seq), paged);
        }

        return found.Select(entry => MessageJsonReader.Content(entry.Json)!);
    }

    private static async Task HalfAsync(StoreScope store, IndexState index)
    {
        if (index == IndexState.Half)
            await store.IndexAsync();
    }

    private static async Task WholeAsync(StoreScope store, IndexState index)
    {
        if (index == IndexState.Full)
            await store.IndexAsync();
    }
}
