using System.Net;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Memory;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Xunit;

namespace Parley.Server.Tests.Memory;

/// <summary>The keys of the shared memory, one level at a time.</summary>
public abstract class MemoryLevelTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/memory";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_level_has_its_entries_and_what_the_keys_below_begin_with()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, person) = (await host.AgentAsync("ada"), await host.TokenAsync(TokenKind.Operator));
        foreach (var key in new[] { "plan", "plan/", "plan/a", "plan/b/1", "plan/b/2", "plan/b/2/deep", "plan/c", "plan0", "other/x", "ü/ö/😀", "/", "//a" })
            await SetAsync(host, ada, key);

        Assert.Equal("[/]2 [other/]1 plan [plan/]6 plan0 [ü/]1", await LevelAsync(host, person, ""));
        Assert.Equal("plan/ plan/a [plan/b/]3 plan/c", await LevelAsync(host, person, "plan/"));
        Assert.Equal("plan/b/1 plan/b/2 [plan/b/2/]1", await LevelAsync(host, person, "plan/b/"));
        Assert.Equal("plan [plan/]6 plan0", await LevelAsync(host, person, "plan"));
        Assert.Equal("/ [//]1", await LevelAsync(host, person, "/"));
        Assert.Equal("[ü/ö/]1", await LevelAsync(host, person, "ü/"));
        Assert.Equal("", await LevelAsync(host, person, "nothing/"));
        Assert.Equal("plan plan/ plan/a [plan/b]3 plan/c plan0", await LevelAsync(host, person, "plan", "&delimiter=b"));
        foreach (var limit in new[] { 1, 2, 3 })
        {
            Assert.Equal(await LevelAsync(host, person, ""), await LevelAsync(host, ada, "", limit: limit));
            Assert.Equal(await LevelAsync(host, person, "plan/"), await LevelAsync(host, ada, "plan/", limit: limit));
        }

        foreach (var bad in new[] { "delimiter=ab", "delimiter=%C3%BC", "delimiter=%20", "delimiter=/&prefix=plan/&after=other/" })
            (await host.SendAsync(HttpMethod.Get, $"{Api}?{bad}", person)).Refused(HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest);
        var plain = (await host.SendAsync(HttpMethod.Get, $"{Api}?prefix=plan/", person)).As(WireJson.Lenient.MemoryPage);
        Assert.Equal((6, null), (plain.Items.Count, plain.Prefixes));
        Assert.All(plain.Items, entry => Assert.Equal("[1,2]".Length, entry.Bytes));
    }

    [Fact]
    public async Task Nobody_learns_from_a_level_what_it_may_not_read()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob, person) = (await host.AgentAsync("ada"), await host.AgentAsync("bob"), await host.TokenAsync(TokenKind.Operator));
        foreach (var key in new[] { "a/1", "b/open", "c" })
            await SetAsync(host, ada, key);
        foreach (var key in new[] { "a/2", "a/3", "b/hidden", "only/hidden", "z" })
            await SetAsync(host, ada, key, """, "access_control": {"read": ["ada"]}""");
        await SetAsync(host, ada, "b/all", """, "access_control": {"read": ["*"]}""");

        Assert.Equal("[a/]3 [b/]3 c [only/]1 z", await LevelAsync(host, person, ""));
        Assert.Equal("[a/]3 [b/]3 c [only/]1 z", await LevelAsync(host, ada, "", limit: 2));
        Assert.Equal("[a/]1 [b/]2 c", await LevelAsync(host, bob, "", limit: 2));
        Assert.Equal("", await LevelAsync(host, bob, "only/"));
        Assert.Equal("b/all b/open", await LevelAsync(host, bob, "b/"));
        // What is opened is counted, and what is closed is not.
        await SetAsync(host, ada, "a/2", """, "access_control": {}""");
        await SetAsync(host, ada, "b/open", """, "access_control": {"read": []}""");
        Assert.Equal("[a/]2 [b/]1 c", await LevelAsync(host, bob, ""));
    }

    [Fact]
    public async Task What_has_expired_is_in_no_level()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, person) = (await host.AgentAsync("ada"), await host.TokenAsync(TokenKind.Operator));
        await SetAsync(host, ada, "a/stays");
        foreach (var key in new[] { "a/goes", "b/goes", "goes" })
            await SetAsync(host, ada, key, """, "ttl_seconds": 5""");
        Assert.Equal("[a/]2 [b/]1 goes", await LevelAsync(host, person, ""));

        host.Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("[a/]1", await LevelAsync(host, person, ""));
    }

    [Fact]
    public async Task A_beginning_counts_so_many_names_and_no_more()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.AgentAsync("ada");
        for (var i = 0; i < 5; i++)
            await SetAsync(host, ada, $"a/{i}");
        await SetAsync(host, ada, "b");

        var rows = await host.Get<IEntityStore>().LevelAsync(new EntityLevel(host.Default.Number, MemoryConcept.Kind.Number, "", '/', 10) { MostCounted = 3 }, Cancel);

        Assert.Equal([("a/", 3), ("b", null)], rows.Select(row => (row.Name, row.Count)));
    }

    private static async Task SetAsync(ConceptHost host, string token, string key, string more = "")
    {
        var answer = await host.SendAsync(HttpMethod.Post, Api, token, $$"""{"key": "{{key}}", "value": [1,2]{{more}}}""");
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created, answer.Text);
    }

    /// <summary>All pages of a level in one line: entries, and prefixes in brackets, in the order of the keys.</summary>
    private static async Task<string> LevelAsync(ConceptHost host, string token, string prefix, string delimiter = "&delimiter=/", int limit = 50)
    {
        var all = new List<(string Name, string Shown)>();
        for (string? after = null; ;)
        {
            var next = after is null ? "" : $"&after={Uri.EscapeDataString(after)}";
            var page = (await host.SendAsync(HttpMethod.Get, $"{Api}?prefix={Uri.EscapeDataString(prefix)}&limit={limit}{delimiter}{next}", token)).As(WireJson.Lenient.MemoryPage);
            Assert.InRange(page.Items.Count + page.Prefixes!.Count, 0, limit);
            all.AddRange(page.Items.Select(entry => (entry.Key, entry.Key)));
            all.AddRange(page.Prefixes.Select(one => (one.Prefix, $"[{one.Prefix}]{one.Count}")));
            if ((after = page.Next) is null)
                return string.Join(' ', all.OrderBy(one => one.Name, StringComparer.Ordinal).Select(one => one.Shown));
        }
    }
}

public sealed class SqliteMemoryLevelTests() : MemoryLevelTests(new OnSqlite());

public sealed class PostgresMemoryLevelTests(PostgresDatabases databases) : MemoryLevelTests(new OnPostgres(databases));
