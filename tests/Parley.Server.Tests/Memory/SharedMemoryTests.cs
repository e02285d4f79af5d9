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

/// <summary>Parts of values, versions of before, and lives that end.</summary>
public abstract class SharedMemoryTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/memory", ByKey = $"{Api}/key/";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_who_add_and_patch_at_once_lose_nothing()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(async i => (
            Added: await host.SendAsync(HttpMethod.Patch, $"{ByKey}count", admin, $$"""{"add": {{i}}}"""),
            Merged: await MergeAsync(host, "all", admin, $$"""{"by-{{i}}": {{i}}}"""))));

        Assert.All(answers, one => Assert.True(one is { Added.Status: HttpStatusCode.OK or HttpStatusCode.Created, Merged.Status: HttpStatusCode.OK or HttpStatusCode.Created }));
        Assert.Single(answers, one => one.Added.Status == HttpStatusCode.Created);
        Assert.Equal(16 * 15 / 2, (await EntryAsync(host, "count", admin))!.Value.GetInt32());
        Assert.Equal(16, (await EntryAsync(host, "all", admin))!.Value.EnumerateObject().Count());
    }

    /// <summary>The cases of RFC 7396, appendix A.</summary>
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("""{"a":"foo"}""", "null", "null")]
    [InlineData("""{"a":"foo"}""", "\"bar\"", "\"bar\"")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("[1,2]", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData(null, """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public async Task A_merge_patch_does_what_its_RFC_says(string? before, string patch, string after)
    {
        await using var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        if (before is not null)
            await host.SendAsync(HttpMethod.Put, $"{ByKey}a", admin, $$"""{"value": {{before}}}""");

        var merged = await MergeAsync(host, "a", admin, patch);

        Assert.True(merged.Status is HttpStatusCode.OK or HttpStatusCode.Created, merged.Text);
        Assert.Equal(after, merged.As(WireJson.Lenient.MemoryEntry).Value.GetRawText());
    }

    [Fact]
    public async Task What_cannot_be_added_or_merged_is_refused_and_changes_nothing()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Put, $"{ByKey}text", admin, """{"value": "x"}""");
        await host.SendAsync(HttpMethod.Put, $"{ByKey}most", admin, """{"value": 9223372036854775807}""");
        var large = new string('x', 200 * 1024);
        await host.SendAsync(HttpMethod.Put, $"{ByKey}large", admin, $$"""{"value": {"a": "{{large}}"} }""");

        Answer[] refused =
        [
            await host.SendAsync(HttpMethod.Patch, $"{ByKey}text", admin, """{"add": 1}"""),
            await host.SendAsync(HttpMethod.Patch, $"{ByKey}most", admin, """{"add": 1}"""),
            await host.SendAsync(HttpMethod.Patch, $"{ByKey}text", admin, """{"add": "1"}"""),
            await host.SendAsync(HttpMethod.Patch, $"{ByKey}text", admin, "{}"),
            await host.SendAsync(HttpMethod.Patch, $"{ByKey}text", admin, """{"add": 1, "patch": {}}"""),
            await host.SendAsync(HttpMethod.Patch, $"{ByKey}text", admin, """{"patch": 1, "if_version": 999}"""),
            await MergeAsync(host, "large", admin, $$"""{"b": "{{large}}"}"""),
            await MergeAsync(host, "text", admin, "1, \"if_version\": 0"),
        ];

        Assert.Equal(["409", "409", "400", "400", "400", "412", "413", "400"], refused.Select(answer => $"{answer.Status:D}"));
        Assert.Equal("9223372036854775807", (await EntryAsync(host, "most", admin))!.Value.GetRawText());
        Assert.Equal("x", (await EntryAsync(host, "text", admin))!.Value.GetString());
    }

    [Fact]
    public async Task Sums_of_numbers_with_fractions_are_as_doubles_have_them()
    {
        await using var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Patch, $"{ByKey}a", admin, """{"add": 1.5}""");
        await host.SendAsync(HttpMethod.Patch, $"{ByKey}a", admin, """{"add": -2}""");

        Assert.Equal("-0.5", (await EntryAsync(host, "a", admin))!.Value.GetRawText());
    }

    [Fact]
    public async Task The_last_twenty_versions_tell_who_wrote_what_and_when()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        var last = default(MemoryEntry);
        for (var i = 1; i <= 22; i++)
        {
            last = (await host.SendAsync(HttpMethod.Put, $"{ByKey}a%2Fb", i % 2 == 0 ? bob : ada, $$"""{"value": {{i}}}""")).As(WireJson.Lenient.MemoryEntry);
            await host.SendAsync(HttpMethod.Put, $"{ByKey}other", ada, """{"value": 0}""");
        }

        var history = (await host.SendAsync(HttpMethod.Get, $"{Api}/history?key=a/b", bob)).As(WireJson.Lenient.PageMemoryVersion);
        var none = await host.SendAsync(HttpMethod.Get, $"{Api}/history?key=c", bob);

        Assert.Equal(Enumerable.Range(3, 20).Reverse(), history.Items.Select(version => version.Value.GetInt32()));
        Assert.Equal(("bob", "ada", last!.Version, last.UpdatedAt), (history.Items[0].UpdatedBy, history.Items[1].UpdatedBy, history.Items[0].Version, history.Items[0].UpdatedAt));
        Assert.Equal(history.Items.Select(version => version.Version).OrderDescending(), history.Items.Select(version => version.Version));
        Assert.Equal(HttpStatusCode.NotFound, none.Status);
    }

    [Fact]
    public async Task What_has_expired_is_gone_at_once_and_the_log_says_so()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        using var socket = await TestSocket.ConnectAsync(host, "ada", ada);
        await socket.AskAsync("subscribe", """{"feeds": {"memory": {}}}""");
        var made = (await host.SendAsync(HttpMethod.Put, $"{ByKey}lock", ada, """{"value": 1, "ttl_seconds": 30}""")).As(WireJson.Lenient.MemoryEntry);
        await host.SendAsync(HttpMethod.Patch, $"{ByKey}lock", ada, """{"add": 1}""");

        Assert.Equal(made.ExpiresAt, (await EntryAsync(host, "lock", ada))!.ExpiresAt);
        Assert.Equal(TimeSpan.FromSeconds(30), made.ExpiresAt - made.CreatedAt);
        host.Clock.Advance(TimeSpan.FromSeconds(31));
        var anew = await host.SendAsync(HttpMethod.Put, $"{ByKey}lock", ada, """{"value": 2, "if_version": 0}""");

        Assert.Equal(HttpStatusCode.Created, anew.Status);
        Assert.NotEqual(made.MemoryId, anew.As(WireJson.Lenient.MemoryEntry).MemoryId);
        Assert.Null(anew.As(WireJson.Lenient.MemoryEntry).ExpiresAt);
        var told = new List<string?>();
        for (var i = 0; i < 4; i++)
            told.Add((await socket.NextAsync(frame => frame.Event == "change")).Data!.Value.GetProperty("op").GetString());
        Assert.Equal(["put", "put", "delete", "put"], told);
        Assert.Equal(["memory_updated", "memory_updated", "memory_expired", "memory_updated"], (await host.LogAsync()).Where(entry => (int)entry.Kind == 12).Select(entry => entry.Type));
    }

    [Fact]
    public async Task What_nobody_asks_for_expires_by_itself()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        await host.SendAsync(HttpMethod.Put, $"{ByKey}lock", ada, """{"value": 1, "ttl_seconds": 30}""");

        host.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Null(await EntryAsync(host, "lock", ada));
        Assert.Empty((await host.SendAsync(HttpMethod.Get, Api, ada)).As(WireJson.Lenient.PageMemoryEntry).Items);
        await Polling.UntilAsync(
            () => "the entry to expire by itself",
            async () =>
            {
                host.Clock.Advance(TimeSpan.FromSeconds(1));
                return (await host.LogAsync()).Any(entry => entry.Type == "memory_expired");
            });
    }

    [Theory]
    [InlineData("""{"value": 1, "ttl_seconds": 0}""", "ttl_seconds")]
    [InlineData("""{"value": 1, "ttl_seconds": 315360001}""", "ttl_seconds")]
    [InlineData("""{"value": 1, "access_control": {"read": ["role:"]}}""", "access_control.read[0]")]
    [InlineData("""{"value": 1, "access_control": {"write": ["*", "a b"]}}""", "access_control.write[1]")]
    [InlineData("""{"value": 1, "access_control": {"all": []}}""", "access_control.all")]
    public async Task Bad_input_is_refused_by_its_field(string json, string field)
    {
        await using var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);

        var answer = await host.SendAsync(HttpMethod.Put, $"{ByKey}a", admin, json);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(field, Assert.Single(answer.As(WireJson.Lenient.Problem).Errors!).Key);
        Assert.Null(await EntryAsync(host, "a", admin));
    }

    [Fact]
    public async Task An_entry_is_found_changed_and_deleted_by_its_id_and_a_successor_of_its_key_is_another()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        var made = (await host.SendAsync(HttpMethod.Put, $"{ByKey}a", ada, """{"value": 1}""")).As(WireJson.Lenient.MemoryEntry);
        var byId = $"{Api}/{made.MemoryId}";

        var changed = await host.SendAsync(HttpMethod.Put, byId, ada, $$"""{"value": 2, "if_version": {{made.Version}}}""");
        var got = await host.SendAsync(HttpMethod.Get, byId, ada);
        var otherKey = await host.SendAsync(HttpMethod.Put, byId, ada, """{"key": "b", "value": 2}""");
        var stale = await host.SendAsync(HttpMethod.Delete, $"{byId}?if_version={made.Version}", ada);
        var gone = await host.SendAsync(HttpMethod.Delete, byId, ada);
        await host.SendAsync(HttpMethod.Put, $"{ByKey}a", ada, """{"value": 3}""");
        var after = await host.SendAsync(HttpMethod.Get, byId, ada);
        var written = await host.SendAsync(HttpMethod.Put, byId, ada, """{"value": 4}""");
        var none = await host.SendAsync(HttpMethod.Get, $"{Api}/nothing", ada);

        Assert.Equal(["200", "200", "400", "412", "204", "404", "404", "404"], new[] { changed, got, otherKey, stale, gone, after, written, none }.Select(answer => $"{answer.Status:D}"));
        Assert.Equal(changed.Text, got.Text);
        Assert.Equal(3, (await EntryAsync(host, "a", ada))!.Value.GetInt32());
    }

    [Fact]
    public async Task A_key_that_no_path_can_say_is_said_in_the_query()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        var path = $"{Api}/key?named={Uri.EscapeDataString("../a/./b")}";

        var put = await host.SendAsync(HttpMethod.Put, path, ada, """{"value": 1}""");
        var patched = await host.SendAsync(HttpMethod.Patch, path, ada, """{"add": 1}""");
        var got = await host.SendAsync(HttpMethod.Get, path, ada);
        var twice = await host.SendAsync(HttpMethod.Get, $"{ByKey}a?named=b", ada);
        var deleted = await host.SendAsync(HttpMethod.Delete, path, ada);

        Assert.Equal(["201", "200", "200", "400", "204"], new[] { put, patched, got, twice, deleted }.Select(answer => $"{answer.Status:D}"));
        Assert.Equal(("../a/./b", 2), (got.As(WireJson.Lenient.MemoryEntry).Key, got.As(WireJson.Lenient.MemoryEntry).Value.GetInt32()));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData(null)]
    public async Task A_patch_of_a_wrong_type_is_told_both_types_that_are_taken(string? type)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        using var request = new HttpRequestMessage(HttpMethod.Patch, ByKey + "plan");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await host.RegisterAsync("ada"));
        request.Content = new ByteArrayContent("{}"u8.ToArray());
        request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);

        using var response = await host.Client.SendAsync(request, Cancel);
        var answer = new Answer(response, await response.Content.ReadAsStringAsync(Cancel));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
        Assert.Contains("'Content-Type: application/json'", answer.Problem.Detail, StringComparison.Ordinal);
        Assert.Contains("'Content-Type: application/merge-patch+json'", answer.Problem.Detail, StringComparison.Ordinal);
    }

    private static async Task<MemoryEntry?> EntryAsync(ConceptHost host, string key, string token) =>
        await host.SendAsync(HttpMethod.Get, ByKey + key, token) is { Status: HttpStatusCode.OK } answer ? answer.As(WireJson.Lenient.MemoryEntry) : null;

    private static async Task<Answer> MergeAsync(ConceptHost host, string key, string token, string patch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, ByKey + key);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = new StringContent(patch, Encoding.UTF8, "application/merge-patch+json");
        using var response = await host.Client.SendAsync(request, Cancel);
        return new Answer(response, await response.Content.ReadAsStringAsync(Cancel));
    }
}

public sealed class SqliteSharedMemoryTests() : SharedMemoryTests(new OnSqlite());

public sealed class PostgresSharedMemoryTests(PostgresDatabases databases) : SharedMemoryTests(new OnPostgres(databases));
