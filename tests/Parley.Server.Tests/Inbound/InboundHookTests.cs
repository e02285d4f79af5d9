using System.Net;
using System.Text;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Inbound;

/// <summary>Hooks: made, read, changed, deleted; and their secrets, which go nowhere.</summary>
public abstract class InboundHookTests(StorageUnderTest storage)
{
    private const string Api = InboundPost.Api, Body = "{}";

    [Fact]
    public async Task The_server_shows_only_secrets_that_it_created_and_only_once()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);

        var made = await host.SendAsync(HttpMethod.Post, Api, admin, """{"name": "CI", "to": "human"}""", key: "k");
        var again = await host.SendAsync(HttpMethod.Post, Api, admin, """{"name": "CI", "to": "human"}""", key: "k");
        var hook = made.As(WireJson.Lenient.InboundHook);
        var delivered = await host.PostAsync(hook.Path, Body, InboundPost.AsGitHub(Body, "1", hook.Secret!));
        var changed = await host.SendAsync(HttpMethod.Put, $"{Api}/{hook.HookId}", admin, """{"name": "CI", "to": ["human"], "secret": "a secret of one's own"}""");
        var withOld = await host.PostAsync(hook.Path, Body, InboundPost.AsGitHub(Body, "2", hook.Secret!));
        var withNew = await host.PostAsync(hook.Path, Body, InboundPost.AsGitHub(Body, "2", "a secret of one's own"));
        await host.SendAsync(HttpMethod.Put, $"{Api}/{hook.HookId}", admin, """{"name": "CI 2", "to": ["human"]}""");
        var kept = await host.PostAsync(hook.Path, Body, InboundPost.AsGitHub(Body, "3", "a secret of one's own"));
        var own = await host.SendAsync(HttpMethod.Post, Api, admin, """{"name": "CI", "to": "human", "secret": "a secret of one's own"}""");
        var read = await host.SendAsync(HttpMethod.Get, $"{Api}/{hook.HookId}", admin);
        var listed = await host.SendAsync(HttpMethod.Get, Api, admin);

        Assert.Equal(43, hook.Secret!.Length);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Conflict), (made.Status, again.Status));
        Assert.Equal([202, 401, 202, 202], new[] { delivered, withOld, withNew, kept }.Select(answer => (int)answer.Status));
        foreach (var answer in new[] { changed, own, read, listed })
        {
            Assert.True((int)answer.Status < 300, answer.Text);
            Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        }

        Assert.Equal(("CI 2", "human", "webhook"), (read.As(WireJson.Lenient.InboundHook).Name, read.As(WireJson.Lenient.InboundHook).To.Single(), read.As(WireJson.Lenient.InboundHook).MessageType));
    }

    [Fact]
    public async Task Secrets_are_not_in_the_log_feeds_or_audit_entries_and_agents_cannot_see_hooks()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var ada = await host.RegisterAsync("ada");
        using var agents = await TestSocket.ConnectAsync(host, "ada", ada);
        var before = await agents.AskAsync("subscribe", """{"feeds": {"inbound": null, "agents": null}}""");
        var hook = await host.MakeAsync("\"human\"");
        await host.SendAsync(HttpMethod.Put, $"{Api}/{hook.HookId}", admin, """{"name": "CI", "to": "human"}""");
        using var people = await TestSocket.ConnectAsync(host, "human", admin);
        await people.AskAsync("subscribe", """{"feeds": {"inbound": null}, "snapshot": true}""");
        var snapshot = await people.NextAsync(frame => frame.Event == "snapshot");
        await people.AskAsync("subscribe", """{"feeds": {"inbound": null}, "after": "0"}""");
        await host.SendAsync(HttpMethod.Delete, $"{Api}/{hook.HookId}", admin);
        await host.RegisterAsync("eve");

        var seen = new List<string>();
        await people.NextAsync(frame =>
        {
            seen.Add(frame.Data!.Value.GetRawText());
            return frame.Event == "change" && frame.Data!.Value.GetProperty("op").GetString() == "delete";
        });
        var first = await agents.NextAsync(frame => frame.Event == "change");
        var log = await host.LogAsync();

        Assert.Equal("ok", before.Event);
        // What came to the agent is what came after: of the hook there is nothing.
        Assert.Equal("agents", first.Data!.Value.GetProperty("feed").GetString());
        Assert.Contains(hook.HookId, snapshot.Data!.Value.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(seen, text => text.Contains(hook.HookId, StringComparison.Ordinal));
        Assert.All([.. seen, snapshot.Data!.Value.GetRawText(), .. log.Select(entry => Encoding.UTF8.GetString(entry.Json))], text =>
        {
            Assert.DoesNotContain("Secret to Everybody", text, StringComparison.Ordinal);
            Assert.DoesNotContain("\"secret\"", text, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("""{"to": "human"}""", 400, "name")]
    [InlineData("""{"name": "CI"}""", 400, "to")]
    [InlineData("""{"name": "Parley", "to": "human"}""", 400, "name")]
    [InlineData("""{"name": "CI", "to": []}""", 400, "to")]
    [InlineData("""{"name": "CI", "to": ""}""", 400, "to")]
    [InlineData("""{"name": "CI", "to": "human", "message_type": "A B"}""", 400, "message_type")]
    [InlineData("""{"name": "CI", "to": "human", "priority": 9}""", 400, "priority")]
    [InlineData("""{"name": "CI", "to": "human", "thread": "t"}""", 400, "thread")]
    [InlineData("""{"name": "CI", "to": "human", "secret": "short"}""", 400, "secret")]
    [InlineData("""{"name": "CI", "to": "human", "secret": "a secret\nof two lines"}""", 400, "secret")]
    [InlineData("""{"name": "CI", "to": "human", "sender_id": "ada"}""", 400, "sender_id")]
    [InlineData("""{"name": "CI", "to": "nobody"}""", 404, null)]
    [InlineData("""{"name": "CI", "to": "squad:none"}""", 404, null)]
    [InlineData("""{"name": "CI", "to": "human", "thread": "0199e1c2-0000-7000-8000-000000000412"}""", 404, null)]
    public async Task A_bad_hook_is_refused_when_it_is_made_or_changed(string json, int status, string? field)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var hook = await host.MakeAsync("\"human\"");

        var made = await host.SendAsync(HttpMethod.Post, Api, admin, json);
        var changed = await host.SendAsync(HttpMethod.Put, $"{Api}/{hook.HookId}", admin, json);

        Assert.Equal((status, status), ((int)made.Status, (int)changed.Status));
        Assert.Equal(field, made.As(WireJson.Lenient.Problem).Errors?.Keys.Single());
        Assert.Single((await host.SendAsync(HttpMethod.Get, Api, admin)).As(WireJson.Lenient.PageInboundHook).Items);
    }

    [Fact]
    public async Task Hooks_are_paged_changed_by_version_limited_in_number_and_deleted_with_their_project()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Post, "/api/v1/projects", admin, """{"project_id": "shop"}""");
        for (var i = 0; i < 100; i++)
            await host.MakeAsync("\"human\"", project: "shop");

        var over = await host.SendAsync(HttpMethod.Post, $"{Api}?project_id=shop", admin, """{"name": "CI", "to": "human"}""");
        var page = (await host.SendAsync(HttpMethod.Get, $"{Api}?project_id=shop&limit=60", admin)).As(WireJson.Lenient.PageInboundHook);
        var rest = (await host.SendAsync(HttpMethod.Get, $"{Api}?project_id=shop&limit=60&after={page.Next}", admin)).As(WireJson.Lenient.PageInboundHook);
        var newest = page.Items[0];
        var stale = await ChangeAsync(HttpMethod.Put, newest.Version - 1);
        var fresh = await ChangeAsync(HttpMethod.Put, newest.Version);
        var staleDelete = await ChangeAsync(HttpMethod.Delete, newest.Version);
        var gone = await ChangeAsync(HttpMethod.Delete, fresh.As(WireJson.Lenient.InboundHook).Version);
        var goneAgain = await ChangeAsync(HttpMethod.Delete, null);
        var elsewhere = await host.SendAsync(HttpMethod.Get, $"{Api}/{rest.Items[0].HookId}", admin);
        await host.SendAsync(HttpMethod.Delete, "/api/v1/projects/shop", admin);
        var withProject = await host.PostAsync(rest.Items[0].Path, Body, InboundPost.AsGitHub(Body, "1"));

        Assert.Equal((HttpStatusCode.Conflict, 60, 40), (over.Status, page.Items.Count, rest.Items.Count));
        Assert.Null(rest.Next);
        Assert.Equal([412, 200, 412, 204, 404, 404, 401], new[] { stale, fresh, staleDelete, gone, goneAgain, elsewhere, withProject }.Select(answer => (int)answer.Status));

        async Task<Answer> ChangeAsync(HttpMethod method, long? version)
        {
            using var request = new HttpRequestMessage(method, $"{Api}/{newest.HookId}?project_id=shop");
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {admin}");
            if (version is not null)
                request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
            if (method == HttpMethod.Put)
                request.Content = new StringContent("""{"name": "CI", "to": "human"}""", Encoding.UTF8, "application/json");
            using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
            return new Answer(response, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }
}

public sealed class SqliteInboundHookTests() : InboundHookTests(new OnSqlite());

public sealed class PostgresInboundHookTests(PostgresDatabases databases) : InboundHookTests(new OnPostgres(databases));
