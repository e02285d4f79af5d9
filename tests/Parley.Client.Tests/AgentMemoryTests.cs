using System.Text.Json;
using Parley.Protocol;
using Xunit;

namespace Parley.Client.Tests;

/// <summary>Shared memory over connections that break, against a server that the test plays.</summary>
public sealed class AgentMemoryTests : IAsyncLifetime
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private FakeServer _server = null!;
    private ParleyAgent _agent = null!;
    private FakeConnection _first = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _agent = await ParleyAgent.ConnectAsync(_server.Options, Cancel);
        _first = await _server.ConnectionAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task After_a_broken_connection_only_a_set_without_a_version_is_retried()
    {
        var conditional = _agent.SetMemoryAsync("conditional", JsonElement.Parse("1"), ifVersion: 3, Cancel);
        Assert.Equal(3, Data(await _first.NextAsync(FrameEvents.MemorySet)).GetProperty("if_version").GetInt64());
        Task<MemoryEntry> plain;
        using (var mine = JsonDocument.Parse("[1]"))
            plain = _agent.SetMemoryAsync("plain", mine.RootElement, cancellationToken: Cancel);
        await _first.NextAsync(FrameEvents.MemorySet);
        var deleted = _agent.DeleteMemoryAsync("deleted", cancellationToken: Cancel);
        await _first.NextAsync(FrameEvents.MemoryDelete);
        _first.Break();

        // In the order in which they were asked for: the first of them would come first.
        var second = await _server.ConnectionAsync();
        var again = await second.NextAsync(FrameEvents.MemorySet);
        Assert.Equal(("plain", "[1]"), (Data(again).GetProperty("key").GetString(), Data(again).GetProperty("value").GetRawText()));
        await second.OkAsync(again, Entry("plain", version: 4));
        Assert.Equal(4, (await plain).Version);
        // Whatever else was made again stands before this one, and is answered on the way to it.
        var last = _agent.GetMemoryAsync("last", Cancel);
        await second.OkAsync(await second.NextAsync(FrameEvents.MemoryGet), Entry("last"));
        await last;
        await Assert.ThrowsAnyAsync<ParleyException>(() => conditional);
        await Assert.ThrowsAnyAsync<ParleyException>(() => deleted);
    }

    [Fact]
    public async Task Additions_and_publications_are_not_repeated_after_a_broken_connection()
    {
        var added = _agent.AddMemoryAsync("count", 2, Cancel);
        Assert.Equal("2", Data(await _first.NextAsync(FrameEvents.MemoryPatch)).GetProperty("add").GetRawText());
        var published = _agent.PublishAsync("build.failed", JsonElement.Parse("[1]"), Cancel);
        Assert.Equal("build.failed", Data(await _first.NextAsync(FrameEvents.EventPublish)).GetProperty("event_type").GetString());
        _first.Break();

        // Whatever was made again would stand before this one.
        var second = await _server.ConnectionAsync();
        var last = _agent.GetMemoryAsync("last", Cancel);
        await second.OkAsync(await second.NextAsync(FrameEvents.MemoryGet), Entry("last"));
        await last;
        await Assert.ThrowsAnyAsync<ParleyException>(() => added);
        await Assert.ThrowsAnyAsync<ParleyException>(() => published);
    }

    [Fact]
    public async Task A_key_without_an_entry_gives_null_and_any_other_refusal_throws()
    {
        var nothing = _agent.GetMemoryAsync("a", Cancel);
        await _first.RefuseAsync(await _first.NextAsync(FrameEvents.MemoryGet), 404, ErrorCodes.NotFound);
        Assert.Null(await nothing);

        var refused = _agent.GetMemoryAsync("a", Cancel);
        await _first.RefuseAsync(await _first.NextAsync(FrameEvents.MemoryGet), 403, ErrorCodes.Forbidden);
        Assert.Equal(ErrorCodes.Forbidden, (await Assert.ThrowsAsync<ParleyException>(() => refused)).Code);
    }

    [Fact]
    public async Task A_watch_requests_an_interrupted_snapshot_again_and_resumes_after_its_place_once_it_was_complete()
    {
        const string prefix = "plan/\"ä\\🦊\n";
        await using var watch = _agent.WatchMemoryAsync(prefix, Cancel).GetAsyncEnumerator(Cancel);
        var next = watch.MoveNextAsync();
        await AnswerAsync(_first, asksForSnapshot: true);
        await SnapshotAsync(_first, done: false, "a", "b");
        // What stands behind it on the wire was read after it.
        var got = _agent.GetMemoryAsync("x", Cancel);
        await _first.OkAsync(await _first.NextAsync(FrameEvents.MemoryGet), Entry("x"));
        await got;
        _first.Break();

        var second = await _server.ConnectionAsync();
        await AnswerAsync(second, asksForSnapshot: true);
        await SnapshotAsync(second, done: false, "a", "b");
        await SnapshotAsync(second, done: true, "c");
        await ChangeAsync(second, "1-7", "a");
        Assert.True(await next);
        foreach (var key in new[] { "a", "b", "c" })
        {
            Assert.Equal((FeedEntryKind.Snapshot, key), (watch.Current.Kind, watch.Current.Memory!.Key));
            Assert.True(await watch.MoveNextAsync());
        }

        Assert.Equal((FeedEntryKind.Put, "a", "1-7"), (watch.Current.Kind, watch.Current.Memory!.Key, watch.Current.Place));
        second.Break();

        var third = await _server.ConnectionAsync();
        var resumed = await AnswerAsync(third, asksForSnapshot: false);
        Assert.Equal("1-7", resumed.GetProperty("after").GetString());
        await ChangeAsync(third, "1-8", "b", "delete");
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal((FeedEntryKind.Delete, "b"), (watch.Current.Kind, watch.Current.Memory!.Key));

        static async Task<JsonElement> AnswerAsync(FakeConnection connection, bool asksForSnapshot)
        {
            var asked = await connection.NextAsync(FrameEvents.Subscribe);
            await connection.OkAsync(asked, """{"subscription":"s1","place":"1-4","recovered":true}""");
            Assert.Equal(prefix, Data(asked).GetProperty("feeds").GetProperty("memory").GetProperty("prefix").GetString());
            Assert.Equal(asksForSnapshot, Data(asked).TryGetProperty("snapshot", out var snapshot) && snapshot.GetBoolean());
            return Data(asked);
        }

        static Task SnapshotAsync(FakeConnection connection, bool done, params string[] keys) => connection.SendAsync(
            $$$"""{"event":"snapshot","data":{"subscription":"s1","feed":"memory","items":[{{{string.Join(',', keys.Select(key => Entry(key)))}}}],"done":{{{(done ? "true" : "false")}}}}}""");

        static Task ChangeAsync(FakeConnection connection, string place, string key, string op = "put") => connection.SendAsync(
            $$$"""{"event":"change","data":{"subscription":"s1","feed":"memory","place":"{{{place}}}","op":"{{{op}}}","item":{{{Entry(key)}}} } }""");
    }

    [Fact]
    public async Task A_receipt_in_the_middle_of_a_snapshot_does_not_end_it()
    {
        await using var feeds = await SubscribeAsync();
        await using var entries = feeds.GetAsyncEnumerator(Cancel);
        await _first.SendAsync($$$"""{"event":"snapshot","data":{"subscription":"s1","feed":"memory","items":[{{{Entry("a")}}}],"done":false}}""");
        await _first.SendAsync(
            """{"event":"change","data":{"subscription":"s1","feed":"receipts","place":"1-4","op":"put","item":{"delivery_id":"1","message_id":"m","agent_id":"be-1","state":"leased","attempt":1,"at":"2026-01-22T13:56:52.551Z"}}}""");
        await _first.SendAsync($$$"""{"event":"snapshot","data":{"subscription":"s1","feed":"memory","items":[{{{Entry("b")}}}],"done":true}}""");

        var got = new List<(string Feed, FeedEntryKind Kind)>();
        while (got.Count < 3 && await entries.MoveNextAsync())
            got.Add((entries.Current.Feed, entries.Current.Kind));

        Assert.Equal([("receipts", FeedEntryKind.Put), ("memory", FeedEntryKind.Snapshot), ("memory", FeedEntryKind.Snapshot)], got);

        async Task<FeedSubscription> SubscribeAsync()
        {
            var subscribing = _agent.SubscribeAsync(new FeedRequest { Feeds = new Dictionary<string, JsonElement?> { ["memory"] = null, ["receipts"] = null }, Snapshot = true }, Cancel);
            await _first.OkAsync(await _first.NextAsync(FrameEvents.Subscribe), """{"subscription":"s1","place":"1-4","recovered":true}""");
            return await subscribing;
        }
    }

    private static JsonElement Data(JsonElement frame) => frame.GetProperty("data");

    private static string Entry(string key, long version = 1) =>
        $$"""{"memory_id":"of {{key}}","key":"{{key}}","value":1,"created_at":"2026-01-22T13:56:52.551Z","updated_at":"2026-01-22T13:56:52.551Z","version":{{version}}}""";
}
