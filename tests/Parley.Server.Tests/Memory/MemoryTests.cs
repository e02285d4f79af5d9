using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Memory;

public abstract class MemoryTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/memory", ByKey = $"{Api}/key/";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_agent_sets_another_gets_and_changes()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));

        var made = await host.SendAsync(HttpMethod.Post, Api, ada, """{"key": "plan/login", "value": {"step": 1}}""");
        var changed = await host.SendAsync(HttpMethod.Put, $"{ByKey}plan/login", bob, """{"value": null}""");
        var got = await host.SendAsync(HttpMethod.Get, $"{ByKey}plan/login", ada);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.OK), (made.Status, changed.Status, got.Status));
        Assert.Equal("/api/v1/memory/key/plan%2Flogin", made.Header("Location"));
        var (first, now) = (Entry(made), Entry(got));
        Assert.Equal(("plan/login", JsonValueKind.Null, "ada", "bob"), (now.Key, now.Value.ValueKind, now.CreatedBy, now.UpdatedBy));
        Assert.Equal(first.MemoryId, now.MemoryId);
        Assert.True(now.Version > first.Version);
        Assert.Equal($"\"{now.Version}\"", got.Header("ETag"));
        Assert.Equal(got.Text, changed.Text);
    }

    [Fact]
    public async Task A_write_with_a_version_changes_that_version_alone()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);

        var absent = await host.SendAsync(HttpMethod.Put, $"{ByKey}a", admin, """{"value": 0, "if_version": 7}""");
        var made = await host.SendAsync(HttpMethod.Put, $"{ByKey}a", admin, """{"value": 1, "if_version": 0}""");
        var again = await host.SendAsync(HttpMethod.Post, Api, admin, """{"key": "a", "value": 2, "if_version": 0}""");
        var version = Entry(made).Version;
        var changed = await host.SendAsync(HttpMethod.Put, $"{ByKey}a", admin, $$"""{"value": 3, "if_version": {{version}}}""");
        var stale = await host.SendAsync(HttpMethod.Delete, $"{ByKey}a?if_version={version}", admin);
        var gone = await host.SendAsync(HttpMethod.Delete, $"{ByKey}a?if_version={Entry(changed).Version}", admin);
        var anew = await host.SendAsync(HttpMethod.Put, $"{ByKey}a", admin, """{"value": 4}""");

        Assert.Equal(["412", "201", "412", "200", "412", "204", "201"], new[] { absent, made, again, changed, stale, gone, anew }.Select(answer => $"{answer.Status:D}"));
        Assert.Equal(ErrorCodes.VersionMismatch, again.As(WireJson.Lenient.Problem).Code);
        Assert.Contains($"has version {version};", again.As(WireJson.Lenient.Problem).Detail, StringComparison.Ordinal);
        Assert.True(Entry(anew).Version > Entry(changed).Version);
    }

    [Fact]
    public async Task If_match_says_the_version_too()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var tag = (await host.SendAsync(HttpMethod.Put, $"{ByKey}a", admin, """{"value": 1}""")).Header("ETag")!;

        Assert.Equal(HttpStatusCode.PreconditionFailed, await WithTagAsync(host, HttpMethod.Put, admin, "\"999\"", """{"value": 2}"""));
        Assert.Equal(HttpStatusCode.BadRequest, await WithTagAsync(host, HttpMethod.Put, admin, "\"x\"", """{"value": 2}"""));
        Assert.Equal(HttpStatusCode.BadRequest, await WithTagAsync(host, HttpMethod.Put, admin, tag, """{"value": 2, "if_version": 999}"""));
        Assert.Equal(HttpStatusCode.OK, await WithTagAsync(host, HttpMethod.Put, admin, tag, """{"value": 2}"""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await WithTagAsync(host, HttpMethod.Delete, admin, tag));
    }

    [Fact]
    public async Task Of_many_who_change_one_version_at_once_one_does()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Put, $"{ByKey}count", admin, """{"value": 0}""");

        // Each reads, adds one, and writes what it read the version of, until that is done.
        var tries = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var attempt = 1; ; attempt++)
            {
                var entry = Entry(await host.SendAsync(HttpMethod.Get, $"{ByKey}count", admin));
                var json = $$"""{"value": {{entry.Value.GetInt32() + 1}}, "if_version": {{entry.Version}}}""";
                if ((await host.SendAsync(HttpMethod.Put, $"{ByKey}count", admin, json)).Status == HttpStatusCode.OK)
                    return attempt;
            }
        }));
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.SendAsync(HttpMethod.Put, $"{ByKey}lock", admin, """{"value": 1, "if_version": 0}""")));

        Assert.Equal(tries.Length, Entry(await host.SendAsync(HttpMethod.Get, $"{ByKey}count", admin)).Value.GetInt32());
        Assert.Single(made, answer => answer.Status == HttpStatusCode.Created);
        Assert.Equal(7, made.Count(answer => answer.Status == HttpStatusCode.PreconditionFailed));
    }

    [Theory]
    [InlineData("a/b", "a/b")]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("%2Fa/", "/a/")]
    [InlineData("a//b", "a//b")]
    [InlineData("a%20b%3F%23+%25", "a b?#+%")]
    [InlineData("%E6%BC%A2%F0%9F%A6%8A", "漢🦊")]
    public async Task A_key_in_a_path_is_what_its_escapes_say(string path, string key)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);

        var put = await host.SendAsync(HttpMethod.Put, ByKey + path, admin, """{"value": true}""");
        var unversioned = await host.SendAsync(HttpMethod.Get, $"/api/memory/key/{path}?project_id=default", admin);

        Assert.Equal(key, Entry(put).Key);
        Assert.Equal(put.Text, unversioned.Text);
    }

    [Theory]
    [InlineData("""{"key": "", "value": 1}""", "key")]
    [InlineData("""{"value": 1}""", "key")]
    [InlineData("""{"key": "a"}""", "value")]
    [InlineData("""{"key": "a\n", "value": 1}""", "key")]
    [InlineData("""{"key": "a", "value": 1, "if_version": -1}""", "if_version")]
    [InlineData("""{"key": "a", "value": 1, "color": 1}""", "color")]
    public async Task What_makes_no_sense_is_refused_by_the_field(string json, string field)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var answer = await host.SendAsync(HttpMethod.Post, Api, await host.TokenAsync(TokenKind.Admin), json, key: "k");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.As(WireJson.Lenient.Problem).Errors!.Keys);
    }

    [Fact]
    public async Task Bounds_count_what_is_stored()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var longest = string.Concat(Enumerable.Repeat("🦊", 512));
        Task<Answer> Put(string key, int letters, string spaces = "") => host.SendAsync(
            HttpMethod.Put, ByKey + Uri.EscapeDataString(key), admin, $$"""{"value": {{spaces}}"{{new string('x', letters)}}"}""");

        Assert.Equal(HttpStatusCode.Created, (await Put(longest, (256 * 1024) - 2, new string(' ', 1000))).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Put("a", (256 * 1024) - 1)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Put(longest + "x", 1)).Status);
        await Put(longest[2..] + "🦋", 1);
        var foxes = $"{Api}?prefix={Uri.EscapeDataString("🦊")}";
        var next = (await host.SendAsync(HttpMethod.Get, $"{foxes}&limit=1", admin)).As(WireJson.Lenient.PageMemoryEntry).Next!;
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, $"{foxes}&after={Uri.EscapeDataString(next)}", admin)).Status);
    }

    [Fact]
    public async Task Lists_are_by_prefix_in_the_order_of_keys_else_newest_first()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        foreach (var key in new[] { "b/2", "a/1", "b/1", "b/3", "c" })
            await host.SendAsync(HttpMethod.Put, ByKey + key, admin, """{"value": 1}""");

        Assert.Equal(["c", "b/3", "b/1", "a/1", "b/2"], await KeysAsync(host, admin, "limit=2"));
        Assert.Equal(["b/1", "b/2", "b/3"], await KeysAsync(host, admin, "prefix=b/&limit=2"));
        Assert.Empty(await KeysAsync(host, admin, "prefix=z"));
    }

    [Fact]
    public async Task Agents_write_observers_read_and_who_joins_does_neither()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        foreach (var (kind, read, write) in new[]
        {
            (TokenKind.Admin, 200, 200), (TokenKind.Operator, 200, 200), (TokenKind.Agent, 200, 200), (TokenKind.Observer, 200, 403), (TokenKind.Join, 403, 403),
        })
        {
            await host.SendAsync(HttpMethod.Put, $"{ByKey}a", await host.TokenAsync(TokenKind.Admin), """{"value": 1}""");
            var token = await host.TokenAsync(kind, kind is TokenKind.Agent or TokenKind.Operator ? "ada" : null);
            Assert.Equal((kind, write), (kind, (int)(await host.SendAsync(HttpMethod.Put, $"{ByKey}a", token, """{"value": 2}""")).Status));
            Assert.Equal((kind, read), (kind, (int)(await host.SendAsync(HttpMethod.Get, $"{ByKey}a", token)).Status));
            Assert.Equal((kind, read), (kind, (int)(await host.SendAsync(HttpMethod.Get, Api, token)).Status));
            Assert.Equal((kind, write == 200 ? 204 : 403), (kind, (int)(await host.SendAsync(HttpMethod.Delete, $"{ByKey}a", token)).Status));
        }
    }

    [Fact]
    public async Task A_project_has_its_own_which_goes_with_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Post, "/api/v1/projects", admin, """{"project_id": "shop"}""");
        await host.SendAsync(HttpMethod.Put, $"{ByKey}a?project_id=shop", admin, """{"value": 1}""");

        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"{ByKey}a", admin)).Status);
        await host.SendAsync(HttpMethod.Delete, "/api/v1/projects/shop", admin);
        await host.SendAsync(HttpMethod.Post, "/api/v1/projects", admin, """{"project_id": "shop"}""");
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"{ByKey}a?project_id=shop", admin)).Status);
    }

    [Fact]
    public async Task Frames_set_get_and_delete_and_a_feed_tells_of_it_behind_what_was_there()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        using var socket = await TestSocket.ConnectAsync(host, "ada", await host.RegisterAsync("ada"));
        await socket.AskAsync("memory:set", """{"key": "plan/1", "value": 1}""");
        await socket.AskAsync("memory:set", """{"key": "other", "value": 1}""");
        await socket.AskAsync("subscribe", """{"feeds": {"memory": {"prefix": "plan/"}}, "snapshot": true}""");
        var snapshot = await socket.NextAsync(frame => frame.Event == "snapshot");
        await socket.NextAsync(frame => frame.Event == "snapshot" && frame.Data!.Value.GetProperty("done").GetBoolean());

        var set = await socket.AskAsync("memory:set", """{"key": "plan/2", "value": [2]}""");
        var put = await socket.NextAsync(frame => frame.Event == "change");
        var got = await socket.AskAsync("memory:get", """{"key": "plan/2"}""");
        var stale = await socket.AskAsync("memory:delete", """{"key": "plan/2", "if_version": 1}""");
        await socket.AskAsync("memory:set", """{"key": "other", "value": 2}""");
        var deleted = await socket.AskAsync("memory:delete", """{"key": "plan/2"}""");
        var delete = await socket.NextAsync(frame => frame.Event == "change");
        var absent = await socket.AskAsync("memory:get", """{"key": "plan/2"}""");

        Assert.Equal("plan/1", Assert.Single(snapshot.Data!.Value.GetProperty("items").EnumerateArray()).GetProperty("key").GetString());
        Assert.Equal(("ok", "ok", "ok"), (set.Event, got.Event, deleted.Event));
        Assert.Equal(set.Data!.Value.GetRawText(), got.Data!.Value.GetRawText());
        Assert.Equal(("put", "plan/2"), Told(put));
        Assert.Equal(set.Data!.Value.GetRawText(), put.Data!.Value.GetProperty("item").GetRawText());
        Assert.Equal(("delete", "plan/2"), Told(delete));
        Assert.Equal((ErrorCodes.VersionMismatch, ErrorCodes.NotFound), (Code(stale), Code(absent)));
    }

    [Fact]
    public async Task Sets_that_do_not_wait_take_effect_in_their_order_and_a_get_sees_those_before_it()
    {
        const int keys = 200;
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        using var socket = await TestSocket.ConnectAsync(host, "ada", ada, receiveBuffer: 4 * 1024 * 1024);
        var frames = Enumerable.Range(0, keys).SelectMany(i => new[]
        {
            ("memory:set", $$"""{"key": "k/{{i:D4}}", "value": {{i}}}"""),
            ("memory:set", $$"""{"key": "last", "value": {{i}}}"""),
            ("memory:get", """{"key": "last"}"""),
            ("memory:patch", """{"key": "sum", "add": 1}"""),
        }).ToList();

        var answers = await socket.AskAllAsync(frames);
        var listed = await KeysAsync(host, ada, "limit=500");

        Assert.All(answers, answer => Assert.Equal("ok", answer.Event));
        var gets = answers.Where((_, i) => i % 4 == 2).Select(answer => answer.Data!.Value.GetProperty("value").GetInt32());
        Assert.Equal(Enumerable.Range(0, keys), gets);
        // Newest first.
        Assert.Equal(Enumerable.Range(0, keys).Select(i => $"k/{i:D4}").Reverse(), listed.Where(key => key.StartsWith("k/", StringComparison.Ordinal)));
        Assert.Equal($"{keys}", Entry(await host.SendAsync(HttpMethod.Get, $"{ByKey}sum", ada)).Value.GetRawText());
        Assert.Equal($"{keys - 1}", Entry(await host.SendAsync(HttpMethod.Get, $"{ByKey}last", ada)).Value.GetRawText());
    }

    private static MemoryEntry Entry(Answer answer)
    {
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created, answer.Text);
        return answer.As(WireJson.Lenient.MemoryEntry);
    }

    private static async Task<IReadOnlyList<string>> KeysAsync(ConceptHost host, string token, string query)
    {
        var page = (await host.SendAsync(HttpMethod.Get, $"{Api}?{query}", token)).As(WireJson.Lenient.PageMemoryEntry);
        var rest = page.Next is null ? [] : await KeysAsync(host, token, $"{query.Split("&after")[0]}&after={page.Next}");
        return [.. page.Items.Select(entry => entry.Key), .. rest];
    }

    private static async Task<HttpStatusCode> WithTagAsync(ConceptHost host, HttpMethod method, string token, string tag, string? json = null)
    {
        using var request = new HttpRequestMessage(method, $"{ByKey}a");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.TryAddWithoutValidation("If-Match", tag);
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await host.Client.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    private static (string? Op, string? Key) Told(Frame change) =>
        (change.Data!.Value.GetProperty("op").GetString(), change.Data!.Value.GetProperty("item").GetProperty("key").GetString());

    private static string Code(Frame error) => error.Data!.Value.Deserialize(WireJson.Lenient.Problem)!.Code;
}

public sealed class SqliteMemoryTests() : MemoryTests(new OnSqlite());

public sealed class PostgresMemoryTests(PostgresDatabases databases) : MemoryTests(new OnPostgres(databases));
