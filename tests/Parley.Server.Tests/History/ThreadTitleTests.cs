using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Questions;
using Parley.Server.Tests.Tasks;
using Parley.Server.Tests.Workflows;
using Xunit;

namespace Parley.Server.Tests.History;

/// <summary>What conversations are called.</summary>
public abstract class ThreadTitleTests(StorageUnderTest storage)
{
    [Fact]
    public async Task A_conversation_about_a_task_or_a_workflow_has_its_title_whatever_is_said_in_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be, person) = (await host.AgentAsync("pm"), await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        await host.SendAsync(HttpMethod.Post, "/api/v1/tasks", pm, """{"title": "The page says up", "agent_id": "be"}""");
        var workflow = await host.StartAsync(pm, """{"title": "A status page", "steps": [{"step": "build", "agent": "be", "action": "Build it."}]}""");
        var untitled = await host.StartAsync(pm, """{"steps": [{"step": "build", "agent": "be", "action": "Build the other one."}]}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/messages", pm, """{"to": "be", "content": "Morning."}""");
        foreach (var message in await Asking.InboxAsync(host, "be", be))
            await host.SendAsync(HttpMethod.Post, "/api/v1/messages", be, $$"""{"reply_to": "{{message.MessageId}}", "to": "pm", "content": "Mine."}""");

        var threads = (await host.SendAsync(HttpMethod.Get, "/api/v1/threads", person)).As(WireJson.Lenient.PageThreadSummary).Items;

        Assert.Equal(["A status page", "Mine.", "Morning.", "The page says up"], threads.Select(thread => thread.Title).Order(StringComparer.Ordinal));
        Assert.Equal("A status page", threads.Single(thread => thread.ConversationThreadId == workflow.ThreadId).Title);
        Assert.Equal("Mine.", threads.Single(thread => thread.ConversationThreadId == untitled.ThreadId).Title);
    }
}

public sealed class SqliteThreadTitleTests() : ThreadTitleTests(new OnSqlite());

public sealed class PostgresThreadTitleTests(PostgresDatabases databases) : ThreadTitleTests(new OnPostgres(databases));
