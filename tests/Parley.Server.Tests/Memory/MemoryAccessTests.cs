using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Memory;

/// <summary>Who may not read an entry does not learn that it is there, in whatever way it looks; who may not write it changes nothing.</summary>
public abstract class MemoryAccessTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/memory", ByKey = $"{Api}/key/";

    [Fact]
    public async Task Who_may_not_read_an_entry_is_told_of_nothing()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, eve) = (await host.RegisterAsync("ada"), await host.RegisterAsync("eve"));
        var made = await SetAsync(host, ada, "plan/secret", """{"value": "sesame", "access_control": {"read": ["ada"]}}""");
        await host.SendAsync(HttpMethod.Put, $"{ByKey}plan/open", ada, """{"value": 1}""");
        var entry = made.As(WireJson.Lenient.MemoryEntry);

        Answer[] hidden =
        [
            await host.SendAsync(HttpMethod.Get, $"{ByKey}plan/secret", eve),
            await host.SendAsync(HttpMethod.Get, $"{Api}/{entry.MemoryId}", eve),
            await host.SendAsync(HttpMethod.Get, $"{Api}/history?key=plan/secret", eve),
            await host.SendAsync(HttpMethod.Put, $"{ByKey}plan/secret", eve, """{"value": 1}"""),
            await host.SendAsync(HttpMethod.Put, $"{ByKey}plan/secret", eve, """{"value": 1, "if_version": 1}"""),
            await host.SendAsync(HttpMethod.Put, $"{ByKey}plan/secret", eve, """{"value": 1, "if_version": 0}"""),
            await host.SendAsync(HttpMethod.Put, $"{Api}/{entry.MemoryId}", eve, """{"value": 1}"""),
            await host.SendAsync(HttpMethod.Patch, $"{ByKey}plan/secret", eve, """{"add": 1}"""),
            await host.SendAsync(HttpMethod.Delete, $"{ByKey}plan/secret", eve),
            await host.SendAsync(HttpMethod.Delete, $"{ByKey}plan/secret?if_version=1", eve),
            await host.SendAsync(HttpMethod.Delete, $"{Api}/{entry.MemoryId}", eve),
        ];
        var absent = await host.SendAsync(HttpMethod.Get, $"{ByKey}plan/nothing", eve);

        Assert.All(hidden, answer => Assert.Equal(HttpStatusCode.NotFound, answer.Status));
        Assert.All(hidden, answer => Assert.Null(answer.Header("ETag")));
        Assert.Equal(absent.Text.Replace("nothing", "secret", StringComparison.Ordinal), hidden[0].Text);
        Assert.Equal(made.Text, (await host.SendAsync(HttpMethod.Get, $"{ByKey}plan/secret", ada)).Text);
        foreach (var query in (string[])["", "?prefix=plan/", "?limit=1", "?prefix=plan/&limit=1"])
        {
            var page = (await host.SendAsync(HttpMethod.Get, Api + query, eve)).As(WireJson.Lenient.PageMemoryEntry);
            Assert.Equal(("plan/open", null), (Assert.Single(page.Items).Key, page.Next));
        }

        Assert.DoesNotContain("sesame", (await host.SendAsync(HttpMethod.Get, "/api/v1/events?limit=500", eve)).Text, StringComparison.Ordinal);
        Assert.Contains("sesame", (await host.SendAsync(HttpMethod.Get, "/api/v1/events?limit=500", ada)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"memory": {}}""")]
    [InlineData("""{"memory": {"prefix": "a"}}""")]
    [InlineData("""{"events": {}}""")]
    public async Task Feeds_from_the_start_live_and_their_snapshots_keep_it_from_who_may_not_read_it(string feeds)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, eve) = (await host.RegisterAsync("ada"), await host.RegisterAsync("eve"));
        const string secret = """{"value": "sesame", "access_control": {"read": ["ada"]}}""";
        await SetAsync(host, ada, "a/before", secret);
        using var mine = await TestSocket.ConnectAsync(host, "ada", ada);
        using var others = await TestSocket.ConnectAsync(host, "eve", eve, query: "?notify=all");
        foreach (var socket in (TestSocket[])[mine, others])
            await socket.AskAsync("subscribe", $$"""{"feeds": {{feeds}}, "after": "0", "snapshot": true}""");

        await SetAsync(host, ada, "a/live", secret);
        await host.SendAsync(HttpMethod.Delete, $"{ByKey}a/live", ada);
        await SetAsync(host, ada, "a/last", """{"value": "open"}""");

        Assert.Equal(0, await UntilLastAsync(others));
        Assert.True(await UntilLastAsync(mine) >= 3);
        // By a frame of its own too: the first that it got is of the one that it may read.
        var notice = await others.NextAsync(frame => frame.Event is "memory:updated" or "memory:removed");
        Assert.Equal(("memory:updated", "a/last"), (notice.Event, notice.Data!.Value.GetProperty("key").GetString()));

        // How many frames held the secret, up to the change that all may read.
        static async Task<int> UntilLastAsync(TestSocket socket)
        {
            for (var held = 0; ;)
            {
                var frame = await socket.NextAsync(frame => frame.Event is "change" or "snapshot");
                var text = frame.Data!.Value.GetRawText();
                if (frame.Event == "change" && text.Contains("a/last", StringComparison.Ordinal))
                    return held;
                held += text.Contains("sesame", StringComparison.Ordinal) ? 1 : 0;
            }
        }
    }

    [Fact]
    public async Task Roles_squads_and_names_are_as_they_are_at_that_moment()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        await SetAsync(host, admin, "role", """{"value": 1, "access_control": {"read": ["role:reviewer"]}}""");
        await SetAsync(host, admin, "squad", """{"value": 1, "access_control": {"read": ["squad:alpha"]}}""");
        await SetAsync(host, admin, "name", """{"value": 1, "access_control": {"read": ["bob"]}}""");
        await SetAsync(host, admin, "all", """{"value": 1, "access_control": {"read": ["*"]}}""");
        await SetAsync(host, admin, "none", """{"value": 1, "access_control": {"read": []}}""");

        Assert.Equal(["all", "name"], await KeysAsync(host, bob));
        await host.SendAsync(HttpMethod.Put, "/api/v1/agents/bob", admin, """{"role": "reviewer"}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/squads", admin, """{"squad_id": "alpha", "name": "Alpha", "members": [{"agent_id": "bob"}]}""");
        Assert.Equal(["all", "name", "role", "squad"], await KeysAsync(host, bob));
        Assert.Equal(["all"], await KeysAsync(host, ada));
        await host.SendAsync(HttpMethod.Delete, "/api/v1/squads/alpha/members/bob", admin);
        Assert.Equal(["all", "name", "role"], await KeysAsync(host, bob));
        Assert.Equal(["all", "name", "none", "role", "squad"], await KeysAsync(host, await host.TokenAsync(TokenKind.Observer)));
    }

    [Fact]
    public async Task Who_may_read_and_not_write_is_refused_and_a_write_keeps_who_may()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, eve) = (await host.RegisterAsync("ada"), await host.RegisterAsync("eve"));
        await SetAsync(host, ada, "a", """{"value": 1, "access_control": {"write": ["ada"]}}""");

        Answer[] refused =
        [
            await host.SendAsync(HttpMethod.Put, $"{ByKey}a", eve, """{"value": 2}"""),
            await host.SendAsync(HttpMethod.Put, $"{ByKey}a", eve, """{"value": 2, "access_control": {"write": ["*"]}}"""),
            await host.SendAsync(HttpMethod.Patch, $"{ByKey}a", eve, """{"add": 1}"""),
            await host.SendAsync(HttpMethod.Delete, $"{ByKey}a", eve),
        ];
        await SetAsync(host, ada, "a", """{"value": 3}""");
        var still = await host.SendAsync(HttpMethod.Put, $"{ByKey}a", eve, """{"value": 2}""");
        await SetAsync(host, ada, "a", """{"value": 4, "access_control": {"write": ["*"]}}""");
        var opened = await host.SendAsync(HttpMethod.Put, $"{ByKey}a", eve, """{"value": 5}""");

        Assert.All([.. refused, still], answer => Assert.Equal(HttpStatusCode.Forbidden, answer.Status));
        Assert.Equal(HttpStatusCode.OK, opened.Status);
    }

    [Fact]
    public async Task Versions_from_when_it_was_closed_stay_closed()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, eve) = (await host.RegisterAsync("ada"), await host.RegisterAsync("eve"));
        await SetAsync(host, ada, "a", """{"value": "sesame", "access_control": {"read": ["ada"]}}""");
        await SetAsync(host, ada, "a", """{"value": "open", "access_control": {"read": ["*"]}}""");

        var mine = (await host.SendAsync(HttpMethod.Get, $"{Api}/history?key=a", ada)).As(WireJson.Lenient.PageMemoryVersion);
        var theirs = (await host.SendAsync(HttpMethod.Get, $"{Api}/history?key=a", eve)).As(WireJson.Lenient.PageMemoryVersion);

        Assert.Equal((2, 1), (mine.Items.Count, theirs.Items.Count));
        Assert.Equal("open", theirs.Items[0].Value.GetString());
    }

    private static async Task<Answer> SetAsync(ConceptHost host, string token, string key, string json)
    {
        var answer = await host.SendAsync(HttpMethod.Put, ByKey + key, token, json);
        Assert.True(answer.Status is HttpStatusCode.Created or HttpStatusCode.OK, answer.Text);
        return answer;
    }

    private static async Task<IEnumerable<string>> KeysAsync(ConceptHost host, string token) =>
        (await host.SendAsync(HttpMethod.Get, $"{Api}?prefix=", token)).As(WireJson.Lenient.PageMemoryEntry).Items.Select(entry => entry.Key);
}

public sealed class SqliteMemoryAccessTests() : MemoryAccessTests(new OnSqlite());

public sealed class PostgresMemoryAccessTests(PostgresDatabases databases) : MemoryAccessTests(new OnPostgres(databases));
