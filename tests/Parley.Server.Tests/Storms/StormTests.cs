using System.Net;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Pauses;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Xunit;
using static Parley.Server.Tests.Storms.StormSteps;

namespace Parley.Server.Tests.Storms;

/// <summary>What is held, who is told, and how a storm ends.</summary>
public abstract class StormTests(StorageUnderTest storage)
{
    private const int Limit = 50;

    [Fact]
    public async Task Agents_that_answer_each_other_without_end_are_stopped_and_people_are_told()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob");
        var first = await host.SayAsync(agents[0].Token, "bob", "Hello!");

        var (through, last, held) = await host.AnswerEachOtherAsync(agents, first.MessageId);

        Assert.Equal(Limit, through);
        var storm = Assert.Single(await host.StormsAsync(admin));
        Assert.Equal((StormStatus.Open, Limit, 60, first.ConversationThreadId), (storm.Status, storm.Replies, storm.WindowSeconds, storm.ThreadId));
        Assert.Equal(["ada", "bob"], storm.Agents.Order());
        Assert.Equal((first.MessageId, last), (storm.FirstMessage!.MessageId, storm.LastMessages[^1].MessageId));
        // Each says the same thing again and again.
        Assert.Equal(Limit - 2, storm.Repeated);

        var shown = await host.StormAsync(admin, storm.StormId);
        Assert.Equal(("Hello!", 1, held), (shown.FirstMessage!.Content, shown.Held, Assert.Single(shown.HeldMessages!).MessageId));

        var told = Assert.Single(await host.MessagesAsync(admin, "human"));
        Assert.Equal(("storm", "parley", Authority.System), (told.MessageType, told.SenderId, told.Authority));
        Assert.Contains($"parley storms release {storm.StormId}", told.Content, StringComparison.Ordinal);
        Assert.Equal(storm.StormId, told.Payload!.Value.GetProperty("storm_id").GetString());
    }

    [Fact]
    public async Task A_held_reply_is_stored_and_only_its_sender_and_operators_see_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob");
        var first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
        var (_, _, held) = await host.AnswerEachOtherAsync(agents, first.MessageId);
        var (sender, recipient) = (agents[1], agents[0]);

        var seen = await host.MessageAsync(sender.Token, held!);
        Assert.Null(seen.ExpiresAt);
        Assert.Equal(51, seen.Hops);
        foreach (var token in (string[])[sender.Token, admin])
        {
            var delivery = await host.DeliveryAsync(token, held!);
            Assert.Equal((DeliveryState.Held, null), (delivery.State, delivery.QueuedAt));
        }

        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"/api/v1/messages/{held}", recipient.Token)).Status);
        Assert.DoesNotContain(await host.MessagesAsync(recipient.Token, recipient.Id), message => message.MessageId == held);
        Assert.Equal(HttpStatusCode.Conflict, (await host.SendAsync(HttpMethod.Post, $"/api/v1/messages/{held}/ack", recipient.Token, "{}")).Status);
    }

    [Fact]
    public async Task All_further_replies_of_an_open_storm_are_held_however_late()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob");
        var first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
        var (_, last, _) = await host.AnswerEachOtherAsync(agents, first.MessageId);

        host.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.True((await host.SayAsync(agents[1].Token, "ada", "Once more", last)).IsHeld());
        Assert.True((await host.SayAsync(agents[0].Token, "bob", "And again", first.MessageId)).IsHeld());

        var storm = Assert.Single(await host.StormsAsync(admin));
        Assert.Equal(3, (await host.StormAsync(admin, storm.StormId)).Held);
        // Everything else goes on: new messages, and other threads.
        Assert.False((await host.SayAsync(agents[0].Token, "bob", "Something else")).IsHeld());
    }

    [Fact]
    public async Task A_released_reply_is_delivered_and_its_hops_start_again()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob");
        var first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
        var (_, last, _) = await host.AnswerEachOtherAsync(agents, first.MessageId);
        var held = await host.SayAsync(agents[1].Token, "ada", "With a life of its own", last, """, "ttl_seconds": 100""");
        var storm = Assert.Single(await host.StormsAsync(admin));
        host.Clock.Advance(TimeSpan.FromHours(2));
        var seq = host.Default.Log.Head;

        var released = await host.EndAsync(admin, storm.StormId, "release");

        Assert.Equal((StormStatus.Released, 0, host.Clock.GetUtcNow()), (released.Status, released.Held, released.EndedAt));
        Assert.StartsWith("token:", released.DecidedBy, StringComparison.Ordinal);
        var got = Assert.Single(await host.MessagesAsync(agents[0].Token, "ada"), message => message.MessageId == held.MessageId);
        Assert.Equal((0, host.Clock.GetUtcNow() + TimeSpan.FromSeconds(100)), (got.Hops, got.ExpiresAt));
        Assert.Equal(DeliveryState.Queued, (await host.DeliveryAsync(admin, held.MessageId)).State);
        Assert.Equal(2, (await host.LogAsync(seq)).Count(entry => entry.Kind == EntryKind.Release));
        var reply = await host.SayAsync(agents[0].Token, "bob", "At last", held.MessageId);
        Assert.False(reply.IsHeld());
        Assert.Equal(1, (await host.MessageAsync(admin, reply.MessageId)).Hops);

        // To release it again changes nothing, and it cannot be cancelled any more.
        Assert.Equal(released.Version, (await host.EndAsync(admin, storm.StormId, "release")).Version);
        (await host.SendAsync(HttpMethod.Post, $"{Api}/{storm.StormId}/cancel", admin)).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
    }

    [Fact]
    public async Task After_a_release_another_storm_is_stopped_after_as_many_replies()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob");
        var first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
        var (_, _, held) = await host.AnswerEachOtherAsync(agents, first.MessageId);
        await host.EndAsync(admin, Assert.Single(await host.StormsAsync(admin)).StormId, "release");

        var (through, _, again) = await host.AnswerEachOtherAsync([agents[1], agents[0]], held!);

        Assert.Equal((Limit, true), (through, again is not null));
        Assert.Equal(["open", "released"], (await host.StormsAsync(admin)).Select(storm => storm.Status.ToString().ToLowerInvariant()));
    }

    [Fact]
    public async Task An_operator_says_something_to_all_agents_before_they_get_what_was_held()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob");
        var first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
        var (_, _, held) = await host.AnswerEachOtherAsync(agents, first.MessageId);
        var storm = Assert.Single(await host.StormsAsync(admin));

        (await host.SendAsync(HttpMethod.Post, $"{Api}/{storm.StormId}/release", admin, """{"message": ""}""")).Refused(HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest);
        Assert.Equal(StormStatus.Open, (await host.StormAsync(admin, storm.StormId)).Status);
        await host.EndAsync(admin, storm.StormId, "release", """{"message": "Use tabs."}""");

        var inbox = await host.MessagesAsync(agents[0].Token, "ada");
        Assert.Equal([("human", "Use tabs."), ("bob", "Thank you, ada!")], inbox.TakeLast(2).Select(message => (message.SenderId, message.Content!)));
        Assert.Equal((held, storm.ThreadId), (inbox[^1].MessageId, inbox[^2].ConversationThreadId));
        Assert.Contains(await host.MessagesAsync(agents[1].Token, "bob"), message => message.Content == "Use tabs.");
        // It is a person's, so what answers it is the first hop.
        Assert.False((await host.SayAsync(agents[0].Token, "bob", "Tabs, then", inbox[^2].MessageId)).IsHeld());
    }

    [Fact]
    public async Task What_is_cancelled_is_withdrawn_and_its_senders_are_told()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob");
        var first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
        var (_, last, held) = await host.AnswerEachOtherAsync(agents, first.MessageId);
        await host.SayAsync(agents[1].Token, "ada", "Once more", last);
        var storm = Assert.Single(await host.StormsAsync(admin));

        var cancelled = await host.EndAsync(admin, storm.StormId, "cancel");

        Assert.Equal((StormStatus.Cancelled, 0), (cancelled.Status, cancelled.Held));
        var delivery = await host.DeliveryAsync(admin, held!);
        Assert.Equal((DeliveryState.Withdrawn, "its storm was cancelled"), (delivery.State, delivery.LastError));
        var told = Assert.Single(await host.MessagesAsync(agents[1].Token, "bob"), message => message.MessageType == "storm_cancelled");
        Assert.Equal(2, told.Payload!.Value.GetProperty("replies").GetInt32());
        Assert.DoesNotContain(await host.MessagesAsync(agents[0].Token, "ada"), message => message.MessageId == held || message.MessageType == "storm_cancelled");
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"/api/v1/messages/{held}", agents[0].Token)).Status);
    }

    [Fact]
    public async Task A_caller_that_waits_for_a_reply_does_not_get_it_while_it_is_held()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob");
        var first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
        var (_, last, _) = await host.AnswerEachOtherAsync(agents, first.MessageId, most: Limit - 1);
        using var ada = await TestSocket.ConnectAsync(host, "ada", agents[0].Token);
        await host.SayAsync(agents[1].Token, "ada", "One before the last", last);
        var asked = await ada.AskAsync(FrameEvents.RequestSend, $$"""{"to": "bob", "content": "Well?", "timeout_seconds": 3600, "reply_to": "{{last}}"}""");
        Assert.Equal("ok", asked.Event);
        var question = asked.Data!.Value.GetProperty("message_id").GetString()!;

        var reply = await host.SayAsync(agents[1].Token, "ada", "Well.", question);
        Assert.True(reply.IsHeld());
        Assert.Equal(DeliveryState.Held, (await host.DeliveryAsync(admin, reply.MessageId)).State);
        await host.EndAsync(admin, Assert.Single(await host.StormsAsync(admin)).StormId, "release");

        var answer = await ada.NextAsync(frame => frame.Event == "answer");
        Assert.Equal("Well.", answer.Data!.Value.GetProperty("reply").GetProperty("content").GetString());
    }

    [Fact]
    public async Task A_reply_that_is_sent_again_with_its_key_is_still_held_and_held_once()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob");
        var first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
        var (_, last, _) = await host.AnswerEachOtherAsync(agents, first.MessageId);

        var sent = await host.SayAsync(agents[1].Token, "ada", "Again", last, """, "idempotency_key": "k" """);
        var again = await host.SayAsync(agents[1].Token, "ada", "Again", last, """, "idempotency_key": "k" """);

        Assert.Equal((sent.MessageId, true, true), (again.MessageId, again.Duplicate, again.IsHeld()));
        Assert.Equal(2, (await host.StormAsync(admin, Assert.Single(await host.StormsAsync(admin)).StormId)).Held);
    }

    [Fact]
    public async Task A_person_a_pace_that_people_could_follow_and_a_change_of_a_task_are_no_storm()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob");

        // Slower than the limit allows.
        var first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
        Assert.Null((await host.AnswerEachOtherAsync(agents, first.MessageId, pause: TimeSpan.FromSeconds(1.3))).Held);

        // A person says something in the thread, without being answered.
        first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
        var thread = $$""", "conversation_thread_id": "{{first.ConversationThreadId}}" """;
        Assert.Null((await host.AnswerEachOtherAsync(agents, first.MessageId, between: async i =>
        {
            host.Clock.Advance(TimeSpan.FromMilliseconds(1));
            if (i % 40 == 0)
                await host.SayAsync(admin, "ada", "Go on.", more: thread);
        })).Held);

        // They work on tasks.
        var task = await host.CreateAsync(admin, """{"title": "Test"}""");
        first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
        Assert.Null((await host.AnswerEachOtherAsync(agents, first.MessageId, between: async i =>
        {
            host.Clock.Advance(TimeSpan.FromMilliseconds(1));
            if (i % 40 == 0)
                await host.MoveAsync(admin, task.TaskId, "assign", $$"""{"agent_id": "{{(i % 80 == 0 ? "ada" : "bob")}}"}""");
        })).Held);
        Assert.Empty(await host.StormsAsync(admin));
    }

    [Fact]
    public async Task An_agent_in_a_storm_can_ask_a_person_for_help()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob");
        var first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
        var (_, last, _) = await host.AnswerEachOtherAsync(agents, first.MessageId);

        Assert.False((await host.SayAsync(agents[1].Token, AgentDirectory.Human, "We cannot agree.", last)).IsHeld());

        Assert.Contains(await host.MessagesAsync(admin, "human"), message => message.Content == "We cannot agree.");
    }

    [Fact]
    public async Task Agents_that_all_reply_to_all_are_stopped_although_their_chains_are_short()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob", "cyd");
        await host.PostAsync(admin, "squads", """{"squad_id": "all", "members": [{"agent_id": "ada"}, {"agent_id": "bob"}, {"agent_id": "cyd"}]}""");
        var inboxes = agents.ToDictionary(agent => agent.Id, _ => new Queue<string>());
        var first = await host.SayAsync(admin, "squad:all", "Hello!");
        foreach (var inbox in inboxes.Values)
            inbox.Enqueue(first.MessageId);
        // What is said in the same millisecond as what a person says, does not count.
        host.Clock.Advance(TimeSpan.FromSeconds(1));

        var (sent, held) = (0, 0);
        while (inboxes.Values.Any(inbox => inbox.Count > 0) && sent < 1_000)
        {
            foreach (var (id, token) in agents)
            {
                if (!inboxes[id].TryDequeue(out var got))
                    continue;
                sent++;
                var answer = await host.SayAsync(token, "squad:all", "Hello to you!", got);
                if (answer.Deliveries.All(delivery => delivery.Outlook == Outlook.Held))
                    held++;
                else
                    agents.Where(other => other.Id != id).ToList().ForEach(other => inboxes[other.Id].Enqueue(answer.MessageId));
            }
        }

        // Three agents, and what the first two hops are.
        Assert.InRange(sent - held, 50, (3 * Limit) + 12);
        Assert.True(sent < 1_000, "They never stopped.");
        Assert.Equal(["ada", "bob", "cyd"], Assert.Single(await host.StormsAsync(admin)).Agents.Order());
    }

    [Fact]
    public async Task An_agent_that_goes_on_after_its_own_messages_answers_nobody()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob");
        var last = (await host.SayAsync(agents[0].Token, "bob", "I begin.")).MessageId;

        for (var i = 0; i < 3 * Limit; i++)
            last = (await host.SayAsync(agents[0].Token, "bob", $"{i} files done", last)).MessageId;

        Assert.Empty(await host.StormsAsync(admin));
    }

    [Fact]
    public async Task A_project_has_its_own_limit_or_none()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob");
        await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"loop_limit": 5}}""");
        var first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
        var (through, last, _) = await host.AnswerEachOtherAsync(agents, first.MessageId);
        Assert.Equal(5, through);

        await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"loop_limit": 0}}""");
        Assert.Equal(200, (await host.AnswerEachOtherAsync([agents[1], agents[0]], last)).Through);
    }

    [Fact]
    public async Task Storms_are_for_operators_and_observers()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob");
        var first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
        await host.AnswerEachOtherAsync(agents, first.MessageId);
        var observer = await host.TokenAsync(TokenKind.Observer);
        var id = Assert.Single(await host.StormsAsync(observer, "?status=open&agent=bob")).StormId;

        Assert.Empty(await host.StormsAsync(admin, "?status=released"));
        Assert.Empty(await host.StormsAsync(admin, "?agent=cyd"));
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Get, Api, agents[0].Token)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Post, $"{Api}/{id}/release", agents[0].Token)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Post, $"{Api}/{id}/release", observer)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"{Api}/nonsense", admin)).Status);
    }

    [Fact]
    public async Task A_storm_outlives_the_server()
    {
        await using var data = await storage.NewAsync();
        var clock = new TestClock();
        string last;
        (string Id, string Token)[] agents;
        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            (_, agents) = await FleetAsync(host, "ada", "bob");
            var first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
            (_, last, _) = await host.AnswerEachOtherAsync(agents, first.MessageId, most: Limit);
        }

        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            // The replies from before the restart count.
            Assert.True((await host.SayAsync(agents[1].Token, "ada", "Once more", last)).IsHeld());
        }

        clock.Advance(TimeSpan.FromHours(1));
        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            var admin = await host.TokenAsync(TokenKind.Admin);
            Assert.True((await host.SayAsync(agents[1].Token, "ada", "And again", last)).IsHeld());
            await host.EndAsync(admin, Assert.Single(await host.StormsAsync(admin)).StormId, "release");
            Assert.Equal(["Once more", "And again"], (await host.MessagesAsync(agents[0].Token, "ada")).TakeLast(2).Select(message => message.Content));
        }
    }

    [Fact]
    public async Task What_was_held_as_its_storm_ended_is_not_left_behind()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, agents) = await FleetAsync(host, "ada", "bob");
        var first = await host.SayAsync(agents[0].Token, "bob", "Hello!");
        var (_, _, held) = await host.AnswerEachOtherAsync(agents, first.MessageId);
        var storm = Assert.Single(await host.StormsAsync(admin));

        // As when the server ends between the two steps of a release.
        await host.Get<Parley.Server.Storms.StormBoard>().ChangeAsync(
            host.Default, Guid.Parse(storm.StormId), 0, present => Parley.Server.Storms.StormRules.End(present, StormStatus.Released, "ops-1", 1), TestContext.Current.CancellationToken);

        await Polling.UntilAsync(() => "the held reply in the inbox", async () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await host.MessagesAsync(agents[0].Token, "ada")).Any(message => message.MessageId == held);
        });
    }

    private static async Task<(string Admin, (string Id, string Token)[] Agents)> FleetAsync(ConceptHost host, params string[] ids)
    {
        var agents = new List<(string, string)>();
        foreach (var id in ids)
            agents.Add((id, await host.RegisterAsync(id)));
        return (await host.TokenAsync(TokenKind.Admin), [.. agents]);
    }
}

public sealed class SqliteStormTests() : StormTests(new OnSqlite());

public sealed class PostgresStormTests(PostgresDatabases databases) : StormTests(new OnPostgres(databases));
