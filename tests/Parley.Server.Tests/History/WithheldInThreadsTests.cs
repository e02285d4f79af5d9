using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Xunit;

namespace Parley.Server.Tests.History;

/// <summary>Scheduled messages in conversations: until they are due, they are there only for whoever sent them, and for people.</summary>
public abstract class WithheldInThreadsTests(StorageUnderTest storage)
{
    [Fact]
    public async Task A_scheduled_message_is_in_its_thread_only_for_its_sender_until_it_is_due()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob, cyd, person) = (await host.AgentAsync("ada"), await host.AgentAsync("bob"), await host.AgentAsync("cyd"), await host.TokenAsync(TokenKind.Operator));
        var opened = await SendAsync("""{"to": ["bob", "cyd"], "content": "now"}""");
        await SendAsync($$"""{"to": "bob", "content": "later", "conversation_thread_id": "{{opened.ConversationThreadId}}", "deliver_at": "2026-01-22T14:56:52.000Z"}""");

        Assert.Equal(2, await ReadAsync(ada, ["now", "later"]));
        Assert.Equal(2, await ReadAsync(person, ["now", "later"]));
        Assert.Equal(1, await ReadAsync(bob, ["now"]));
        Assert.Equal(1, await ReadAsync(cyd, ["now"]));
        Assert.Equal((true, 0), await CurrentAsync(bob));
        Assert.Equal((false, 1), await CurrentAsync(ada));

        host.Clock.Advance(TimeSpan.FromHours(1));
        await Polling.UntilAsync(() => "the message to be due", async () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            return await ReadAsync(bob) == 2;
        });

        Assert.Equal(2, await ReadAsync(bob, ["now", "later"]));
        // Who takes part in the conversation reads all of it.
        Assert.Equal(2, await ReadAsync(cyd, ["now", "later"]));
        Assert.Equal((false, 1), await CurrentAsync(cyd));

        async Task<SendAnswer> SendAsync(string json)
        {
            var answer = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", ada, json);
            Assert.True(answer.Status == HttpStatusCode.Created, answer.Text);
            return answer.As(WireJson.Lenient.SendAnswer);
        }

        // Checks what a reader sees, and returns how many messages there are for it.
        async Task<int> ReadAsync(string token, IReadOnlyList<string>? contents = null)
        {
            var view = (await host.SendAsync(HttpMethod.Get, $"/api/v1/threads/{opened.ConversationThreadId}", token)).As(WireJson.Lenient.ThreadView);
            if (contents is not null)
                Assert.Equal(contents, view.Items.Select(message => message.Content));
            return view.Messages;
        }

        async Task<(bool, int)> CurrentAsync(string token)
        {
            var current = (await host.SendAsync(HttpMethod.Get, $"/api/v1/threads/{opened.ConversationThreadId}/current?since={opened.Seq}", token)).As(WireJson.Lenient.ThreadCurrent);
            return (current.IsCurrent, current.Newer.Count);
        }
    }
}

public sealed class SqliteWithheldInThreadsTests() : WithheldInThreadsTests(new OnSqlite());

public sealed class PostgresWithheldInThreadsTests(PostgresDatabases databases) : WithheldInThreadsTests(new OnPostgres(databases));
