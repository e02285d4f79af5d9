using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Events;

public abstract class EventTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/events";

    [Fact]
    public async Task What_an_agent_publishes_is_told_to_all_who_want_events_of_its_type()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        using var socket = await TestSocket.ConnectAsync(host, "ada", ada);
        await socket.AskAsync("subscribe", """{"feeds": {"events": {"types": ["build.*", "agent_left"]}}}""");

        var answer = await host.SendAsync(HttpMethod.Post, Api, ada, """{"event_type": "build.failed", "data": {"job":88}}""");
        var other = await socket.AskAsync("event:publish", """{"event_type": "deploy.failed"}""");
        var deep = await socket.AskAsync("event:publish", """{"event_type": "build.failed.again", "data": null}""");
        var last = await socket.AskAsync("event:publish", """{"event_type": "build.ok", "data": [1]}""");
        var first = await socket.NextAsync(frame => frame.Event == "change");
        var second = await socket.NextAsync(frame => frame.Event == "change");

        Assert.Equal((HttpStatusCode.Created, "ok", "ok", "ok"), (answer.Status, other.Event, deep.Event, last.Event));
        var published = answer.As(WireJson.Lenient.EventRecord);
        Assert.Equal(("build.failed", "ada", "default", """{"job":88}"""), (published.EventType, published.Source, published.ProjectId, published.Data!.Value.GetRawText()));
        Assert.Equal(published.Seq, EntryId.SeqOf(Guid.Parse(published.EventId)));
        Assert.Equal(answer.Text, first.Data!.Value.GetProperty("item").GetRawText());
        Assert.Equal(last.Data!.Value.GetRawText(), second.Data!.Value.GetProperty("item").GetRawText());
    }

    [Fact]
    public async Task Past_events_are_listed_newest_first_by_type_and_time_and_page_by_page()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        foreach (var type in (string[])["a.1", "b.1", "a.2"])
            await host.SendAsync(HttpMethod.Post, Api, admin, $$"""{"event_type": "{{type}}"}""");
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var late = host.Clock.GetUtcNow().ToString("O");
        await host.SendAsync(HttpMethod.Post, Api, admin, """{"event_type": "a.3"}""");

        Assert.Equal(["a.3", "a.2", "b.1", "a.1"], await TypesAsync(host, admin, ""));
        Assert.Equal(["a.3", "a.2", "a.1"], await TypesAsync(host, admin, "types=a.*&limit=2"));
        Assert.Equal(["b.1", "a.1"], await TypesAsync(host, admin, "types=b.1,a.1"));
        Assert.Equal(["a.3"], await TypesAsync(host, admin, $"since={Uri.EscapeDataString(late)}"));
        Assert.Equal(["a.2"], await TypesAsync(host, admin, $"limit=1&types=a.>&until={Uri.EscapeDataString(host.Clock.GetUtcNow().AddSeconds(-1).ToString("O"))}", pages: 1));
        Assert.Empty(await TypesAsync(host, admin, "types=agent_*"));
    }

    [Fact]
    public async Task What_the_server_does_is_an_event_of_the_commit_that_did_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var ada = await host.RegisterAsync("ada");
        await host.SendAsync(HttpMethod.Put, "/api/v1/memory/key/a", ada, """{"value": 1}""");
        await host.SendAsync(HttpMethod.Delete, "/api/v1/memory/key/a", ada);
        await host.SendAsync(HttpMethod.Post, "/api/v1/squads", admin, """{"squad_id": "alpha", "name": "Alpha"}""");
        foreach (var end in (string[])["complete", "fail", "cancel"])
        {
            var begun = (await host.SendAsync(HttpMethod.Post, "/api/v1/executions", ada, "{}")).As(WireJson.Lenient.Execution);
            await host.SendAsync(HttpMethod.Patch, $"/api/v1/executions/{begun.ExecutionId}", ada, """{"progress": 50}""");
            await host.SendAsync(HttpMethod.Post, $"/api/v1/executions/{begun.ExecutionId}/logs", ada, """{"message": "a line"}""");
            await host.SendAsync(HttpMethod.Post, $"/api/v1/executions/{begun.ExecutionId}/{end}", ada, end == "complete" ? "{}" : """{"error": "broken"}""");
        }

        var types = (await TypesAsync(host, admin, "")).Reverse();
        Assert.Equal(
            ["agent_registration", "memory_updated", "memory_removed", "squad_created",
             "execution_started", "execution_updated", "execution_completed",
             "execution_started", "execution_updated", "execution_failed",
             "execution_started", "execution_updated", "execution_cancelled"],
            types);
        // Nothing was written for them: each is the entry itself.
        var log = await host.LogAsync();
        var page = (await host.SendAsync(HttpMethod.Get, $"{Api}?types=memory_*", admin)).As(WireJson.Lenient.PageEventRecord);
        Assert.All(page.Items, told => Assert.Equal(
            JsonSerializer.Serialize(JsonElement.Parse(log.Single(entry => entry.Seq == told.Seq).Json), WireJson.Lenient.JsonElement),
            JsonSerializer.Serialize(told.Data!.Value, WireJson.Lenient.JsonElement)));
        Assert.All(page.Items, told => Assert.Equal("parley", told.Source));
    }

    [Theory]
    [InlineData("{}", "event_type")]
    [InlineData("""{"event_type": ""}""", "event_type")]
    [InlineData("""{"event_type": "a b"}""", "event_type")]
    [InlineData("""{"event_type": "build.*"}""", "event_type")]
    [InlineData("""{"event_type": "agent_joined"}""", "event_type")]
    [InlineData("""{"event_type": "execution_failed"}""", "event_type")]
    [InlineData("""{"event_type": "a", "source": "parley"}""", "source")]
    public async Task A_bad_event_is_refused_by_its_field_and_nothing_is_told(string json, string field)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);

        var answer = await host.SendAsync(HttpMethod.Post, Api, admin, json);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(field, Assert.Single(answer.As(WireJson.Lenient.Problem).Errors!).Key);
        Assert.Empty(await TypesAsync(host, admin, ""));
    }

    [Fact]
    public async Task Data_has_a_limit_and_a_key_publishes_once()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");

        var fits = await host.SendAsync(HttpMethod.Post, Api, ada, $$"""{"event_type": "a", "data": "{{new string('x', (256 * 1024) - 2)}}"}""");
        var large = await host.SendAsync(HttpMethod.Post, Api, ada, $$"""{"event_type": "a", "data": "{{new string('x', (256 * 1024) - 1)}}"}""");
        var first = await host.SendAsync(HttpMethod.Post, Api, ada, """{"event_type": "b"}""", key: "k");
        var again = await host.SendAsync(HttpMethod.Post, Api, ada, """{"event_type": "b"}""", key: "k");
        var other = await host.SendAsync(HttpMethod.Post, Api, ada, """{"event_type": "b", "data": 1}""", key: "k");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.RequestEntityTooLarge), (fits.Status, large.Status));
        Assert.Equal((first.Text, HttpStatusCode.Conflict), (again.Text, other.Status));
        Assert.Equal(["b", "a"], await TypesAsync(host, ada, "types=a,b"));
    }

    private static async Task<IReadOnlyList<string>> TypesAsync(ConceptHost host, string token, string query, int pages = int.MaxValue)
    {
        var types = new List<string>();
        string? after = null;
        do
        {
            var answer = await host.SendAsync(HttpMethod.Get, $"{Api}?{query}{(after is null ? "" : $"&after={after}")}", token);
            var page = answer.As(WireJson.Lenient.PageEventRecord);
            types.AddRange(page.Items.Select(one => one.EventType));
            after = page.Next;
        }
        while (after is not null && --pages > 0);
        return types;
    }
}

public sealed class SqliteEventTests() : EventTests(new OnSqlite());

public sealed class PostgresEventTests(PostgresDatabases databases) : EventTests(new OnPostgres(databases));
