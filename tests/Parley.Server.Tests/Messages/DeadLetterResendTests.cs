using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Xunit;

namespace Parley.Server.Tests.Messages;

/// <summary>The message of a dead letter is sent anew and the dead letter is gone, or neither.</summary>
public abstract class DeadLetterResendTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1";

    [Fact]
    public async Task It_goes_where_the_first_one_went_and_says_what_differs()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada, bob) = await PairAsync(host);
        var cyd = await host.RegisterAsync("cyd");
        var first = await DieAsync(host, ada, bob, """{"to": "bob", "content": "Wrong.", "message_type": "order", "payload": {"a": 1}, "priority": 3, "metadata": {"m": 1}, "task_id": "t"}""");
        var dead = await OnlyAsync(host, admin);

        var sent = (await host.SendAsync(HttpMethod.Post, $"{Api}/dead-letters/{dead}/resend", admin, """{"content": "Right."}""")).As(WireJson.Lenient.SendAnswer);
        var got = await ClaimAsync(host, bob, "bob");

        Assert.Equal(sent.MessageId, got.MessageId);
        Assert.Equal(("Right.", "order", """{"a":1}""", Priority.High, "t"), (got.Content, got.MessageType, got.Payload?.GetRawText().Replace(" ", "", StringComparison.Ordinal), got.Priority, got.TaskId));
        Assert.Equal((first, "human", "bob"), (got.ConversationThreadId, got.SenderId, got.RecipientId));
        Assert.Equal((HttpStatusCode.NotFound, 0), ((await host.SendAsync(HttpMethod.Get, $"{Api}/dead-letters/{dead}", admin)).Status, await CountAsync(host, admin)));
        Assert.Equal(0, (await host.SendAsync(HttpMethod.Get, $"{Api}/agents/bob", admin)).As(WireJson.Lenient.Agent).Mailbox.Dead);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Post, $"{Api}/dead-letters/{dead}/resend", admin, "{}")).Status);

        await DieAsync(host, ada, bob, """{"to": "bob", "content": "For another."}""");
        await host.SendAsync(HttpMethod.Post, $"{Api}/dead-letters/{await OnlyAsync(host, admin)}/resend", admin, """{"to": "cyd", "message_type": "order", "sender_id": "ada"}""");
        var moved = await ClaimAsync(host, cyd, "cyd");
        Assert.Equal(("For another.", "order", "ada"), (moved.Content, moved.MessageType, moved.SenderId));
    }

    [Theory]
    [InlineData("""{"to": "nobody"}""", HttpStatusCode.NotFound, ErrorCodes.UnknownRecipient)]
    [InlineData("""{"to": "full"}""", HttpStatusCode.TooManyRequests, ErrorCodes.MailboxFull)]
    [InlineData("""{"message_type": "typed"}""", HttpStatusCode.UnprocessableEntity, ErrorCodes.SchemaMismatch)]
    [InlineData("""{"message_type": "No Type"}""", HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest)]
    [InlineData("""{"reply_to": "0199e1c2-0000-7000-8000-000000000412"}""", HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest)]
    [InlineData("""{"conversation_thread_id": "0199e1c2-0000-7000-8000-000000000412"}""", HttpStatusCode.NotFound, ErrorCodes.NotFound)]
    public async Task A_send_that_is_refused_leaves_the_dead_letter_where_it_is(string changes, HttpStatusCode status, string code)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada, bob) = await PairAsync(host);
        _ = await host.RegisterAsync("full");
        await DieAsync(host, ada, bob, """{"to": "bob", "content": "x", "payload": {}}""");
        await host.SendAsync(HttpMethod.Put, $"{Api}/schemas/typed", admin, """{"schema": {"type": "object", "required": ["a"]}}""");
        await host.SendAsync(HttpMethod.Post, $"{Api}/messages", ada, """{"to": "full", "content": "fills it"}""");
        await host.SendAsync(HttpMethod.Put, $"{Api}/projects/default", admin, """{"settings": {"max_attempts": 1, "mailbox_limit": 1}}""");
        var dead = await OnlyAsync(host, admin);
        var before = (await host.LogAsync()).Count;

        (await host.SendAsync(HttpMethod.Post, $"{Api}/dead-letters/{dead}/resend", admin, changes)).Refused(status, code);

        Assert.Equal(before, (await host.LogAsync()).Count);
        Assert.Equal(dead, await OnlyAsync(host, admin));
        Assert.Equal(1, (await host.SendAsync(HttpMethod.Get, $"{Api}/agents/bob", admin)).As(WireJson.Lenient.Agent).Mailbox.Dead);
    }

    [Fact]
    public async Task Of_two_people_at_the_same_time_one_sends_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada, bob) = await PairAsync(host);
        await DieAsync(host, ada, bob, """{"to": "bob", "content": "x"}""");
        var dead = await OnlyAsync(host, admin);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.SendAsync(HttpMethod.Post, $"{Api}/dead-letters/{dead}/resend", admin, "{}")));

        Assert.Equal(
            [HttpStatusCode.Created, HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound], answers.Select(answer => answer.Status).Order());
        Assert.Equal(1, (await host.SendAsync(HttpMethod.Get, $"{Api}/agents/bob", admin)).As(WireJson.Lenient.Agent).Mailbox.Queued);
        Assert.Equal(0, (await host.SendAsync(HttpMethod.Get, $"{Api}/agents/bob", admin)).As(WireJson.Lenient.Agent).Mailbox.Dead);
    }

    [Fact]
    public async Task Each_attempt_and_each_requeue_is_remembered()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada, bob) = await PairAsync(host, attempts: 2);
        await host.SendAsync(HttpMethod.Post, $"{Api}/messages", ada, """{"to": "bob", "content": "x"}""");
        var start = host.Clock.GetUtcNow();
        await FailAsync(host, bob, "no \\\"quotes\\\"");
        await host.SendAsync(HttpMethod.Post, $"{Api}/agents/bob/claim?lease_seconds=5", bob, "{}");
        await Polling.UntilAsync(() => "the lease to lapse", async () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(5));
            return await CountAsync(host, admin) == 1;
        });
        var dead = await OnlyAsync(host, admin);
        var once = (await host.SendAsync(HttpMethod.Get, $"{Api}/dead-letters/{dead}", admin)).As(WireJson.Lenient.DeadLetter);
        await host.SendAsync(HttpMethod.Post, $"{Api}/dead-letters/{dead}/requeue", await host.TokenAsync(TokenKind.Operator));
        await FailAsync(host, bob, "three");
        await FailAsync(host, bob, "four");

        var twice = (await host.SendAsync(HttpMethod.Get, $"{Api}/dead-letters/{dead}", bob)).As(WireJson.Lenient.DeadLetter);

        Assert.Equal(
            [(1, DeathReason.Rejected, "no \"quotes\""), (2, DeathReason.LeaseLapsed, "the lease lapsed")],
            once.Attempts.Select(attempt => (attempt.Attempt, attempt.Outcome, attempt.Error)));
        Assert.Empty(once.Requeued);
        Assert.Equal(start, once.Attempts[0].At);
        Assert.True(once.Attempts[1].At + TimeSpan.FromSeconds(5) <= once.Attempts[1].EndedAt);
        Assert.Equal(once.DiedAt, once.Attempts[1].EndedAt);
        Assert.Equal([1, 2, 1, 2], twice.Attempts.Select(attempt => attempt.Attempt));
        Assert.Equal(("operator", (DateTimeOffset?)once.DiedAt), (Assert.Single(twice.Requeued).By, twice.Requeued[0].DiedAt));
        Assert.NotNull(twice.Receiver.AnsweredAt);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"{Api}/dead-letters/{dead}", ada)).Status);
    }

    private static async Task<(string Admin, string Ada, string Bob)> PairAsync(ConceptHost host, int attempts = 1)
    {
        var (admin, ada, bob) = (await host.TokenAsync(TokenKind.Admin), await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        var settings = $$"""{"settings": {"max_attempts": {{attempts}}, "retry_delay_seconds": 0} }""";
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Put, $"{Api}/projects/default", admin, settings)).Status);
        return (admin, ada, bob);
    }

    private static async Task<string> DieAsync(ConceptHost host, string ada, string bob, string json)
    {
        var id = (await host.SendAsync(HttpMethod.Post, $"{Api}/messages", ada, json)).As(WireJson.Lenient.SendAnswer).MessageId;
        await FailAsync(host, bob, "no");
        return id;
    }

    private static async Task FailAsync(ConceptHost host, string bob, string reason)
    {
        var item = (await host.SendAsync(HttpMethod.Post, $"{Api}/agents/bob/claim", bob, "{}")).As(WireJson.Lenient.Inbox).Items[0];
        var answer = await host.SendAsync(
            HttpMethod.Post, $"{Api}/messages/{item.Message.MessageId}/nack", bob, $$"""{"lease_id": "{{item.LeaseId}}", "reason": "{{reason}}"}""");
        Assert.True(answer.Status == HttpStatusCode.NoContent, answer.Text);
    }

    private static async Task<Message> ClaimAsync(ConceptHost host, string token, string agent) =>
        (await host.SendAsync(HttpMethod.Post, $"{Api}/agents/{agent}/claim", token, "{}")).As(WireJson.Lenient.Inbox).Items[0].Message;

    private static async Task<string> OnlyAsync(ConceptHost host, string token) =>
        Assert.Single((await host.SendAsync(HttpMethod.Get, $"{Api}/dead-letters", token)).As(WireJson.Lenient.PageDeadLetter).Items).Delivery.DeliveryId;

    private static async Task<int> CountAsync(ConceptHost host, string token) =>
        (await host.SendAsync(HttpMethod.Get, $"{Api}/dead-letters", token)).As(WireJson.Lenient.PageDeadLetter).Items.Count;
}

public sealed class SqliteDeadLetterResendTests() : DeadLetterResendTests(new OnSqlite());

public sealed class PostgresDeadLetterResendTests(PostgresDatabases databases) : DeadLetterResendTests(new OnPostgres(databases));
