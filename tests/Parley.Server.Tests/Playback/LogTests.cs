using System.Globalization;
using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Playback;

/// <summary>The log as it was: each item as it was then, and only for those who may read it.</summary>
public abstract class LogTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1";

    [Fact]
    public async Task Each_item_is_as_it_was_then_and_not_as_it_is_now()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var operators = await host.TokenAsync(TokenKind.Operator);
        _ = await host.RegisterAsync("bob");
        var task = (await PostAsync(host, operators, "/tasks", """{"title": "Build it"}""")).GetProperty("task_id").GetString();
        await PostAsync(host, operators, $"/tasks/{task}/assign", """{"agent_id": "bob"}""");
        await PostAsync(host, operators, $"/tasks/{task}/complete", """{"result": {"pull_request": 17}}""");

        var log = await ReadAsync(host, operators, "kinds=tasks");

        Assert.Equal(["task_created pending", "task_assigned assigned", "task_completed completed"], log.Select(entry => $"{entry.EventType} {entry.Item.GetProperty("status")}"));
        Assert.All(log, entry => Assert.Equal((ChangeOp.Put, "tasks"), (entry.Op, entry.Kind)));
        Assert.Equal(log.Select(entry => entry.Seq), log.Select(entry => entry.Item.GetProperty("version").GetInt64()));
    }

    [Fact]
    public async Task Pages_of_any_size_have_the_whole_log_once_and_in_order()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (observer, ada) = (await host.TokenAsync(TokenKind.Observer), await host.RegisterAsync("ada"));
        _ = await host.RegisterAsync("bob");
        for (var i = 0; i < 20; i++)
            await PostAsync(host, ada, "/messages", $$"""{"to": "bob", "content": "{{i}}"}""");
        var stored = (await host.LogAsync()).Select(entry => entry.Seq).ToArray();

        var small = await ReadAsync(host, observer, "limit=3");
        var whole = await PageAsync(host, observer, "limit=500");
        var part = await ReadAsync(host, observer, $"limit=2&after={stored[4]}&until={stored[9]}");

        Assert.Equal(stored, small.Select(entry => entry.Seq));
        Assert.Equal(stored, whole.Items.Select(entry => entry.Seq));
        Assert.Equal(stored[5..10], part.Select(entry => entry.Seq));
        Assert.Equal((host.Default.Log.Place(stored[^1]).ToString(), 1L, (string?)null), (whole.Place, whole.FirstSeq, whole.Next));
        Assert.Empty((await PageAsync(host, observer, $"after={whole.Place}")).Items);
    }

    [Fact]
    public async Task An_agent_reads_what_it_may_read_and_people_read_everything()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, observer) = (await host.TokenAsync(TokenKind.Admin), await host.TokenAsync(TokenKind.Observer));
        var (ada, bob, cyd) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"), await host.RegisterAsync("cyd"));
        await PostAsync(host, ada, "/messages", """{"to": "bob", "content": "secret"}""");
        await PostAsync(host, ada, "/messages", """{"to": "*", "content": "news"}""");
        await PostAsync(host, ada, "/messages", """{"to": "cyd", "content": "later", "deliver_at": "2100-01-01T00:00:00Z"}""");
        await PostAsync(host, ada, "/memory/key/plan", """{"value": 1, "access_control": {"read": ["bob"]}}""", HttpMethod.Put);
        await PostAsync(host, admin, "/agents/cyd/pause", "{}");

        Assert.Equal(["later", "news", "secret"], await SaidAsync(ada));
        Assert.Equal(["news", "secret"], await SaidAsync(bob));
        Assert.Equal(["news"], await SaidAsync(cyd));
        Assert.Equal(["later", "news", "secret"], await SaidAsync(observer));
        Assert.Equal((1, 0, 1), (await CountAsync(bob, "memory"), await CountAsync(cyd, "memory"), await CountAsync(observer, "memory")));
        Assert.Equal((0, true), (await CountAsync(bob, "audit"), await CountAsync(observer, "audit") > 0));
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Get, $"{Api}/log", await host.TokenAsync(TokenKind.Join))).Status);

        async Task<IEnumerable<string>> SaidAsync(string token) =>
            (await ReadAsync(host, token, "kinds=messages")).Select(entry => entry.Item.GetProperty("content").GetString()!).Order(StringComparer.Ordinal);

        async Task<int> CountAsync(string token, string kind) => (await ReadAsync(host, token, $"kinds={kind}")).Count;
    }

    [Fact]
    public async Task A_deleted_message_is_a_tombstone_and_a_removed_item_is_marked()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (observer, ada) = (await host.TokenAsync(TokenKind.Observer), await host.RegisterAsync("ada"));
        _ = await host.RegisterAsync("bob");
        var message = (await PostAsync(host, ada, "/messages", """{"to": "bob", "content": "secret"}""")).GetProperty("message_id").GetString();
        await host.SendAsync(HttpMethod.Delete, $"{Api}/messages/{message}", ada);
        await PostAsync(host, ada, "/memory/key/k", """{"value": "v"}""", HttpMethod.Put);
        await host.SendAsync(HttpMethod.Delete, $"{Api}/memory/key/k", ada);

        var log = await ReadAsync(host, observer, "kinds=messages,memory");

        Assert.Equal(["messages put", "messages delete", "memory put", "memory delete"], log.Select(entry => $"{entry.Kind} {(entry.Op == ChangeOp.Put ? "put" : "delete")}"));
        Assert.DoesNotContain("secret", string.Join('\n', log.Select(entry => entry.Item.GetRawText())), StringComparison.Ordinal);
        Assert.Equal("v", log[3].Item.GetProperty("value").GetString());
    }

    [Fact]
    public async Task A_thread_an_execution_and_agents_narrow_it_to_what_belongs_to_them()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var operators = await host.TokenAsync(TokenKind.Operator);
        var (ada, bob, cyd) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"), await host.RegisterAsync("cyd"));
        var workflow = await PostAsync(host, operators, "/workflows", """{"title": "Ship", "steps": [{"step": "build", "agent": "bob", "action": "Build it."}]}""");
        string? id = workflow.GetProperty("workflow_id").GetString(), execution = null;
        await Polling.UntilAsync(
            () => "the step to be handed out",
            async () => (await ReadAsync(host, operators, "kinds=workflow_steps")).Any(entry => entry.Item.GetProperty("status").GetString() == "assigned"));
        execution = (await ReadAsync(host, operators, "kinds=workflows")).Select(entry => entry.Item.GetProperty("execution_id").GetString()).Last(one => one is not null);
        await PostAsync(host, bob, "/messages", $$"""{"to": "ada", "content": "in it", "execution_id": "{{execution}}"}""");
        await PostAsync(host, bob, "/questions", $$"""{"content": "Which one?", "execution_id": "{{execution}}"}""");
        await PostAsync(host, ada, "/messages", """{"to": "cyd", "content": "elsewhere"}""");
        var other = (await PostAsync(host, operators, "/tasks", """{"title": "Another"}""")).GetProperty("task_id").GetString();

        var run = await ReadAsync(host, operators, $"execution={execution}");
        var board = await ReadAsync(host, operators, $"execution={execution}&kinds=workflow_steps,questions");
        var said = await ReadAsync(host, operators, $"execution={execution}&kinds=messages");
        var thread = await ReadAsync(host, operators, $"thread={id}");
        var task = await ReadAsync(host, operators, $"thread={other}");
        var cyds = await ReadAsync(host, operators, "agents=cyd");

        Assert.Superset(new HashSet<string> { "executions", "messages", "questions", "workflow_steps", "workflows" }, run.Select(entry => entry.Kind).ToHashSet());
        Assert.DoesNotContain(run, entry => entry.Item.GetRawText().Contains("elsewhere", StringComparison.Ordinal) || entry.Kind is "tasks" or "agents");
        Assert.Equal(run.Select(entry => entry.Seq), run.Select(entry => entry.Seq).Order().Distinct());
        Assert.Equal(run.Where(entry => entry.Kind is "workflow_steps" or "questions").Select(entry => entry.Seq), board.Select(entry => entry.Seq));
        Assert.Equal(run.Where(entry => entry.Kind == "messages").Select(entry => entry.Seq), said.Select(entry => entry.Seq));
        Assert.Superset(new HashSet<string> { "messages", "workflow_steps", "workflows" }, thread.Select(entry => entry.Kind).ToHashSet());
        Assert.Equal(["tasks"], task.Select(entry => entry.Kind));
        Assert.Equal(["agents", "messages"], cyds.Select(entry => entry.Kind).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"{Api}/log?thread={id}", cyd)).Status);
    }

    /// <summary>What nobody finds must cost no more than what everybody finds.</summary>
    [Fact]
    public async Task A_filter_that_matches_nothing_reads_a_limited_part_of_the_log_at_a_time()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var observer = await host.TokenAsync(TokenKind.Observer);
        var appender = host.Get<ILogAppender>();
        for (var i = 0; i < 12; i++)
        {
            await appender.AppendAsync(
                host.Default.Number,
                [.. Enumerable.Range(0, 1_000).Select(_ => new NewEntry(EntryKind.Event, Audience.Project, 0, "tick", (_, _) => "{}"u8.ToArray()))],
                TestContext.Current.CancellationToken);
        }

        var first = await PageAsync(host, observer, "kinds=audit");
        var second = await PageAsync(host, observer, $"kinds=audit&after={first.Next}");

        Assert.Empty(first.Items);
        Assert.InRange(LogSeq(first.Next!), 9_000, 11_000);
        Assert.Equal(((string?)null, host.Default.Log.Head), (second.Next, LogSeq(second.Place)));
    }

    [Fact]
    public async Task A_place_is_found_by_its_time()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (observer, ada) = (await host.TokenAsync(TokenKind.Observer), await host.RegisterAsync("ada"));
        _ = await host.RegisterAsync("bob");
        for (var i = 0; i < 10; i++)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(10));
            await PostAsync(host, ada, "/messages", $$"""{"to": "bob", "content": "{{i}}"}""");
        }

        var log = await ReadAsync(host, observer, "");
        foreach (var entry in log)
        {
            Assert.Equal(log.Last(one => one.At <= entry.At).Seq, await SeqAtAsync(entry.At));
            Assert.Equal(log.LastOrDefault(one => one.At < entry.At)?.Seq ?? 0, await SeqAtAsync(entry.At.AddMilliseconds(-1)));
        }

        Assert.Equal((0, log[^1].Seq), (await SeqAtAsync(DateTimeOffset.UnixEpoch), await SeqAtAsync(log[^1].At.AddYears(1))));
        Assert.Equal(HttpStatusCode.BadRequest, (await host.SendAsync(HttpMethod.Get, $"{Api}/log/place", observer)).Status);

        async Task<long> SeqAtAsync(DateTimeOffset time) => (await host.SendAsync(
            HttpMethod.Get, $"{Api}/log/place?time={time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}", observer)).As(WireJson.Lenient.LogPlace).Seq;
    }

    [Theory]
    [InlineData("kinds=color", "kinds")]
    [InlineData("after=yesterday", "after")]
    [InlineData("until=1-", "until")]
    [InlineData("after=1-5", "after")]
    [InlineData("thread=x", "thread")]
    [InlineData("execution=x", "execution")]
    [InlineData("limit=501", "limit")]
    [InlineData("since=2026-01-01T00:00:00Z", "since")]
    public async Task What_cannot_be_read_is_refused_by_name(string query, string field)
    {
        await using var host = await ConceptHost.StartAsync(storage);

        var answer = await host.SendAsync(HttpMethod.Get, $"{Api}/log?{query}", await host.TokenAsync(TokenKind.Observer));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains($"\"{field}\"", answer.Text, StringComparison.Ordinal);
    }

    internal static async Task<JsonElement> PostAsync(ConceptHost host, string token, string path, string json, HttpMethod? method = null)
    {
        var answer = await host.SendAsync(method ?? HttpMethod.Post, Api + path, token, json);
        Assert.True((int)answer.Status < 300, $"{path}: {answer.Text}");
        return answer.Text.Length == 0 ? default : JsonElement.Parse(answer.Text);
    }

    internal static async Task<LogPage> PageAsync(ConceptHost host, string token, string query)
    {
        var answer = await host.SendAsync(HttpMethod.Get, $"{Api}/log?{query}", token);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.As(WireJson.Lenient.LogPage);
    }

    /// <summary>All pages.</summary>
    internal static async Task<IReadOnlyList<LogRecord>> ReadAsync(ConceptHost host, string token, string query)
    {
        var all = new List<LogRecord>();
        string? next = null;
        do
        {
            // The first page may have a place of its own.
            var rest = next is null ? query : string.Join('&', query.Split('&').Where(part => !part.StartsWith("after=", StringComparison.Ordinal)).Append($"after={next}"));
            var page = await PageAsync(host, token, rest.Trim('&'));
            all.AddRange(page.Items);
            next = page.Next;
        }
        while (next is not null);
        return all;
    }

    private static long LogSeq(string place) => long.Parse(place.Split('-')[1], CultureInfo.InvariantCulture);
}

public sealed class SqliteLogTests() : LogTests(new OnSqlite());

public sealed class PostgresLogTests(PostgresDatabases databases) : LogTests(new OnPostgres(databases));
