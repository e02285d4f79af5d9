using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Security;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Messages;

/// <summary>What retention has taken is gone at once, wherever one asks for it.</summary>
public abstract class RetentionTests(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pruned_messages_are_gone_by_id_trace_thread_and_task_and_from_every_feed()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob, admin) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"), await host.TokenAsync(TokenKind.Admin));
        var id = await SendAsync(host, ada, """{"to": "bob", "content": "an old word", "task_id": "t-1"}""");
        await host.SendAsync(HttpMethod.Put, $"/api/v1/messages/{id}/reactions/ok", bob);
        // What expires is told to its sender, in its thread, which would then go on.
        Assert.Equal(204, (int)(await host.SendAsync(HttpMethod.Post, $"/api/v1/messages/{id}/ack", bob)).Status);
        // Read before, so that whatever remembers anything does.
        foreach (var token in new[] { ada, bob, admin })
            Assert.Equal(200, (int)(await host.SendAsync(HttpMethod.Get, $"/api/v1/threads/{id}", token)).Status);

        await KeepADayAsync(host, admin);
        host.Clock.Advance(TimeSpan.FromDays(1.1));
        await SendAsync(host, ada, """{"to": "bob", "content": "a new word"}""");
        await PruneAsync(host);

        foreach (var token in new[] { ada, bob, admin })
        {
            foreach (var path in new[]
                { $"messages/{id}", $"messages/{id}/trace", $"threads/{id}", $"threads/{id}/current", $"sse/thread/{id}", $"messages?thread={id}" })
            {
                Assert.Equal((path, 404), (path, (int)(await host.SendAsync(HttpMethod.Get, $"/api/v1/{path}", token)).Status));
            }

            foreach (var path in new[] { "messages", "messages/task/t-1", "threads", "messages?q=word" })
                Assert.DoesNotContain("old word", (await host.SendAsync(HttpMethod.Get, $"/api/v1/{path}", token)).Text, StringComparison.Ordinal);
        }

        foreach (var method in new[] { HttpMethod.Put, HttpMethod.Delete })
            Assert.Equal(404, (int)(await host.SendAsync(method, $"/api/v1/messages/{id}/reactions/ok", bob)).Status);
        Assert.Equal(404, (int)(await host.SendAsync(HttpMethod.Delete, $"/api/v1/messages/{id}", ada)).Status);
        foreach (var field in new[] { "reply_to", "conversation_thread_id", "supersedes" })
        {
            var sent = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", ada, $$"""{"to": "bob", "content": "x", "{{field}}": "{{id}}"}""");
            Assert.Equal((field, 404), (field, (int)sent.Status));
        }

        var reader = new FeedReader(
            host.Default.Log, host.Get<ILogStore>(), host.Get<IThreadAccess>(), null, FeedSelections.Messages(StreamFilter.None));
        await reader.StartAsync(host.Default.Log.Place(0), Cancel);
        var left = (await reader.ReadAsync(Cancel)).Entries.Select(entry => MessageJsonReader.Content(entry.Json)).ToList();
        Assert.Contains("a new word", left);
        Assert.DoesNotContain("an old word", left);
    }

    [Fact]
    public async Task A_thread_that_has_lost_its_beginning_keeps_its_id()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob, admin) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"), await host.TokenAsync(TokenKind.Admin));
        var thread = await SendAsync(host, ada, """{"to": "bob", "content": "an old word"}""");
        Assert.Equal(204, (int)(await host.SendAsync(HttpMethod.Post, $"/api/v1/messages/{thread}/ack", bob)).Status);
        await KeepADayAsync(host, admin);
        host.Clock.Advance(TimeSpan.FromDays(0.6));
        await SendAsync(host, ada, $$"""{"to": "bob", "content": "a new word", "conversation_thread_id": "{{thread}}"}""");
        host.Clock.Advance(TimeSpan.FromDays(0.5));
        await PruneAsync(host);

        await SendAsync(host, ada, $$"""{"to": "bob", "content": "the newest word", "conversation_thread_id": "{{thread}}"}""");

        foreach (var path in new[] { $"threads/{thread}", $"messages?thread={thread}", $"threads/{thread}/current" })
        {
            var answer = await host.SendAsync(HttpMethod.Get, $"/api/v1/{path}", ada);
            Assert.Equal((path, 200), (path, (int)answer.Status));
            Assert.Contains("a new word", answer.Text, StringComparison.Ordinal);
            Assert.Contains("the newest word", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("an old word", answer.Text, StringComparison.Ordinal);
        }

        // The same place, and another's random bits: that is nobody's id.
        var forged = $"{thread[..^4]}{(thread.EndsWith("0000", StringComparison.Ordinal) ? "ffff" : "0000")}";
        foreach (var path in new[] { $"threads/{forged}", $"threads/{forged}/current", $"messages?thread={forged}" })
            Assert.Equal((path, 404), (path, (int)(await host.SendAsync(HttpMethod.Get, $"/api/v1/{path}", admin)).Status));
    }

    private static async Task<string> SendAsync(ConceptHost host, string token, string json)
    {
        var sent = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", token, json);
        Assert.Equal((201, ""), ((int)sent.Status, (int)sent.Status == 201 ? "" : sent.Text));
        return sent.As(WireJson.Lenient.SendAnswer).MessageId;
    }

    // Each timer of the server fires on the way: a month would take minutes.
    private static async Task KeepADayAsync(ConceptHost host, string admin)
    {
        var kept = await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"retention_days": 1} }""");
        Assert.Equal(200, (int)kept.Status);
    }

    private static async Task PruneAsync(ConceptHost host) =>
        await host.Get<IEnumerable<IChore>>().OfType<LogPruner>().Single().RunAsync(Cancel);
}

public sealed class SqliteRetentionTests() : RetentionTests(new OnSqlite());

public sealed class PostgresRetentionTests(PostgresDatabases databases) : RetentionTests(new OnPostgres(databases));
