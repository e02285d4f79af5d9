using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
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
    private const string Api = "/api/v1/events", Batch = "application/cloudevents-batch+json";

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
    public async Task A_batch_has_1000_events_and_not_one_more()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        static string Of(int events) => $"[{string.Join(',', Enumerable.Range(0, events).Select(id => $$"""{"specversion": "1.0", "id": "{{id}}", "source": "/ci", "type": "a"}"""))}]";

        var head = host.Default.Log.Head;

        Assert.Equal(HttpStatusCode.Created, (await PublishAsync(host, ada, Of(1_000))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PublishAsync(host, ada, Of(1_001))).Status);

        Assert.Equal(head + 1_000, host.Default.Log.Head);
    }

    [Fact]
    public async Task Pages_of_CloudEvents_lead_to_each_other_by_their_links_and_who_refuses_the_format_gets_Parleys_own()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        for (var i = 0; i < 5; i++)
            await host.SendAsync(HttpMethod.Post, Api, ada, $$"""{"event_type": "e.{{i}}"}""");

        var ids = new List<string>();
        for (string? path = $"{Api}?types=e.*&limit=2"; path is not null;)
        {
            var page = await GetAsync(host, ada, path, Batch);
            Assert.Equal(HttpStatusCode.OK, page.Status);
            ids.AddRange(JsonElement.Parse(page.Text).EnumerateArray().Select(one => one.GetProperty("type").GetString()!));
            path = page.Header("Link")?.Replace("; rel=\"next\"", "", StringComparison.Ordinal).Trim('<', '>');
        }

        Assert.Equal(["e.4", "e.3", "e.2", "e.1", "e.0"], ids);
        var own = await GetAsync(host, ada, $"{Api}?types=e.*&limit=2", $"{Batch};q=0, application/json");
        Assert.Equal(2, own.As(WireJson.Lenient.PageEventRecord).Items.Count);
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

    [Fact]
    public async Task Whoever_publishes_too_fast_is_refused_and_told_when_to_go_on_and_holds_up_nobody_else()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"rate_limit_per_second": 1, "rate_limit_burst": 2}}""");
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        using var socket = await TestSocket.ConnectAsync(host, "ada", ada);
        async Task<Answer> PostAsync(string token, string type) => await host.SendAsync(HttpMethod.Post, Api, token, $$"""{"event_type": "{{type}}"}""");

        Answer[] answers =
        [
            // What is refused for another reason is not counted.
            await PostAsync(ada, "task_created"), await PostAsync(ada, "a.1"), await PostAsync(ada, "a.2"), await PostAsync(ada, "a.3"), await PostAsync(bob, "b.1"),
        ];
        var frame = await socket.AskAsync("event:publish", """{"event_type": "a.4"}""");

        Assert.Equal([400, 201, 201, 429, 201], answers.Select(answer => (int)answer.Status));
        Assert.Equal(("1", ErrorCodes.RateLimited), (answers[3].Header("Retry-After"), answers[3].As(WireJson.Lenient.Problem).Code));
        Assert.Equal(("error", ErrorCodes.RateLimited), (frame.Event, frame.Data!.Value.GetProperty("code").GetString()));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(ada, "a.5")).Status);
        Assert.Equal(["a.1", "a.2", "b.1", "a.5"], (await host.LogAsync()).Where(entry => entry.Kind == EntryKind.Event).Select(entry => entry.Type));
    }

    private static async Task<Answer> GetAsync(ConceptHost host, string token, string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await host.Client.SendAsync(request, Cancel);
        return new Answer(response, await response.Content.ReadAsStringAsync(Cancel));
    }

    private static async Task<Answer> PublishAsync(ConceptHost host, string token, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Api);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = new StringContent(json, Encoding.UTF8, Batch);
        using var response = await host.Client.SendAsync(request, Cancel);
        return new Answer(response, await response.Content.ReadAsStringAsync(Cancel));
    }
}

public sealed class SqliteEventPromisesTests() : EventPromisesTests(new OnSqlite());

public sealed class PostgresEventPromisesTests(PostgresDatabases databases) : EventPromisesTests(new OnPostgres(databases));
