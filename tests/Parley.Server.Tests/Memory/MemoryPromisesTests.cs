using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Memory;

/// <summary>Expiry, order, and access where one thing meets another.</summary>
public abstract class MemoryPromisesTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/memory", ByKey = $"{Api}/key/";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_set_without_a_time_to_live_makes_an_entry_last_and_one_with_it_begins_anew()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        await SetAsync(host, ada, "lasts", """{"value": 1, "ttl_seconds": 30}""");
        await SetAsync(host, ada, "longer", """{"value": 1, "ttl_seconds": 30}""");

        Assert.Null((await SetAsync(host, ada, "lasts", """{"value": 2}""")).ExpiresAt);
        var longer = await SetAsync(host, ada, "longer", """{"value": 2, "ttl_seconds": 600}""");
        host.Clock.Advance(TimeSpan.FromSeconds(60));
        await DueAsync(host);

        Assert.Equal(longer.CreatedAt.AddSeconds(600), longer.ExpiresAt);
        Assert.Equal(["lasts", "longer"], await KeysAsync(host, ada, ""));
        Assert.DoesNotContain(await host.LogAsync(), entry => entry.Type == "memory_expired");
    }

    [Fact]
    public async Task An_expiry_is_told_once_also_where_it_passed_while_no_server_ran_and_the_key_was_taken_anew()
    {
        await using var data = await storage.NewAsync();
        var clock = new TestClock();
        string ada;
        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            ada = await host.RegisterAsync("ada");
            foreach (var key in new[] { "a", "b" })
                await SetAsync(host, ada, key, """{"value": "old", "ttl_seconds": 30}""");
        }

        clock.Advance(TimeSpan.FromSeconds(31));
        for (var life = 0; life < 2; life++)
        {
            await using var host = await ConceptHost.StartAsync(data, clock);
            // Before anybody has looked at what is due.
            if (life == 0)
                Assert.Equal("new", (await SetAsync(host, ada, "a", """{"value": "new", "if_version": 0}""")).Value.GetString());
            await DueAsync(host);
            await DueAsync(host);

            Assert.Equal(["a"], await KeysAsync(host, ada, ""));
            Assert.Equal(["a", "b"], (await host.LogAsync()).Where(entry => entry.Type == "memory_expired").Select(KeyOf).Order());
        }
    }

    [Fact]
    public async Task Of_however_many_that_expire_at_one_moment_one_look_tells()
    {
        // More than are read in one go, twice.
        const int entries = 250;
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        for (var i = 0; i < entries; i++)
            await SetAsync(host, ada, $"k{i}", """{"value": 1, "ttl_seconds": 30}""");

        host.Clock.Advance(TimeSpan.FromSeconds(31));
        await DueAsync(host);

        Assert.Equal(entries, (await host.LogAsync()).Count(entry => entry.Type == "memory_expired"));
    }

    [Fact]
    public async Task What_was_made_to_last_after_it_was_found_due_stays()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        await SetAsync(host, ada, "a", """{"value": 1, "ttl_seconds": 30}""");
        var at = host.Clock.GetUtcNow().AddSeconds(31);
        var store = host.Get<IEntityStore>();
        var row = Assert.Single(await store.DueAsync(12, at, null, 10, Cancel));
        await SetAsync(host, ada, "a", """{"value": 2}""");

        // As a look that read the list before the set, and comes to the entry after it.
        await new DueEntities<MemoryEntry>(
            host.Get<EntityKind<MemoryEntry>>(), host.Get<EntityBoard<MemoryEntry>>(), new OldList(store, row), [], host.Clock,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<DueEntities<MemoryEntry>>.Instance).RunAsync(Cancel);

        Assert.Equal(["a"], await KeysAsync(host, ada, ""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a/")]
    [InlineData("a%")]
    [InlineData("a_")]
    [InlineData("a🦊")]
    [InlineData("a\uFFF0")]
    public async Task A_prefix_takes_letters_as_they_are_and_pages_run_in_the_order_of_bytes(string prefix)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        // U+FFF0 is before the fox in bytes, and behind it as UTF-16.
        string[] keys = ["A", "a", "a!", "a%", "a%b", "a.", "a/", "a/b", "a/b/c", "a/🦊", "a0", "aB", "a_", "a_b", "ab", "axb", "aé", "a\uFFF0", "a🦊", "a🦊b", "b", "é"];
        foreach (var key in keys.OrderBy(key => key.GetHashCode(StringComparison.Ordinal)))
            await SetAsync(host, ada, Uri.EscapeDataString(key), """{"value": 1}""");

        var expected = keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Order(ByBytes).ToList();

        Assert.Equal(expected, await KeysAsync(host, ada, prefix, limit: 1));
        Assert.Equal(expected, await KeysAsync(host, ada, prefix, limit: 3));
        Assert.Equal(expected, await KeysAsync(host, ada, prefix));
    }

    /// <summary>It stands for bytes that are no UTF-8: a list would give a place that nobody can ask for, and two keys would become one.</summary>
    [Theory]
    [InlineData("%EF%BF%BD")]
    [InlineData("%FF")]
    [InlineData("a%C3b")]
    public async Task A_key_that_is_not_valid_UTF8_is_refused(string path)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");

        var answer = await host.SendAsync(HttpMethod.Put, ByKey + path, ada, """{"value": 1}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Empty(await KeysAsync(host, ada, ""));
    }

    [Fact]
    public async Task Pages_are_full_whatever_lies_between_that_the_reader_may_not_see()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, eve) = (await host.RegisterAsync("ada"), await host.RegisterAsync("eve"));
        for (var i = 0; i < 24; i++)
            await SetAsync(host, ada, string.Create(CultureInfo.InvariantCulture, $"k{i:00}"), i % 6 == 0 ? """{"value": 1}""" : """{"value": 1, "access_control": {"read": ["ada"]}}""");

        foreach (var query in new[] { "?limit=2", "?limit=2&prefix=k" })
        {
            var page = (await host.SendAsync(HttpMethod.Get, Api + query, eve)).As(WireJson.Lenient.PageMemoryEntry);
            Assert.Equal(2, page.Items.Count);
            Assert.NotNull(page.Next);
        }

        Assert.Equal(["k00", "k06", "k12", "k18"], await KeysAsync(host, eve, "k", limit: 1));
    }

    [Fact]
    public async Task Who_loses_the_right_to_read_loses_all_of_it_and_who_gets_it_sees_from_then_on()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, eve) = (await host.RegisterAsync("ada"), await host.RegisterAsync("eve"));
        await SetAsync(host, ada, "a", """{"value": "open"}""");
        await SetAsync(host, ada, "a", """{"value": "sesame", "access_control": {"read": ["ada"]}}""");

        Answer[] hidden =
        [
            await host.SendAsync(HttpMethod.Get, $"{ByKey}a", eve),
            await host.SendAsync(HttpMethod.Get, $"{Api}/history?key=a", eve),
            await host.SendAsync(HttpMethod.Patch, $"{ByKey}a", eve, """{"patch": {"x": 1}}"""),
            await host.SendAsync(HttpMethod.Delete, $"{ByKey}a", eve),
        ];
        Assert.All(hidden, answer => Assert.Equal(HttpStatusCode.NotFound, answer.Status));
        Assert.Empty(await KeysAsync(host, eve, ""));
        Assert.DoesNotContain("sesame", (await host.SendAsync(HttpMethod.Get, "/api/v1/events?limit=500", eve)).Text, StringComparison.Ordinal);

        // Also a deletion of what it could not read is none of its business.
        await host.SendAsync(HttpMethod.Delete, $"{ByKey}a", ada);
        Assert.DoesNotContain("memory_removed", (await host.SendAsync(HttpMethod.Get, "/api/v1/events?limit=500", eve)).Text, StringComparison.Ordinal);
        Assert.Contains("memory_removed", (await host.SendAsync(HttpMethod.Get, "/api/v1/events?limit=500", ada)).Text, StringComparison.Ordinal);
        await SetAsync(host, ada, "a", """{"value": "again"}""");
        Assert.Equal("again", Assert.Single((await host.SendAsync(HttpMethod.Get, $"{Api}/history?key=a", eve)).As(WireJson.Lenient.PageMemoryVersion).Items).Value.GetString());
    }

    [Fact]
    public async Task Retention_shortens_the_history_and_the_version_that_is_there_stays_in_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        await SetAsync(host, ada, "a", """{"value": 1}""");
        var now = await SetAsync(host, ada, "a", """{"value": 2}""");

        while (await host.Get<Server.Messages.IMessageStore>().PruneAsync(host.Default.Number, long.MaxValue, Cancel))
        {
        }

        var version = Assert.Single((await host.SendAsync(HttpMethod.Get, $"{Api}/history?key=a", ada)).As(WireJson.Lenient.PageMemoryVersion).Items);
        Assert.Equal((now.Version, 2), (version.Version, version.Value.GetInt32()));
    }

    [Fact]
    public async Task The_id_of_a_deleted_entry_names_nothing_though_its_key_is_taken_anew_between_the_look_and_the_write()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        var made = await SetAsync(host, ada, "a", """{"value": 0}""");
        for (var round = 0; round < 10; round++)
        {
            var byId = $"{Api}/{made.MemoryId}";
            // A write by id, while the entry is deleted and another takes its key.
            var writing = Enumerable.Range(0, 4).Select(_ => host.SendAsync(HttpMethod.Put, byId, ada, """{"value": "by id"}""")).ToList();
            await host.SendAsync(HttpMethod.Delete, $"{ByKey}a", ada);
            made = await SetAsync(host, ada, "a", """{"value": "successor", "if_version": 0}""");
            await Task.WhenAll(writing);
            Assert.Equal("successor", (await host.SendAsync(HttpMethod.Get, $"{ByKey}a", ada)).As(WireJson.Lenient.MemoryEntry).Value.GetString());
        }
    }

    private static readonly Comparer<string> ByBytes = Comparer<string>.Create((one, other) =>
        System.Text.Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(other)));

    private static string KeyOf(Server.Log.LogEntry entry) => System.Text.Json.JsonElement.Parse(entry.Json).GetProperty("key").GetString()!;

    private static async Task DueAsync(ConceptHost host)
    {
        foreach (var chore in host.Get<IEnumerable<IChore>>().OfType<DueEntities<MemoryEntry>>())
            await chore.RunAsync(Cancel);
    }

    private static async Task<MemoryEntry> SetAsync(ConceptHost host, string token, string key, string json)
    {
        var answer = await host.SendAsync(HttpMethod.Put, ByKey + key, token, json);
        Assert.True(answer.Status is HttpStatusCode.Created or HttpStatusCode.OK, answer.Text);
        return answer.As(WireJson.Lenient.MemoryEntry);
    }

    private static async Task<IReadOnlyList<string>> KeysAsync(ConceptHost host, string token, string prefix, int limit = 500)
    {
        var keys = new List<string>();
        for (string? after = ""; after is not null;)
        {
            var more = after.Length == 0 ? "" : $"&after={Uri.EscapeDataString(after)}";
            var page = (await host.SendAsync(HttpMethod.Get, $"{Api}?prefix={Uri.EscapeDataString(prefix)}&limit={limit}{more}", token)).As(WireJson.Lenient.PageMemoryEntry);
            keys.AddRange(page.Items.Select(entry => entry.Key));
            after = page.Next;
        }

        return keys;
    }

    /// <summary>A store whose list of what is due is as old as a row.</summary>
    private sealed class OldList(IEntityStore store, EntityRow row) : IEntityStore
    {
        public ValueTask<IReadOnlyList<EntityRow>> DueAsync(int kind, DateTimeOffset by, EntityRow? after, int max, CancellationToken cancellationToken) => new([row]);

        public ValueTask<EntityRow?> FindAsync(int project, int kind, string name, CancellationToken cancellationToken) => store.FindAsync(project, kind, name, cancellationToken);

        public ValueTask<EntityRow?> FindAsync(int project, int kind, Guid id, CancellationToken cancellationToken) => store.FindAsync(project, kind, id, cancellationToken);

        public ValueTask<IReadOnlyList<EntityRow>> ListAsync(EntityQuery query, CancellationToken cancellationToken) => store.ListAsync(query, cancellationToken);

        public ValueTask<IReadOnlyList<EntityRow>> FindWithAsync(int project, int kind, Guid id, int otherKind, string prefix, CancellationToken cancellationToken) =>
            store.FindWithAsync(project, kind, id, otherKind, prefix, cancellationToken);

        public ValueTask RemoveMarkAsync(int project, int kind, long made, string mark, CancellationToken cancellationToken) =>
            store.RemoveMarkAsync(project, kind, made, mark, cancellationToken);

        public ValueTask<IReadOnlyList<LevelRow>> LevelAsync(EntityLevel level, CancellationToken cancellationToken) => store.LevelAsync(level, cancellationToken);

        public ValueTask<int> CountAsync(int project, int kind, string mark, int most, CancellationToken cancellationToken) =>
            store.CountAsync(project, kind, mark, most, cancellationToken);

        public ValueTask<IReadOnlyList<Server.Log.LogEntry>> HistoryAsync(int project, long made, string type, long below, int max, CancellationToken cancellationToken) =>
            store.HistoryAsync(project, made, type, below, max, cancellationToken);

        public ValueTask<TransitionOutcome> ApplyAsync(Transition transition, CancellationToken cancellationToken) => store.ApplyAsync(transition, cancellationToken);
    }
}

public sealed class SqliteMemoryPromisesTests() : MemoryPromisesTests(new OnSqlite());

public sealed class PostgresMemoryPromisesTests(PostgresDatabases databases) : MemoryPromisesTests(new OnPostgres(databases))
{
    [Fact]
    public async Task An_expiry_is_told_once_though_two_nodes_look_at_the_same_time()
    {
        const int keys = 30;
        await using var nodes = await Nodes.TwoNodes.StartAsync(databases);
        var ada = await nodes.One.RegisterAsync("ada");
        for (var i = 0; i < keys; i++)
            await nodes.One.SendAsync(HttpMethod.Put, $"/api/v1/memory/key/k{i}", ada, """{"value": 1, "ttl_seconds": 30}""");
        foreach (var host in nodes.Both)
            host.Clock.Advance(TimeSpan.FromSeconds(31));

        await Task.WhenAll(nodes.Both.Select(host => Task.Run(async () =>
        {
            foreach (var chore in host.Get<IEnumerable<IChore>>().OfType<DueEntities<MemoryEntry>>())
                await chore.RunAsync(TestContext.Current.CancellationToken);
        })));

        Assert.Equal(keys, (await nodes.One.LogAsync()).Count(entry => entry.Type == "memory_expired"));
    }
}
