using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Xunit;

namespace Parley.Server.Tests.Entities;

/// <summary>What feeds tell of rights that come and go, of agents, and of what a client cannot mean.</summary>
public abstract class LiveStateEdgeTests(StorageUnderTest storage)
{
    private const string ByKey = "/api/v1/memory/key/";

    private static readonly string?[] Readers = [null, "[\"pm\"]", "[\"eve\"]", "[\"role:qa\"]", "[]", "[\"*\"]"];

    private static bool MayRead(string? readers) => readers is null || readers.Contains("eve", StringComparison.Ordinal) || readers.Contains("qa", StringComparison.Ordinal) || readers.Contains('*', StringComparison.Ordinal);

    /// <summary>With a state first, the server knows what its reader has; without one, behind a place, it must find that out.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reader_that_loses_access_gets_a_delete_and_one_that_never_had_it_gets_nothing(bool hasState)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, eve) = (await host.RegisterAsync("pm"), await host.RegisterAsync("eve"));
        await host.SendAsync(HttpMethod.Put, "/api/v1/agents/eve", eve, """{"role": "qa"}""");
        var admin = await host.TokenAsync(TokenKind.Admin);
        var may = new Dictionary<string, bool>();
        for (var key = 0; key < 12; key++)
            may[$"k{key}"] = await SetAsync(host, pm, $"k{key}", Readers[key % Readers.Length]);
        using var reader = new LiveReader("memory", """{"prefix": "k"}""", "memory_id", "eve", eve);
        await reader.ConnectAsync(host);
        await reader.WholeAsync();
        Assert.Equal(may.Count(key => key.Value), reader.Held.Count);
        if (!hasState)
            await reader.ConnectAsync(host, reader.Place);

        var (random, expected) = (new Random(11), new List<string>());
        for (var round = 0; round < 80; round++)
        {
            var key = $"k{random.Next(16)}";
            var (could, isThere) = (may.GetValueOrDefault(key), may.ContainsKey(key));
            if (isThere && random.Next(8) == 0)
            {
                Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, ByKey + key, admin)).Status);
                may.Remove(key);
                if (could)
                    expected.Add($"delete {key}");
                continue;
            }

            may[key] = await SetAsync(host, admin, key, Readers[random.Next(Readers.Length)]);
            if (may[key])
                expected.Add($"put {key}");
            else if (could)
                expected.Add($"lost {key}");
        }

        await SetAsync(host, admin, "k-end", null);
        expected.Add("put k-end");
        foreach (var change in expected)
        {
            var (op, item) = (await reader.NextAsync())!.Value;
            var key = item.GetProperty("key").GetString();
            if (change.StartsWith("lost", StringComparison.Ordinal))
            {
                Assert.Equal(change, $"{(op == "delete" ? "lost" : op)} {key}");
                Assert.Equal(["key", "memory_id"], item.EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal));
            }
            else
            {
                Assert.Equal(change, $"{op} {key}");
                Assert.True(item.TryGetProperty("value", out _));
            }
        }
    }

    [Fact]
    public async Task What_a_client_never_had_is_not_told_as_gone_though_it_might_read_it_by_then()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var eve = await host.RegisterAsync("eve");
        var admin = await host.TokenAsync(TokenKind.Admin);
        await SetAsync(host, admin, "hidden", "[\"role:qa\"]");
        using var reader = new LiveReader("memory", "{}", "memory_id", "eve", eve);
        await reader.ConnectAsync(host);
        Assert.Empty((await reader.WholeAsync()).Held);

        await host.SendAsync(HttpMethod.Put, "/api/v1/agents/eve", admin, """{"role": "qa"}""");
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"{ByKey}hidden", eve)).Status);
        await SetAsync(host, admin, "end", null);

        var (op, item) = (await reader.NextAsync())!.Value;
        Assert.Equal("put end", $"{op} {item.GetProperty("key").GetString()}");
    }

    [Fact]
    public async Task What_expired_while_no_server_ran_is_in_no_state_and_not_told_as_gone()
    {
        await using var data = await storage.NewAsync();
        var clock = new TestClock();
        string eve;
        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            eve = await host.RegisterAsync("eve");
            await host.SendAsync(HttpMethod.Put, $"{ByKey}old", eve, """{"value": 1, "ttl_seconds": 30}""");
        }

        clock.Advance(TimeSpan.FromSeconds(31));
        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            // Before anybody has looked at what is due.
            using var reader = new LiveReader("memory", "{}", "memory_id", "eve", eve);
            await reader.ConnectAsync(host);
            Assert.Empty((await reader.WholeAsync()).Held);
            await Polling.UntilAsync(() => "an entry that says that it expired", async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return (await host.LogAsync()).Any(entry => entry.Type == "memory_expired");
            });
            await SetAsync(host, eve, "end", null);

            var (op, item) = (await reader.NextAsync())!.Value;
            Assert.Equal("put end", $"{op} {item.GetProperty("key").GetString()}");
        }
    }

    [Fact]
    public async Task Who_goes_on_by_a_place_is_not_told_as_gone_what_never_matched()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, eve) = (await host.AgentAsync("pm"), await host.AgentAsync("eve"));
        var old = await host.CreateAsync(pm, """{"title": "old"}""");
        using var reader = new LiveReader("tasks", """{"status": "assigned"}""", "task_id", "eve", eve);
        await reader.ConnectAsync(host);
        await reader.WholeAsync();
        await reader.ConnectAsync(host, reader.Place);

        await host.CreateAsync(pm, """{"title": "new"}""");
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"{TaskSteps.Api}/{old.TaskId}", pm)).Status);
        var end = await host.CreateAsync(pm, """{"title": "end", "agent_id": "pm"}""");

        // Of its creation, when it did not match yet, nothing either.
        var (op, item) = (await reader.NextAsync())!.Value;
        Assert.Equal($"put {end.TaskId}", $"{op} {item.GetProperty("task_id").GetString()}");
    }

    [Fact]
    public async Task An_agent_that_no_longer_matches_is_sent_as_deleted()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var eve = await host.RegisterAsync("eve");
        var admin = await host.TokenAsync(TokenKind.Admin);
        foreach (var (id, role) in new[] { ("a", "qa"), ("b", "dev"), ("c", "qa") })
            Assert.Equal(HttpStatusCode.Created, (await host.SendAsync(HttpMethod.Post, "/api/v1/agents/register", admin, $$"""{"agent_id": "{{id}}", "role": "{{role}}"}""")).Status);
        using var socket = await TestSocket.ConnectAsync(host, "eve", eve);
        await socket.AskAsync("subscribe", """{"feeds": {"agents": {"role": "qa"}}, "snapshot": true}""");
        var state = (await socket.NextAsync(frame => frame.Event == "snapshot")).Data!.Value.GetProperty("items");

        await RoleAsync("b", "ops");
        await RoleAsync("a", "dev");
        await RoleAsync("a", "ops");
        await RoleAsync("b", "qa");
        await host.SendAsync(HttpMethod.Delete, "/api/v1/agents/a", admin);
        await host.SendAsync(HttpMethod.Delete, "/api/v1/agents/c", admin);

        Assert.Equal(["a", "c"], state.EnumerateArray().Select(agent => agent.GetProperty("agent_id").GetString()!).Order(StringComparer.Ordinal));
        foreach (var expected in new[] { "delete a", "put b", "delete c" })
        {
            var change = (await socket.NextAsync(frame => frame.Event == "change")).Data!.Value;
            Assert.Equal(expected, $"{change.GetProperty("op").GetString()} {change.GetProperty("item").GetProperty("agent_id").GetString()}");
        }

        async Task RoleAsync(string id, string role) =>
            Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Put, $"/api/v1/agents/{id}", admin, $$"""{"role": "{{role}}"}""")).Status);
    }

    [Theory]
    [InlineData("""{"tasks": {"status": "waiting"}}""", "feeds.tasks.status")]
    [InlineData("""{"tasks": {"limit": 5}}""", "feeds.tasks.limit")]
    [InlineData("""{"tasks": {"agnet": "be"}}""", "feeds.tasks.agnet")]
    [InlineData("""{"tasks": {"agent": {"id": "be"}}}""", "feeds.tasks.agent")]
    [InlineData("""{"tasks": {"agent": ["be", "fe"]}}""", "feeds.tasks.agent")]
    [InlineData("""{"tasks": "pending"}""", "feeds.tasks")]
    [InlineData("""{"memory": {"key": "a"}}""", "feeds.memory.key")]
    [InlineData("""{"agents": {"squad": "alpha"}}""", "feeds.agents.squad")]
    [InlineData("""{"squads": {"name": "alpha"}}""", "feeds.squads.name")]
    public async Task An_unknown_filter_is_refused_by_name(string feeds, string field)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        using var socket = await TestSocket.ConnectAsync(host, "eve", await host.RegisterAsync("eve"));

        var answer = await socket.AskAsync("subscribe", $$"""{"feeds": {{feeds}}, "snapshot": true}""");

        Assert.Equal("error", answer.Event);
        Assert.True(answer.Data!.Value.GetProperty("errors").TryGetProperty(field, out _), answer.Data.Value.GetRawText());
    }

    [Fact]
    public async Task Executions_are_filtered_by_status_and_squad()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var eve = await host.RegisterAsync("eve");
        Assert.Equal(HttpStatusCode.Created, (await host.SendAsync(HttpMethod.Post, "/api/v1/squads", admin, """{"squad_id": "alpha", "members": [{"agent_id": "eve"}]}""")).Status);
        using var socket = await TestSocket.ConnectAsync(host, "eve", eve);
        await socket.AskAsync("subscribe", """{"feeds": {"executions": {"status": "in_progress", "squad": "alpha"}}, "snapshot": true}""");
        await socket.NextAsync(frame => frame.Event == "snapshot");

        var other = await StartAsync("{}");
        var ours = await StartAsync("""{"squad_id": "alpha"}""");
        foreach (var id in new[] { other, ours })
        {
            await ChangeAsync(HttpMethod.Patch, id, """{"status": "in_progress"}""");
            await ChangeAsync(HttpMethod.Post, $"{id}/complete", "{}");
        }

        foreach (var expected in new[] { $"put {ours}", $"delete {ours}" })
        {
            var change = (await socket.NextAsync(frame => frame.Event == "change")).Data!.Value;
            Assert.Equal(expected, $"{change.GetProperty("op").GetString()} {change.GetProperty("item").GetProperty("execution_id").GetString()}");
        }

        async Task<string> StartAsync(string json)
        {
            var answer = await host.SendAsync(HttpMethod.Post, "/api/v1/executions", admin, json);
            Assert.True(answer.Status == HttpStatusCode.Created, answer.Text);
            return answer.As(WireJson.Lenient.Execution).ExecutionId;
        }

        async Task ChangeAsync(HttpMethod method, string path, string json)
        {
            var answer = await host.SendAsync(method, $"/api/v1/executions/{path}", admin, json);
            Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        }
    }

    private static async Task<bool> SetAsync(ConceptHost host, string token, string key, string? readers)
    {
        // Without a word on its readers an entry keeps those it has.
        var answer = await host.SendAsync(HttpMethod.Put, ByKey + key, token, $$$"""{"value": 1, "access_control": {"read": {{{readers ?? "[\"*\"]"}}}}}""");
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created, answer.Text);
        return MayRead(readers);
    }
}

public sealed class SqliteLiveStateEdgeTests() : LiveStateEdgeTests(new OnSqlite());

public sealed class PostgresLiveStateEdgeTests(PostgresDatabases databases) : LiveStateEdgeTests(new OnPostgres(databases));

/// <summary>What is known of a client, by itself.</summary>
public sealed class HoldingsTests
{
    [Fact]
    public void The_server_never_believes_a_client_to_have_less_than_it_has()
    {
        const int most = 20, things = 60;
        for (var seed = 0; seed < 50; seed++)
        {
            var (random, holdings, has) = (new Random(seed), new Holdings<int>(most), new HashSet<int>());
            if (seed % 2 == 0)
                holdings.Clear();
            else
                has.UnionWith(Enumerable.Range(0, things).Where(_ => random.Next(2) == 0));
            for (var step = 0; step < 500; step++)
            {
                var (thing, takes) = (random.Next(things), random.Next(3) > 0);
                _ = takes ? has.Add(thing) : has.Remove(thing);
                holdings.Set(thing, takes);
                Assert.All(Enumerable.Range(0, things), one => Assert.True(holdings.MayHave(one) || !has.Contains(one)));
                if (holdings.IsSure)
                    Assert.All(Enumerable.Range(0, things), one => Assert.Equal(has.Contains(one), holdings.MayHave(one)));
            }
        }
    }
}
