using System.Net;
using Parley.Protocol;
using Parley.Server.Budgets;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Storms;
using Parley.Server.Tests.Tasks;
using Xunit;
using static Parley.Server.Tests.Budgets.BudgetSteps;

namespace Parley.Server.Tests.Budgets;

/// <summary>What counts, what is refused, and who is told.</summary>
public abstract class BudgetTests(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_sends_as_many_messages_as_its_budget_allows_and_no_more()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        await host.SentAsync(ada, "Before");
        var set = await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 3}""");
        Assert.Equal((BudgetKind.Agents, "ada", 3L, (long?)null, 0L, BudgetStatus.Open), (set.Kind, set.Id, set.Messages, set.Bytes, set.Spent.Messages, set.Status));

        for (var i = 0; i < 3; i++)
            await host.SentAsync(ada);
        var head = host.Default.Log.Head;
        var refused = await host.TryToSendAsync(ada);

        refused.Refused(HttpStatusCode.TooManyRequests, ErrorCodes.BudgetSpent);
        Assert.Contains("The agent 'ada' has spent its message budget of 3 messages; nothing was sent. An operator can raise it: parley budget set agents ada --messages N", refused.Text, StringComparison.Ordinal);
        Assert.Contains("\"retryable\":false", refused.Text, StringComparison.Ordinal);
        Assert.Equal(head, host.Default.Log.Head);
        Assert.Equal(4, await host.MessagesFromAsync("ada"));
        var shown = await host.BudgetAsync(ada, "agents/ada");
        Assert.Equal((3L, 0L, BudgetStatus.Spent), (shown.Spent.Messages, shown.Left.Messages, shown.Status));
        // Others go on.
        await host.SentAsync(await host.TokenAsync(TokenKind.Agent, "bob"), to: "ada");
    }

    [Fact]
    public async Task Bytes_count_as_they_are_stored_and_what_does_not_fit_is_refused()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        await host.SetBudgetAsync(admin, "agents/ada", """{"bytes": 40}""");

        // "0123456789", with its quotes, and {"a":1}, which are stored as they were sent, except for escapes.
        await host.SentAsync(ada, "012345678\\u0039", more: """, "payload": {"a":1}""");
        Assert.Equal(new BudgetAmount { Messages = 1, Bytes = 19 }, (await host.BudgetAsync(admin, "agents/ada")).Spent);
        var refused = await host.TryToSendAsync(ada, "01234567890123456789");

        refused.Refused(HttpStatusCode.TooManyRequests, ErrorCodes.BudgetSpent);
        Assert.Contains("has 21 bytes left of its message budget of 40 bytes, and this message has 22; nothing was sent", refused.Text, StringComparison.Ordinal);
        Assert.Equal(BudgetStatus.Spent, (await host.BudgetAsync(admin, "agents/ada")).Status);
        Assert.Equal([BudgetKinds.SetType, BudgetKinds.SpentType], await host.ToldAsync());
        // A shorter one still fits.
        await host.SentAsync(ada, "0123456789012345678");
        var shown = await host.BudgetAsync(admin, "agents/ada");
        Assert.Equal((40L, 0L), (shown.Spent.Bytes, shown.Left.Bytes));
    }

    [Fact]
    public async Task A_message_to_many_counts_once_and_a_batch_is_refused_from_where_the_budget_ends()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 3}""");
        await host.SentAsync(ada, to: "*");

        var batch = await host.SendAsync(HttpMethod.Post, "/api/v1/messages/batch", ada, """
            {"items": [{"to": "bob", "content": "1"}, {"to": "nobody", "content": "?"}, {"to": "bob", "content": "2"}, {"to": "bob", "content": "3"}, {"to": "*", "content": "4"}]}
            """);

        Assert.Equal(2, batch.Text.Split("\"budget_spent\"").Length - 1);
        Assert.Equal(3, await host.MessagesFromAsync("ada"));
    }

    [Fact]
    public async Task Replies_requests_broadcasts_and_scheduled_messages_are_refused_too()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        var asked = await host.SentAsync(await host.TokenAsync(TokenKind.Agent, "bob"), to: "ada");
        await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 1}""");
        // It counts when it is sent, not when it is due.
        await host.SentAsync(ada, more: $", \"deliver_at\": \"{host.Clock.GetUtcNow().AddHours(1):O}\"");

        await host.RefusedAsync(ada, more: $", \"reply_to\": \"{asked.MessageId}\"");
        await host.RefusedAsync(ada, to: "*");
        await host.RefusedAsync(ada, more: $", \"deliver_at\": \"{host.Clock.GetUtcNow().AddHours(1):O}\"");
        (await host.SendAsync(HttpMethod.Post, "/api/v1/requests", ada, """{"to": "bob", "content": "?"}""")).Refused(HttpStatusCode.TooManyRequests, ErrorCodes.BudgetSpent);
        (await host.SendAsync(HttpMethod.Post, "/api/v1/questions", ada, """{"content": "May I?"}""")).Refused(HttpStatusCode.TooManyRequests, ErrorCodes.BudgetSpent);

        // The scheduled message is delivered all the same.
        host.Clock.Advance(TimeSpan.FromHours(2));
        await Polling.UntilAsync(() => "the scheduled message", async () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await host.MessagesAsync(admin, "bob")).Any(message => message.SenderId == "ada");
        });
        Assert.Equal(1L, (await host.BudgetAsync(admin, "agents/ada")).Spent.Messages);
    }

    [Fact]
    public async Task A_repeated_send_gets_its_answer_again_after_the_budget_is_spent()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        const string Once = ", \"idempotency_key\": \"once\"", Other = ", \"idempotency_key\": \"other\"";
        await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 1}""");
        var first = (await host.TryToSendAsync(ada, more: Once)).As(WireJson.Lenient.SendAnswer);

        var again = await host.TryToSendAsync(ada, more: Once);

        Assert.Equal((first.MessageId, true), (again.As(WireJson.Lenient.SendAnswer).MessageId, again.As(WireJson.Lenient.SendAnswer).Duplicate));
        (await host.TryToSendAsync(ada, more: Other)).Refused(HttpStatusCode.TooManyRequests, ErrorCodes.BudgetSpent);
        Assert.Equal(1L, (await host.BudgetAsync(admin, "agents/ada")).Spent.Messages);
        // Its key stays free.
        await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 2}""");
        Assert.Equal(HttpStatusCode.Created, (await host.TryToSendAsync(ada, more: Other)).Status);
    }

    [Fact]
    public async Task All_messages_in_a_thread_count_but_people_may_always_speak()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        var bob = await host.TokenAsync(TokenKind.Agent, "bob");
        var first = await host.SentAsync(ada);
        var thread = $", \"conversation_thread_id\": \"{first.ConversationThreadId}\"";
        await host.SetBudgetAsync(admin, $"threads/{first.ConversationThreadId}", """{"messages": 2}""");

        await host.SentAsync(bob, to: "ada", more: thread);
        await host.SentAsync(admin, to: "ada", more: thread);
        await host.RefusedAsync(bob, to: "ada", more: thread);
        await host.RefusedAsync(ada, more: $", \"reply_to\": \"{first.MessageId}\"");
        await host.SentAsync(admin, "Stop, all of you.", to: "ada", more: thread);

        Assert.Equal((3L, 0L), ((await host.BudgetAsync(admin, $"threads/{first.ConversationThreadId}")).Spent.Messages, (await host.BudgetAsync(bob, $"threads/{first.ConversationThreadId}")).Left.Messages));
        // Another thread is not affected.
        await host.SentAsync(bob, to: "ada");
    }

    [Fact]
    public async Task All_messages_in_an_execution_count()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        var run = (await host.SendAsync(HttpMethod.Post, "/api/v1/executions", ada, """{"title": "Build"}""")).As(WireJson.Lenient.Execution);
        var inIt = $", \"execution_id\": \"{run.ExecutionId}\"";
        await host.SetBudgetAsync(admin, $"executions/{run.ExecutionId}", """{"messages": 2}""");

        await host.SentAsync(ada, more: inIt);
        await host.SentAsync(await host.TokenAsync(TokenKind.Agent, "bob"), to: "ada", more: inIt);
        await host.RefusedAsync(ada, more: inIt);
        await host.SentAsync(ada);
    }

    [Fact]
    public async Task People_are_told_once_at_80_percent_and_once_when_it_is_spent()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 5}""");
        for (var i = 0; i < 3; i++)
            await host.SentAsync(ada);
        Assert.Equal([BudgetKinds.SetType], await host.ToldAsync());
        await host.SentAsync(ada);
        Assert.Equal([BudgetKinds.SetType, BudgetKinds.WarningType], await host.ToldAsync());
        await host.SentAsync(ada);
        for (var i = 0; i < 3; i++)
            await host.RefusedAsync(ada);
        await host.Get<BudgetKeeper>().RunAsync(Cancel);

        Assert.Equal([BudgetKinds.SetType, BudgetKinds.WarningType, BudgetKinds.SpentType], await host.ToldAsync());
        var told = Assert.Single(await host.MessagesAsync(admin, "human"));
        Assert.Equal((BudgetMessages.SpentType, "parley"), (told.MessageType, told.SenderId));
        Assert.Contains("The agent ada has sent 5 of 5 messages", told.Content, StringComparison.Ordinal);
        Assert.Equal("ada", told.Payload!.Value.GetProperty("id").GetString());
        var events = (await host.SendAsync(HttpMethod.Get, "/api/v1/events?limit=500", admin)).Text;
        Assert.Contains("budget_warning", events, StringComparison.Ordinal);
        Assert.Contains("budget_spent", events, StringComparison.Ordinal);
        Assert.DoesNotContain("\"budget_", (await host.SendAsync(HttpMethod.Get, "/api/v1/events?limit=500", ada)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_greater_budget_lets_sending_go_on_and_a_reset_starts_again()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        var since = host.Clock.GetUtcNow();
        await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 2}""");
        await host.SentAsync(ada);
        await host.SentAsync(ada);
        await host.RefusedAsync(ada);
        host.Clock.Advance(TimeSpan.FromMinutes(1));

        var raised = await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 10}""");
        Assert.Equal((2L, 8L, BudgetStatus.Open, (DateTimeOffset?)null, since), (raised.Spent.Messages, raised.Left.Messages, raised.Status, raised.SpentAt, raised.Since));
        await host.SentAsync(ada);
        // The same again changes nothing.
        Assert.Equal(raised.Version, (await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 10}""")).Version);
        // A smaller one may be spent already, which people are told.
        Assert.Equal(BudgetStatus.Spent, (await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 3}""")).Status);
        await host.RefusedAsync(ada);
        Assert.Equal(2, (await host.ToldAsync()).Count(type => type == BudgetKinds.SpentType));

        var reset = await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 3, "reset": true}""");
        Assert.Equal((0L, 3L, BudgetStatus.Open, 1, host.Clock.GetUtcNow()), (reset.Spent.Messages, reset.Left.Messages, reset.Status, reset.Resets, reset.Since));
        for (var i = 0; i < 3; i++)
            await host.SentAsync(ada);
        await host.RefusedAsync(ada);

        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"{Api}/agents/ada", admin)).Status);
        await host.SentAsync(ada);
        Assert.Null(host.Default.Budgets);
        // After a removal, another one starts at 0.
        Assert.Equal(0L, (await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 3}""")).Spent.Messages);
    }

    [Fact]
    public async Task Of_500_senders_at_once_exactly_as_many_succeed_as_the_budget_allows()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 100}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => host.TryToSendAsync(ada, $"{i}", more: i % 2 == 0 ? $", \"idempotency_key\": \"key-{i}\"" : "")));

        Assert.Equal((100, 400), (answers.Count(answer => answer.Status == HttpStatusCode.Created), answers.Count(answer => answer.Status == HttpStatusCode.TooManyRequests)));
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Created), answer => answer.Refused(HttpStatusCode.TooManyRequests, ErrorCodes.BudgetSpent));
        Assert.Equal(100, await host.MessagesFromAsync("ada"));
        Assert.Equal([BudgetKinds.SetType, BudgetKinds.WarningType, BudgetKinds.SpentType], await host.ToldAsync());
    }

    [Fact]
    public async Task Counts_and_limits_are_there_after_a_restart()
    {
        await using var data = await storage.NewAsync();
        string admin, ada;
        await using (var host = await ConceptHost.StartAsync(data))
        {
            (admin, ada) = await FleetAsync(host);
            await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 3}""");
            await host.SentAsync(ada);
            await host.SentAsync(ada);
        }

        await using (var host = await ConceptHost.StartAsync(data))
        {
            Assert.Equal(2L, (await host.BudgetAsync(admin, "agents/ada")).Spent.Messages);
            await host.SentAsync(ada);
            await host.RefusedAsync(ada);
        }
    }

    private static async Task<(string Admin, string Ada)> FleetAsync(ConceptHost host)
    {
        var ada = await host.RegisterAsync("ada");
        await host.RegisterAsync("bob");
        return (await host.TokenAsync(TokenKind.Admin), ada);
    }
}

public sealed class SqliteBudgetTests() : BudgetTests(new OnSqlite());

public sealed class PostgresBudgetTests(PostgresDatabases databases) : BudgetTests(new OnPostgres(databases));
