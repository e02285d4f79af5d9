using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Parley.Server.Tests.Tasks;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Entities;

/// <summary>What is, and then each change: under writers that do not wait, for readers that come and go.</summary>
public abstract class LiveStateTests
{
    private const int Writers = 3, Rounds = 60, Readers = 2;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The first is written to.</summary>
    private protected abstract Task<Servers> StartAsync();

    /// <param name="end">Makes a task by which the filter's reader knows that nothing comes any more.</param>
    [Theory]
    [InlineData("{}", "", """{"title": "end"}""")]
    [InlineData("""{"status": "pending"}""", "status=pending", """{"title": "end"}""")]
    [InlineData("""{"agent": "be"}""", "agent=be", """{"title": "end", "agent_id": "be"}""")]
    [InlineData("""{"creator": "pm", "status": "assigned"}""", "creator=pm&status=assigned", """{"title": "end", "agent_id": "be"}""")]
    public async Task Readers_that_lose_connections_end_up_with_what_a_list_returns(string filter, string query, string end)
    {
        await using var servers = await StartAsync();
        var first = servers.Hosts[0];
        var admin = await first.TokenAsync(TokenKind.Admin);
        var (pm, eve) = (await first.AgentAsync("pm"), await first.AgentAsync("eve"));
        await first.AgentAsync("be");
        await first.AgentAsync("fe");

        var readers = Enumerable.Range(0, Readers).Select(number => ReadAsync(servers.Hosts, filter, eve, new Random(number))).ToArray();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(number => WriteAsync(first, number == 0 ? admin : pm, admin, new Random(100 + number))));
        await first.CreateAsync(pm, end);

        foreach (var reader in readers)
        {
            var held = await reader;
            foreach (var host in servers.Hosts)
                AssertSame(await ListAsync(host, admin, query), held);
        }

        using var fresh = new LiveReader("tasks", filter, "task_id", "eve", eve);
        await fresh.ConnectAsync(servers.Hosts[^1]);
        AssertSame(await ListAsync(first, admin, query), (await fresh.WholeAsync()).Held);
    }

    /// <summary>One reader each for many filters; the lists say what each is to hear of every single change.</summary>
    [Fact]
    public async Task Only_tasks_that_start_or_stop_matching_a_filter_are_sent()
    {
        string[] queries = ["", "status=pending", "status=in_progress", "agent=be", "agent=fe&status=assigned", "creator=pm", "creator=eve", "overdue=true", "creator=pm&agent=be"];
        await using var servers = await StartAsync();
        var host = servers.Hosts[0];
        var admin = await host.TokenAsync(TokenKind.Admin);
        var (pm, eve) = (await host.AgentAsync("pm"), await host.AgentAsync("eve"));
        await host.AgentAsync("be");
        await host.AgentAsync("fe");
        var old = await host.CreateAsync(pm, """{"title": "Old"}""");
        var readers = new List<LiveReader>();
        foreach (var query in queries)
        {
            readers.Add(new LiveReader("tasks", FilterOf(query), "task_id", "eve", eve));
            await readers[^1].ConnectAsync(servers.Hosts[^1]);
            await readers[^1].WholeAsync();
        }

        var expected = queries.Select(_ => new List<string>()).ToArray();
        var matched = new Dictionary<(int Query, string Task), bool>();
        for (var query = 0; query < queries.Length; query++)
            matched[(query, old.TaskId)] = readers[query].Held.ContainsKey(old.TaskId);
        var work = new Worker(host, admin, new Random(7)) { Tasks = { old } };
        for (var round = 0; round < Rounds; round++)
        {
            var changed = await work.StepAsync(round % 2 == 0 ? pm : eve);
            if (changed is not { } change)
                continue;
            for (var query = 0; query < queries.Length; query++)
            {
                var (did, does) = (matched.GetValueOrDefault((query, change.Task.TaskId)), !change.IsGone && Matches(queries[query], change.Task));
                matched[(query, change.Task.TaskId)] = does;
                if (did || does)
                    expected[query].Add($"{(does ? "put" : "delete")} {change.Task.TaskId}");
            }
        }

        var last = await host.CreateAsync(pm, """{"title": "end", "agent_id": "be"}""");
        await host.MoveAsync(admin, last.TaskId, "start", """{"fence": 1}""");
        for (var query = 0; query < queries.Length; query++)
        {
            foreach (var change in expected[query])
                Assert.Equal($"{queries[query]}: {change}", $"{queries[query]}: {await NextAsync(readers[query])}");
            AssertSame(await ListAsync(host, admin, queries[query], last.TaskId), readers[query].Held);
            readers[query].Dispose();
        }
    }

    /// <summary>What a reader does over and over until it has the end: takes a few frames, or the state in parts, and drops its connection.</summary>
    private static async Task<Dictionary<string, string>> ReadAsync(IReadOnlyList<ConceptHost> hosts, string filter, string token, Random random)
    {
        using var reader = new LiveReader("tasks", filter, "task_id", "eve", token);
        while (true)
        {
            await reader.ConnectAsync(hosts[random.Next(hosts.Count)]);
            for (var left = random.Next(1, 25); left > 0; left--)
            {
                var change = await reader.NextAsync();
                if (reader.IsWhole && (change is null ? reader.Held.Values.Any(IsEnd) : change.Value.Op == "put" && IsEnd(change.Value.Item.GetRawText())))
                    return reader.Held;
            }

            reader.Drop();
        }
    }

    private static bool IsEnd(string task) => task.Contains("\"title\":\"end\"", StringComparison.Ordinal);

    private static async Task WriteAsync(ConceptHost host, string token, string admin, Random random)
    {
        var worker = new Worker(host, admin, random);
        for (var round = 0; round < Rounds; round++)
            await worker.StepAsync(token);
    }

    private static async Task<string> NextAsync(LiveReader reader)
    {
        var (op, item) = (await reader.NextAsync())!.Value;
        return $"{op} {item.GetProperty("task_id").GetString()}";
    }

    private static string FilterOf(string query) => query.Length == 0 ? "{}"
        : $"{{{string.Join(", ", query.Split('&').Select(part => part.Split('=')).Select(part => $"\"{part[0]}\": {(part[1] == "true" ? "true" : $"\"{part[1]}\"")}"))}}}";

    private static bool Matches(string query, AgentTask task) => query.Length == 0 || query.Split('&').Select(part => part.Split('=')).All(part => part[0] switch
    {
        "status" => WireType.WordOf(task.Status) == part[1],
        "agent" => task.AgentId == part[1],
        "creator" => task.CreatorId == part[1],
        _ => task.Overdue,
    });

    private static void AssertSame(Dictionary<string, string> expected, Dictionary<string, string> held)
    {
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), held.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, task => Assert.Equal(task.Value, held[task.Key]));
    }

    private static async Task<Dictionary<string, string>> ListAsync(ConceptHost host, string token, string query, string? without = null)
    {
        var found = new Dictionary<string, string>();
        for (var after = ""; ;)
        {
            var answer = await host.SendAsync(HttpMethod.Get, $"{TaskSteps.Api}?limit=500&{query}{after}", token);
            Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
            using var page = JsonDocument.Parse(answer.Text);
            foreach (var item in page.RootElement.GetProperty("items").EnumerateArray())
                found[item.GetProperty("task_id").GetString()!] = item.GetRawText();
            if (!page.RootElement.TryGetProperty("next", out var next) || next.ValueKind == JsonValueKind.Null)
                break;
            after = $"&after={next.GetString()}";
        }

        found.Remove(without ?? "");
        return found;
    }

    /// <summary>Does something legal to tasks of its own.</summary>
    private sealed class Worker(ConceptHost host, string admin, Random random)
    {
        internal List<AgentTask> Tasks { get; } = [];

        /// <returns>The task as it is, or was; null where nothing changed.</returns>
        internal async Task<(AgentTask Task, bool IsGone)?> StepAsync(string creator)
        {
            if (Tasks.Count == 0 || random.Next(4) == 0)
            {
                Tasks.Add(await host.CreateAsync(creator, """{"title": "Some work"}"""));
                return (Tasks[^1], false);
            }

            var at = random.Next(Tasks.Count);
            var task = Tasks[at];
            var agent = random.Next(2) == 0 ? "be" : "fe";
            var (verb, body) = (task.Status, random.Next(6)) switch
            {
                (AgentTaskStatus.Pending, < 4) => ("assign", $$"""{"agent_id": "{{agent}}"}"""),
                (AgentTaskStatus.Assigned, 0) => ("reject", $$"""{"fence": {{task.Fence}}}"""),
                (AgentTaskStatus.Assigned, 1) => ("assign", $$"""{"agent_id": "{{agent}}"}"""),
                (AgentTaskStatus.Assigned, < 5) => ("start", $$"""{"fence": {{task.Fence}}}"""),
                (AgentTaskStatus.InProgress, 0) => ("unassign", "{}"),
                (AgentTaskStatus.InProgress, < 3) => ("complete", $$"""{"fence": {{task.Fence}}}"""),
                (AgentTaskStatus.InProgress, 3) => ("fail", $$"""{"fence": {{task.Fence}}}"""),
                _ => ("", ""),
            };
            if (verb.Length > 0)
                return (Tasks[at] = (await host.MoveAsync(admin, task.TaskId, verb, body)).Task(), false);
            if (task.CompletedAt is null && random.Next(2) == 0)
                return (Tasks[at] = (await host.SendAsync(HttpMethod.Put, $"{TaskSteps.Api}/{task.TaskId}", admin, """{"title": "Other work"}""")).Task(), false);
            Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"{TaskSteps.Api}/{task.TaskId}", admin)).Status);
            Tasks.RemoveAt(at);
            return (task, true);
        }
    }

    /// <summary>One server, or several on one database.</summary>
    private protected sealed class Servers(IReadOnlyList<ConceptHost> hosts, IAsyncDisposable all) : IAsyncDisposable
    {
        internal IReadOnlyList<ConceptHost> Hosts => hosts;

        public ValueTask DisposeAsync() => all.DisposeAsync();

        internal static async Task<Servers> OneAsync(StorageUnderTest storage)
        {
            var host = await ConceptHost.StartAsync(storage);
            return new Servers([host], host);
        }
    }
}

public sealed class SqliteLiveStateTests : LiveStateTests
{
    private protected override Task<Servers> StartAsync() => Servers.OneAsync(new OnSqlite());
}

public sealed class PostgresLiveStateTests(PostgresDatabases databases) : LiveStateTests
{
    private protected override Task<Servers> StartAsync() => Servers.OneAsync(new OnPostgres(databases));
}

/// <summary>Written to at one node, and read at both.</summary>
public sealed class TwoNodesLiveStateTests(PostgresDatabases databases) : LiveStateTests
{
    private protected override async Task<Servers> StartAsync()
    {
        var nodes = await TwoNodes.StartAsync(databases);
        return new Servers(nodes.Both, nodes);
    }
}
