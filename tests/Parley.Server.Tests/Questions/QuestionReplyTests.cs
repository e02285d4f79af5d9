using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Tasks;
using Xunit;
using static Parley.Server.Tests.Questions.Asking;

namespace Parley.Server.Tests.Questions;

/// <summary>Ordinary messages that ask or answer: those which say that a person is needed, and replies to questions.</summary>
public abstract class QuestionReplyTests(StorageUnderTest storage)
{
    [Fact]
    public async Task A_reply_of_a_person_that_names_an_option_is_the_answer_and_any_other_is_conversation()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, person) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        var asked = await AskedAsync(host, be);

        await SendAsync(host, person, $$"""{"reply_to": "{{asked.MessageId}}", "content": "For how many users?"}""");
        Assert.Equal(QuestionStatus.Open, (await GetAsync(host, be, asked.QuestionId)).Status);
        var json = $$"""{"reply_to": "{{asked.MessageId}}", "content": "PostgreSQL", "idempotency_key": "k"}""";
        var reply = await SendAsync(host, person, json);
        var again = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", person, json);

        var answered = await GetAsync(host, be, asked.QuestionId);
        Assert.Equal((QuestionStatus.Answered, "postgres", "human"), (answered.Status, answered.Answer, answered.AnsweredBy));
        var inbox = await InboxAsync(host, "be", be);
        Assert.Equal([("text", "For how many users?"), ("answer", "PostgreSQL")], inbox.Select(message => (message.MessageType, message.Content)));
        Assert.Equal((reply.MessageId, Authority.Operator, asked.MessageId), (inbox[1].MessageId, inbox[1].Authority, inbox[1].ReplyTo));
        Assert.Equal("postgres", inbox[1].Payload!.Value.GetProperty("answer").GetString());
        var duplicate = again.As(WireJson.Lenient.SendAnswer);
        Assert.Equal((true, reply.MessageId), (duplicate.Duplicate, duplicate.MessageId));
        Assert.Equal(AgentActivity.Unknown, (await AgentAsync(host, be, "be")).Activity);
    }

    [Fact]
    public async Task A_reply_to_a_reminder_reaches_the_agent_as_the_answer()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, person) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        var asked = await AskedAsync(host, be);
        host.Clock.Advance(TimeSpan.FromMinutes(16));
        await UntilAsync(host, person, asked.QuestionId, question => question.Reminders[0].Sent, TimeSpan.FromSeconds(1));
        var reminder = Assert.Single(await InboxAsync(host, "human", person), message => message.MessageType == "question_reminder");

        await SendAsync(host, person, $$"""{"reply_to": "{{reminder.MessageId}}", "content": "1"}""");

        Assert.Equal("sqlite", (await GetAsync(host, be, asked.QuestionId)).Answer);
        Assert.Equal(["answer"], await TypesAsync(host, "be", be));
    }

    [Fact]
    public async Task Replies_of_others_and_messages_that_only_look_like_questions_answer_nothing()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, fe, person) = (await host.AgentAsync("be"), await host.AgentAsync("fe"), await host.TokenAsync(TokenKind.Operator));
        var asked = await AskedAsync(host, be);
        var forged = await SendAsync(host, fe, $$"""{"to": "human", "message_type": "question", "content": "Lunch?", "payload": {"question_id": "{{asked.QuestionId}}"} }""");

        await SendAsync(host, person, $$"""{"reply_to": "{{forged.MessageId}}", "content": "1"}""");
        await SendAsync(host, be, $$"""{"reply_to": "{{asked.MessageId}}", "to": "human", "content": "1"}""");
        await SendAsync(host, person, $$"""{"reply_to": "{{asked.MessageId}}", "to": "fe", "content": "1"}""");

        Assert.Equal(QuestionStatus.Open, (await GetAsync(host, be, asked.QuestionId)).Status);
    }

    [Fact]
    public async Task A_message_that_says_a_person_is_needed_is_a_question_and_a_reply_to_it_the_answer()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, fe, person) = (await host.AgentAsync("be"), await host.AgentAsync("fe"), await host.TokenAsync(TokenKind.Operator));

        var said = await SendAsync(host, be, """{"to": "fe", "message_type": "human_intervention_required", "content": "The disk is full."}""");

        var question = Assert.Single(await ListAsync(host, be, "?status=open"));
        Assert.Equal(("be", "The disk is full.", said.MessageId, said.ConversationThreadId), (question.AgentId, question.Content, question.MessageId, question.ThreadId));
        Assert.Empty(question.Options);
        Assert.Equal(AgentActivity.BlockedOnHuman, (await AgentAsync(host, be, "be")).Activity);
        Assert.Equal(["human_intervention_required"], await TypesAsync(host, "human", person));
        Assert.Equal(["human_intervention_required"], await TypesAsync(host, "fe", fe));

        await SendAsync(host, person, $$"""{"reply_to": "{{said.MessageId}}", "content": "I have made room."}""");

        var answered = await GetAsync(host, be, question.QuestionId);
        Assert.Equal((QuestionStatus.Answered, "I have made room.", "human"), (answered.Status, answered.Answer, answered.AnsweredBy));
        Assert.Equal("answer", Assert.Single(await InboxAsync(host, "be", be)).MessageType);
    }

    [Fact]
    public async Task A_message_that_is_sent_again_under_its_key_is_one_question()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        const string json = """{"to": "human", "message_type": "human_intervention_required", "content": "Help", "idempotency_key": "k"}""";

        var (first, second) = (await host.SendAsync(HttpMethod.Post, "/api/v1/messages", be, json), await host.SendAsync(HttpMethod.Post, "/api/v1/messages", be, json));

        Assert.Equal((false, true), (first.As(WireJson.Lenient.SendAnswer).Duplicate, second.As(WireJson.Lenient.SendAnswer).Duplicate));
        Assert.Single(await ListAsync(host, be));
    }

    [Fact]
    public async Task In_a_batch_each_message_has_its_own_result_in_order()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, _) = (await host.AgentAsync("be"), await host.AgentAsync("fe"));
        const string json =
            """
            {"items": [{"to": "fe", "content": "1"}, {"to": "human", "message_type": "human_intervention_required", "content": "2"}, {"to": "nobody", "content": "3"},
                       {"to": "fe", "content": "4"}, {"to": "human", "message_type": "human_intervention_required", "content": "5"}]}
            """;

        var results = (await host.SendAsync(HttpMethod.Post, "/api/v1/messages/batch", be, json)).As(WireJson.Lenient.ItemResults).Items;

        Assert.Equal([201, 201, 404, 201, 201], results.Select(result => result.Status));
        var sent = (await host.LogAsync()).Where(entry => entry.Kind == Server.Log.EntryKind.Message).Select(entry => System.Text.Json.JsonSerializer.Deserialize(entry.Json, WireJson.Lenient.Message)!.Content);
        Assert.Equal(["1", "2", "4", "5"], sent);
        Assert.Equal(["5", "2"], (await ListAsync(host, be)).Select(question => question.Content));
    }
}

public sealed class SqliteQuestionReplyTests() : QuestionReplyTests(new OnSqlite());

public sealed class PostgresQuestionReplyTests(PostgresDatabases databases) : QuestionReplyTests(new OnPostgres(databases));
