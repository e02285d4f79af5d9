using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Parley.Server.Tests.Questions;
using Parley.Server.Tests.Reservations;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Parley.Server.Tests.Workflows;
using Xunit;

namespace Parley.Server.Tests.CatchUp;

/// <summary>What an agent is told when it comes back.</summary>
public abstract class CatchUpTests(StorageUnderTest storage)
{
    [Fact]
    public async Task An_agent_learns_who_it_is_what_it_has_and_what_waits_for_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob, admin) = (await host.AgentAsync("ada"), await host.RegisterAsync("bob"), await host.TokenAsync(TokenKind.Admin));
        await host.SendAsync(HttpMethod.Put, "/api/v1/agents/ada", ada, """{"name": "Ada L.", "role": "backend", "capabilities": ["python"]}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/squads", admin, """{"squad_id": "web", "name": "Web", "members": [{"agent_id": "ada"}, {"agent_id": "bob"}]}""");
        var task = await host.CreateAsync(bob, """{"title": "Build it", "description": "With a test.", "agent_id": "ada", "priority": 3}""");
        var workflow = await host.StartAsync(bob, """{"steps": [{"step": "build", "agent": "ada", "action": "Build the page."}]}""");
        var held = await host.UntilAsync(bob, workflow.WorkflowId, "build", WorkflowStepStatus.Assigned);
        var question = await Asking.AskedAsync(host, ada, """{"content": "Which database?", "options": ["sqlite", "postgres"]}""");
        var mine = Reserving.Read(await Reserving.ReserveAsync(host, ada, """{"paths": ["src", "docs"]}"""), HttpStatusCode.Created);
        Reserving.Read(await Reserving.ReserveAsync(host, bob, """{"paths": ["tests"]}"""), HttpStatusCode.Created);
        var waits = Reserving.Read(await Reserving.ReserveAsync(host, ada, """{"paths": ["tests/a"], "wait": true}"""), HttpStatusCode.Accepted);
        var asked = await Asking.SendAsync(host, bob, """{"to": "ada", "content": "Is it ready?", "intent": "request", "priority": 4}""");
        var note = await Asking.SendAsync(host, bob, """{"to": "ada", "content": "Lunch is at noon.", "priority": 1}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/squads/web/pause", admin, """{"reason": "Release freeze"}""");

        var caughtUp = await CatchUpAsync(host, ada, "ada");

        Assert.Equal(("ada", "default", "Ada L.", "llm", "backend"), (caughtUp.Agent.AgentId, caughtUp.Agent.ProjectId, caughtUp.Agent.Name, caughtUp.Agent.Type, caughtUp.Agent.Role));
        Assert.Equal(("web", "python", AgentActivity.BlockedOnHuman), (Assert.Single(caughtUp.Agent.Squads), Assert.Single(caughtUp.Agent.Capabilities), caughtUp.Agent.Activity));
        var pause = Assert.Single(caughtUp.Agent.Pauses);
        Assert.Equal((PausedThing.Squad, "web", "Release freeze"), (pause.Of, pause.SquadId, pause.Reason));
        var open = Assert.Single(caughtUp.Tasks);
        Assert.Equal((task.TaskId, "Build it", AgentTaskStatus.Assigned, task.Fence, task.LeaseUntil, "With a test.", null),
            (open.TaskId, open.Title, open.Status, open.Fence, open.LeaseUntil, open.Description, open.Shortened));
        var step = Assert.Single(caughtUp.Steps);
        Assert.Equal((workflow.WorkflowId, "build", held.Named("build").Fence, held.Named("build").TimeoutAt, "Build the page."), (step.WorkflowId, step.Step, step.Fence, step.TimeoutAt, step.Action));
        var waiting = Assert.Single(caughtUp.Questions);
        Assert.Equal((question.QuestionId, "Which database?", "human"), (waiting.QuestionId, waiting.Content, Assert.Single(waiting.Waiting)));
        // Its task and its step are requests too, but they are listed above.
        var request = Assert.Single(caughtUp.Requests);
        Assert.Equal((asked.MessageId, "bob", DeliveryState.Queued, Priority.Critical, "Is it ready?", asked.ExpiresAt, false),
            (request.MessageId, request.From, request.State, request.Priority, request.Content, request.ExpiresAt, request.Accepted));
        Assert.Equal(
            [(mine.ReservationId, ReservationStatus.Active, mine.Fence, mine.ExpiresAt), (waits.ReservationId, ReservationStatus.Waiting, waits.Fence, null)],
            caughtUp.Reservations.Select(one => (one.ReservationId, one.Status, one.Fence, one.ExpiresAt)));
        Assert.Equal(["src", "docs"], caughtUp.Reservations[0].Paths);
        Assert.Equal((4, 1, 1, 1, 1), (caughtUp.Inbox.Waiting, caughtUp.Inbox.Critical, caughtUp.Inbox.High, caughtUp.Inbox.Normal, caughtUp.Inbox.Low));
        Assert.Equal(note.MessageId, Assert.Single(caughtUp.Inbox.Newest).MessageId);
        Assert.Empty(caughtUp.Threads);
        Assert.Null(caughtUp.LeftOut);
    }

    [Fact]
    public async Task Only_an_answer_ends_a_request_and_a_promise_is_remembered()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        var answered = await Asking.SendAsync(host, bob, """{"to": "ada", "content": "one", "intent": "request"}""");
        var promised = await Asking.SendAsync(host, bob, """{"to": "ada", "content": "two", "intent": "request"}""");
        var acknowledged = await Asking.SendAsync(host, bob, """{"to": "*", "content": "three", "message_type": "question"}""");
        var withdrawn = await Asking.SendAsync(host, bob, """{"to": "ada", "content": "four", "intent": "request"}""");
        var late = await Asking.SendAsync(host, bob, """{"to": "ada", "content": "five", "intent": "request", "ttl_seconds": 60}""");
        var replaced = await Asking.SendAsync(host, bob, """{"to": "ada", "content": "six", "intent": "request"}""");
        var newer = await Asking.SendAsync(host, bob, $$"""{"to": "ada", "content": "seven", "intent": "request", "supersedes": "{{replaced.MessageId}}"}""");
        await Asking.SendAsync(host, ada, $$"""{"to": "bob", "content": "Yes.", "reply_to": "{{answered.MessageId}}"}""");
        await Asking.SendAsync(host, ada, $$"""{"to": "bob", "content": "I will.", "reply_to": "{{promised.MessageId}}", "intent": "ack"}""");
        await host.SendAsync(HttpMethod.Delete, $"/api/v1/messages/{withdrawn.MessageId}", bob);
        await AckAsync(host, ada, promised, acknowledged, late);
        host.Clock.Advance(TimeSpan.FromSeconds(61));

        var caughtUp = await CatchUpAsync(host, ada, "ada");

        Assert.Equal(
            [(promised.MessageId, true, DeliveryState.Acknowledged), (acknowledged.MessageId, false, DeliveryState.Acknowledged), (newer.MessageId, false, DeliveryState.Queued)],
            caughtUp.Requests.Select(request => (request.MessageId, request.Accepted, request.State)));
        // Bob asked, so it is not for bob to answer.
        Assert.Empty((await CatchUpAsync(host, bob, "bob")).Requests);
    }

    [Fact]
    public async Task A_thread_went_on_if_others_wrote_since_the_agent_wrote_or_acknowledged()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob, cyd) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"), await host.RegisterAsync("cyd"));
        var (followed, answered, read) = (await OpenAsync("followed"), await OpenAsync("answered"), await OpenAsync("read"));
        var alone = await Asking.SendAsync(host, bob, """{"to": "ada", "content": "alone"}""");
        var news = await Asking.SendAsync(host, bob, """{"to": "*", "content": "news"}""");
        // Between the other two, without ada.
        await Asking.SendAsync(host, bob, $$"""{"to": "cyd", "content": "Shall we use SQLite?", "intent": "request", "conversation_thread_id": "{{followed}}"}""");
        var last = await Asking.SendAsync(host, cyd, $$"""{"to": "bob", "content": "Yes.", "conversation_thread_id": "{{followed}}"}""");
        await Asking.SendAsync(host, bob, $$"""{"to": "cyd", "content": "x", "conversation_thread_id": "{{answered}}"}""");
        await Asking.SendAsync(host, ada, $$"""{"to": "bob", "content": "Fine.", "conversation_thread_id": "{{answered}}"}""");
        var seen = await Asking.SendAsync(host, bob, $$"""{"to": "ada", "content": "y", "conversation_thread_id": "{{read}}"}""");
        await AckAsync(host, ada, seen);

        var goneOn = Assert.Single((await CatchUpAsync(host, ada, "ada")).Threads);

        Assert.Equal((followed, 2, last.MessageId), (goneOn.ConversationThreadId, goneOn.NewMessages, goneOn.LastMessageId));
        Assert.Contains("Shall we use SQLite?", goneOn.Digest, StringComparison.Ordinal);
        // A message that waits in the inbox makes a thread go on too, if the agent knows the thread.
        var again = await Asking.SendAsync(host, bob, $$"""{"to": "ada", "content": "z", "conversation_thread_id": "{{read}}"}""");
        Assert.Equal([(read, 1, again.MessageId), (followed, 2, last.MessageId)],
            (await CatchUpAsync(host, ada, "ada")).Threads.Select(thread => (thread.ConversationThreadId, thread.NewMessages, thread.LastMessageId!)));
        Assert.Equal(2, (await CatchUpAsync(host, ada, "ada")).Inbox.Newest.Count(message => message.MessageId == alone.MessageId || message.MessageId == news.MessageId));

        async Task<string> OpenAsync(string content) =>
            (await Asking.SendAsync(host, ada, $$"""{"to": ["bob", "cyd"], "content": "{{content}}"}""")).ConversationThreadId;
    }

    [Fact]
    public async Task Many_messages_that_wait_hide_no_thread_that_went_on()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        var thread = (await Asking.SendAsync(host, ada, """{"to": "bob", "content": "Hello"}""")).ConversationThreadId;
        await Asking.SendAsync(host, bob, $$"""{"to": "bob", "content": "A note", "conversation_thread_id": "{{thread}}"}""");
        var many = string.Join(',', Enumerable.Range(0, 200).Select(n => $$"""{"to": "ada", "content": "{{n}}"}"""));
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Post, "/api/v1/messages/batch", bob, $$"""{"items": [{{many}}]}""")).Status);

        var caughtUp = await CatchUpAsync(host, ada, "ada");

        Assert.Equal((thread, 200), (Assert.Single(caughtUp.Threads).ConversationThreadId, caughtUp.Inbox.Waiting));
    }

    [Fact]
    public async Task What_is_not_delivered_yet_is_not_told()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        var thread = (await Asking.SendAsync(host, ada, """{"to": "bob", "content": "Hello"}""")).ConversationThreadId;
        var later = WireTime.ToText(host.Clock.GetUtcNow() + TimeSpan.FromMinutes(1));
        await Asking.SendAsync(host, bob, $$"""{"to": "ada", "content": "A surprise", "intent": "request", "conversation_thread_id": "{{thread}}", "deliver_at": "{{later}}"}""");

        var before = await CatchUpAsync(host, ada, "ada");
        Assert.Equal((0, 0, 0), (before.Requests.Count, before.Threads.Count, before.Inbox.Waiting));
    }

    [Fact]
    public async Task Everything_is_there_after_a_restart_and_asking_changes_nothing()
    {
        var data = await storage.NewAsync();
        await using (data)
        {
            string ada;
            AgentCatchUp before;
            await using (var host = await ConceptHost.StartAsync(data))
            {
                ada = await host.RegisterAsync("ada");
                var bob = await host.RegisterAsync("bob");
                await host.CreateAsync(bob, """{"title": "Build it", "agent_id": "ada"}""");
                var thread = (await Asking.SendAsync(host, ada, """{"to": "bob", "content": "Hello"}""")).ConversationThreadId;
                await Asking.SendAsync(host, bob, $$"""{"to": "bob", "content": "A note", "conversation_thread_id": "{{thread}}"}""");
                await AckAsync(host, ada, await Asking.SendAsync(host, bob, """{"to": "ada", "content": "Well?", "intent": "request"}"""));
                var seq = (await host.LogAsync()).Count;
                before = await CatchUpAsync(host, ada, "ada");
                await CatchUpAsync(host, await host.TokenAsync(TokenKind.Admin), "ada");
                Assert.Equal(seq, (await host.LogAsync()).Count);
            }

            await using (var host = await ConceptHost.StartAsync(data))
            {
                var after = await CatchUpAsync(host, ada, "ada");
                Assert.Equal((1, 1, 1), (after.Tasks.Count, after.Requests.Count, after.Threads.Count));
                // Asking did not even make it online.
                Assert.Equal(AgentStatus.Offline, after.Agent.Status);
                Assert.Equal(WireJsonOf(before with { Agent = after.Agent, Tokens = after.Tokens }), WireJsonOf(after));
            }
        }
    }

    [Fact]
    public async Task A_small_budget_is_kept_and_what_is_left_out_is_counted()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        var text = string.Join(' ', Enumerable.Repeat("word", 200));
        for (var i = 0; i < 30; i++)
        {
            await host.CreateAsync(bob, $$"""{"title": "Task {{i}}", "description": "{{text}}", "agent_id": "ada"}""");
            await Asking.SendAsync(host, bob, $$"""{"to": "ada", "content": "{{text}}", "intent": "request"}""");
        }

        foreach (var budget in new[] { 400, 2_000, 100_000 })
        {
            var answer = await host.SendAsync(HttpMethod.Get, $"/api/v1/agents/ada/catch-up?budget_tokens={budget}", ada);
            var caughtUp = answer.As(WireJson.Lenient.AgentCatchUp);
            Assert.InRange(answer.Text.Length, 1, budget * 4);
            Assert.Equal((budget, (answer.Text.Length + 3) / 4), (caughtUp.BudgetTokens, caughtUp.Tokens));
            Assert.Equal((30, 30), (caughtUp.Tasks.Count + (caughtUp.LeftOut?.Tasks ?? 0), caughtUp.Requests.Count + (caughtUp.LeftOut?.Requests ?? 0)));
            Assert.True(caughtUp.Requests.Count > 0);
        }

        (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/ada/catch-up?budget_tokens=399", ada)).Refused(HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest);
        Assert.Equal(2_000, (await CatchUpAsync(host, ada, "ada")).BudgetTokens);
    }

    [Fact]
    public async Task Others_may_not_ask_for_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));

        var (others, inbox) = (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/ada/catch-up", bob), await host.SendAsync(HttpMethod.Get, "/api/v1/agents/ada/inbox", bob));
        Assert.Equal((inbox.Status, inbox.As(WireJson.Lenient.Problem).Code), (others.Status, others.As(WireJson.Lenient.Problem).Code));
        (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/nobody/catch-up", await host.TokenAsync(TokenKind.Admin))).Refused(HttpStatusCode.NotFound, ErrorCodes.NotFound);
        Assert.Equal("human", (await CatchUpAsync(host, await host.TokenAsync(TokenKind.Operator), "human")).Agent.AgentId);
        Assert.Equal("ada", (await CatchUpAsync(host, ada, "ada")).Agent.AgentId);
    }

    internal static async Task<AgentCatchUp> CatchUpAsync(ConceptHost host, string token, string agent)
    {
        var answer = await host.SendAsync(HttpMethod.Get, $"/api/v1/agents/{agent}/catch-up", token);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{answer.Status:D}: {answer.Text}");
        return answer.As(WireJson.Lenient.AgentCatchUp);
    }

    private static string WireJsonOf(AgentCatchUp catchUp) => System.Text.Json.JsonSerializer.Serialize(catchUp, WireJson.Lenient.AgentCatchUp);

    private static async Task AckAsync(ConceptHost host, string token, params Message[] messages)
    {
        foreach (var message in messages)
        {
            var answer = await host.SendAsync(HttpMethod.Post, $"/api/v1/messages/{message.MessageId}/ack", token);
            Assert.True(answer.Status == HttpStatusCode.NoContent, answer.Text);
        }
    }
}

public sealed class SqliteCatchUpTests() : CatchUpTests(new OnSqlite());

public sealed class PostgresCatchUpTests(PostgresDatabases databases) : CatchUpTests(new OnPostgres(databases))
{
    private readonly PostgresDatabases _databases = databases;

    [Fact]
    public async Task Each_node_tells_what_happened_at_the_other()
    {
        await using var nodes = await TwoNodes.StartAsync(_databases);
        var (ada, bob) = (await nodes.One.RegisterAsync("ada"), await nodes.One.RegisterAsync("bob"));
        var thread = (await Asking.SendAsync(nodes.One, ada, """{"to": "bob", "content": "Hello"}""")).ConversationThreadId;
        var task = await nodes.One.CreateAsync(bob, """{"title": "Build it", "agent_id": "ada"}""");
        await Asking.SendAsync(nodes.One, bob, $$"""{"to": "bob", "content": "A note", "conversation_thread_id": "{{thread}}"}""");
        var asked = await Asking.SendAsync(nodes.One, bob, """{"to": "ada", "content": "Well?", "intent": "request"}""");

        var other = await CatchUpAsync(nodes.Other, ada, "ada");

        Assert.Equal((task.TaskId, asked.MessageId, thread, 2),
            (Assert.Single(other.Tasks).TaskId, Assert.Single(other.Requests).MessageId, Assert.Single(other.Threads).ConversationThreadId, other.Inbox.Waiting));
    }
}
