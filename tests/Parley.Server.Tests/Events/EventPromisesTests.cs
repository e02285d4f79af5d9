using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Events;

/// <summary>Events page by page, in batches, and replayed.</summary>
public abstract class EventPromisesTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/events";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_of_one_show_each_event_once()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        for (var i = 0; i < 5; i++)
            await host.SendAsync(HttpMethod.Post, Api, admin, $$"""{"event_type": "e.{{i}}"}""");

        var types = new List<string>();
        for (string? after = ""; after is not null;)
        {
            var page = (await host.SendAsync(HttpMethod.Get, $"{Api}?types=e.*&limit=1{(after.Length == 0 ? "" : $"&after={after}")}", admin)).As(WireJson.Lenient.PageEventRecord);
            types.AddRange(page.Items.Select(one => one.EventType));
            after = page.Next;
        }

        Assert.Equal(["e.4", "e.3", "e.2", "e.1", "e.0"], types);
    }

    [Fact]
    public async Task A_page_that_looked_at_enough_says_where_to_go_on_though_it_is_empty()
    {
        const int others = 5_100;
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Post, Api, admin, """{"event_type": "rare"}""");
        await host.Get<ILogAppender>().AppendAsync(
            host.Default.Number,
            [.. Enumerable.Range(0, others).Select(_ => new NewEntry(EntryKind.Event, Audience.Project, 0, "common",
                (seq, stamp) => EventJson.Of(EntryId.Create(stamp, seq, EntryId.Random()), seq, "common", "default", "parley", [], stamp, [])))],
            Cancel);

        var first = (await host.SendAsync(HttpMethod.Get, $"{Api}?types=rare", admin)).As(WireJson.Lenient.PageEventRecord);
        Assert.Empty(first.Items);
        Assert.NotNull(first.Next);
        var second = (await host.SendAsync(HttpMethod.Get, $"{Api}?types=rare&after={first.Next}", admin)).As(WireJson.Lenient.PageEventRecord);
        Assert.Equal(("rare", null), (Assert.Single(second.Items).EventType, second.Next));
    }

    [Fact]
    public async Task A_batch_is_published_whole_or_not_at_all()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        static string Event(string type) => $$"""{"specversion": "1.0", "id": "1", "source": "/ci", "type": "{{type}}"}""";

        var bad = await PublishAsync(host, ada, $"[{Event("build.ok")}, {Event("task_created")}]");
        Assert.Equal(HttpStatusCode.BadRequest, bad.Status);
        Assert.Equal("[1].type", Assert.Single(bad.As(WireJson.Lenient.Problem).Errors!).Key);
        Assert.DoesNotContain(await host.LogAsync(), entry => entry.Kind == EntryKind.Event);
        Assert.Equal(HttpStatusCode.Created, (await PublishAsync(host, ada, $"[{Event("build.ok")}, {Event("build.again")}]")).Status);
        Assert.Equal(["build.ok", "build.again"], (await host.LogAsync()).Where(entry => entry.Kind == EntryKind.Event).Select(entry => entry.Type));
    }

    [Fact]
    public async Task A_feed_of_events_replays_from_a_place_what_was_told_and_takes_nothing_back()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        await host.SendAsync(HttpMethod.Put, "/api/v1/memory/key/a", ada, """{"value": 1}""");
        await host.SendAsync(HttpMethod.Delete, "/api/v1/memory/key/a", ada);
        var middle = (await host.SendAsync(HttpMethod.Post, Api, ada, """{"event_type": "middle"}""")).As(WireJson.Lenient.EventRecord);
        await host.SendAsync(HttpMethod.Post, Api, ada, """{"event_type": "last"}""");
        using var socket = await TestSocket.ConnectAsync(host, "ada", ada);

        await socket.AskAsync("subscribe", """{"feeds": {"events": {"types": ["memory_*", "middle", "last"]}}, "after": "0"}""");
        var told = new List<string>();
        while (told.Count < 4)
        {
            var data = (await socket.NextAsync(frame => frame.Event == "change")).Data!.Value;
            told.Add($"{data.GetProperty("op").GetString()} {data.GetProperty("item").GetProperty("event_type").GetString()}");
        }

        Assert.Equal(["put memory_updated", "put memory_removed", "put middle", "put last"], told);
        await socket.AskAsync("subscribe", $$"""{"feeds": {"events": {"types": [">"]} }, "after": "{{middle.Seq}}"}""");
        var next = await socket.NextAsync(frame => frame.Event == "change");
        Assert.Equal("last", next.Data!.Value.GetProperty("item").GetProperty("event_type").GetString());
    }

    private static async Task<Answer> PublishAsync(ConceptHost host, string token, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Api);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = new StringContent(json, Encoding.UTF8, "application/cloudevents-batch+json");
        using var response = await host.Client.SendAsync(request, Cancel);
        return new Answer(response, await response.Content.ReadAsStringAsync(Cancel));
    }
}

public sealed class SqliteEventPromisesTests() : EventPromisesTests(new OnSqlite());

public sealed class PostgresEventPromisesTests(PostgresDatabases databases) : EventPromisesTests(new OnPostgres(databases));
