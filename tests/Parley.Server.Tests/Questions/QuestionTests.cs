using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Tasks;
using Xunit;
using static Parley.Server.Tests.Questions.Asking;

namespace Parley.Server.Tests.Questions;

/// <summary>Who asks, who answers, and what both of them see.</summary>
public abstract class QuestionTests(StorageUnderTest storage)
{
    [Fact]
    public async Task A_question_reaches_a_person_and_the_answer_reaches_the_agent_with_the_authority_of_a_person()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, person) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));

        var asked = await AskedAsync(host, be);

        Assert.Equal(("be", QuestionStatus.Open, "sqlite", "human"), (asked.AgentId, asked.Status, asked.Default, Assert.Single(asked.Waiting)));
        Assert.Equal([("sqlite", "sqlite"), ("postgres", "PostgreSQL")], asked.Options.Select(option => (option.Value, option.Label)));
        var question = Assert.Single(await InboxAsync(host, "human", person));
        Assert.Equal(("question", "be", "Which database?", Authority.Agent), (question.MessageType, question.SenderId, question.Content, question.Authority));
        Assert.Equal((asked.MessageId, asked.ThreadId), (question.MessageId, question.ConversationThreadId));
        var payload = question.Payload!.Value;
        Assert.Equal(asked.QuestionId, payload.GetProperty("question_id").GetString());
        Assert.Equal("postgres", payload.GetProperty("options")[1].GetProperty("value").GetString());
        Assert.Equal(("sqlite", "2026-01-22T14:56:52.000Z"), (payload.GetProperty("default").GetString(), payload.GetProperty("deadline").GetString()));

        var answered = Read(await AnswerAsync(host, person, asked.QuestionId, """{"answer": "2", "note": "In staging."}"""));

        Assert.Equal((QuestionStatus.Answered, "postgres", "human", "In staging."), (answered.Status, answered.Answer, answered.AnsweredBy, answered.Note));
        Assert.Empty(answered.Waiting);
        var answer = Assert.Single(await InboxAsync(host, "be", be));
        Assert.Equal(("answer", "human", "postgres", Authority.Operator), (answer.MessageType, answer.SenderId, answer.Content, answer.Authority));
        Assert.Equal((question.MessageId, question.ConversationThreadId), (answer.ReplyTo, answer.ConversationThreadId));
        Assert.Equal(asked.QuestionId, answer.Payload!.Value.GetProperty("question_id").GetString());
        // Who has answered needs no reminder of it.
        Assert.Empty(await InboxAsync(host, "human", person));
    }

    [Fact]
    public async Task An_agent_with_an_open_question_is_blocked_on_a_person_until_none_is_open()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, person) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        await host.SendAsync(HttpMethod.Put, "/api/v1/agents/be/status", be, """{"activity": "working"}""");

        var first = await AskedAsync(host, be);
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        var second = await AskedAsync(host, be, """{"content": "And where?"}""");

        var blocked = await AgentAsync(host, be, "be");
        Assert.Equal((AgentActivity.BlockedOnHuman, first.CreatedAt), (blocked.Activity, blocked.ActivitySince));
        Assert.Equal("be", Assert.Single((await host.SendAsync(HttpMethod.Get, "/api/v1/agents?activity=blocked_on_human", be)).As(WireJson.Lenient.PageAgent).Items).AgentId);
        // What it reports in the meantime is what it does afterward.
        Assert.Equal(AgentActivity.BlockedOnHuman, (await host.SendAsync(HttpMethod.Put, "/api/v1/agents/be/status", be, """{"activity": "idle"}""")).As(WireJson.Lenient.Agent).Activity);

        Read(await AnswerAsync(host, person, first.QuestionId, """{"answer": "sqlite"}"""));
        Assert.Equal((AgentActivity.BlockedOnHuman, second.CreatedAt), await ActivityAsync());
        Read(await WithdrawAsync(host, be, second.QuestionId));
        Assert.Equal(AgentActivity.Idle, (await ActivityAsync()).Activity);

        // The feed of agents shows it too.
        var activities = (await host.LogAsync()).Where(entry => entry.Type == "agent_status")
            .Select(entry => System.Text.Json.JsonSerializer.Deserialize(entry.Json, WireJson.Lenient.Agent)!.Activity).ToList();
        Assert.Equal((AgentActivity.BlockedOnHuman, AgentActivity.Idle), (activities[2], activities[^1]));

        async Task<(AgentActivity Activity, DateTimeOffset? Since)> ActivityAsync()
        {
            var agent = await AgentAsync(host, be, "be");
            return (agent.Activity, agent.ActivitySince);
        }
    }

    [Fact]
    public async Task Only_the_first_answer_counts_and_the_second_is_told_who_answered_and_when()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, person) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        var asked = await AskedAsync(host, be);
        var answered = Read(await AnswerAsync(host, person, asked.QuestionId, """{"answer": "postgres"}"""));

        var refused = (await AnswerAsync(host, person, asked.QuestionId, """{"answer": "nonsense"}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);

        Assert.Contains($"was answered by 'human' at {WireTime.ToText(answered.AnsweredAt!.Value)}: postgres", refused.Detail, StringComparison.Ordinal);
        Assert.Single(await InboxAsync(host, "be", be));
    }

    [Fact]
    public async Task Of_people_who_answer_at_once_one_does()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, person) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        var asked = await AskedAsync(host, be);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => AnswerAsync(host, person, asked.QuestionId, $$"""{"answer": "{{1 + (i % 2)}}"}""")));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer => answer.Status == HttpStatusCode.Conflict));
        Assert.Single(await InboxAsync(host, "be", be));
    }

    [Theory]
    [InlineData("sqlite", "sqlite")]
    [InlineData("postgresql", "postgres")]
    [InlineData(" 1 ", "sqlite")]
    [InlineData("3", null)]
    [InlineData("mysql", null)]
    public async Task An_answer_names_an_option_by_its_value_its_label_or_its_number(string answer, string? value)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, person) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        var asked = await AskedAsync(host, be);

        var result = await AnswerAsync(host, person, asked.QuestionId, $$"""{"answer": "{{answer}}"}""");

        if (value is not null)
            Assert.Equal(value, Read(result).Answer);
        else
            Assert.Contains("expected 1 (sqlite), 2 (postgres)", result.Refused(HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest).Errors!["answer"][0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agents_answer_only_what_names_them()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, lead, other, person) = (await host.AgentAsync("be"), await host.AgentAsync("lead"), await host.AgentAsync("other"), await host.TokenAsync(TokenKind.Operator));
        var asked = await AskedAsync(host, be, """{"content": "May I merge?", "escalation": ["lead", "human"]}""");

        Assert.Equal(["question"], await TypesAsync(host, "lead", lead));
        Assert.Empty(await InboxAsync(host, "human", person));
        foreach (var token in new[] { be, other })
            (await AnswerAsync(host, token, asked.QuestionId, """{"answer": "yes"}""")).Refused(HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        Assert.Equal("lead", Read(await AnswerAsync(host, lead, asked.QuestionId, """{"answer": "yes"}""")).AnsweredBy);
        Assert.Equal(Authority.Agent, Assert.Single(await InboxAsync(host, "be", be)).Authority);
    }

    [Fact]
    public async Task A_question_is_withdrawn_by_its_agent_or_a_person_and_by_nobody_else()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, other, person) = (await host.AgentAsync("be"), await host.AgentAsync("other"), await host.TokenAsync(TokenKind.Operator));
        var (own, persons) = (await AskedAsync(host, be), await AskedAsync(host, be));

        (await WithdrawAsync(host, other, own.QuestionId)).Refused(HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        var withdrawn = Read(await WithdrawAsync(host, be, own.QuestionId));
        Assert.Equal(withdrawn.Version, Read(await WithdrawAsync(host, be, own.QuestionId)).Version);
        // Whoever withdraws it itself does not have to be told.
        Assert.Empty(await InboxAsync(host, "be", be));
        Assert.Equal(QuestionStatus.Withdrawn, Read(await WithdrawAsync(host, person, persons.QuestionId)).Status);
        Assert.Equal(["question_withdrawn"], await TypesAsync(host, "be", be));
        Assert.Contains("was withdrawn", (await AnswerAsync(host, person, own.QuestionId, """{"answer": "1"}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Questions_about_a_task_that_ends_and_of_an_agent_that_is_deleted_are_withdrawn()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, fe, person) = (await host.AgentAsync("be"), await host.AgentAsync("fe"), await host.TokenAsync(TokenKind.Operator));
        var task = await host.CreateAsync(be, """{"title": "Build it", "agent_id": "be"}""");
        var about = await AskedAsync(host, be, $$"""{"content": "How?", "task_id": "{{task.TaskId}}"}""");
        var fes = await AskedAsync(host, fe);

        (await host.MoveAsync(be, task.TaskId, "complete", """{"fence": 1}""")).Task();
        await UntilAsync(host, person, about.QuestionId, question => question.Status == QuestionStatus.Withdrawn);
        Assert.Contains("question_withdrawn", await TypesAsync(host, "be", be));
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, "/api/v1/agents/fe", person)).Status);
        Assert.Equal(QuestionStatus.Withdrawn, (await GetAsync(host, person, fes.QuestionId)).Status);

        (await AskAsync(host, be, $$"""{"content": "How?", "task_id": "{{task.TaskId}}"}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        Assert.Empty(await ListAsync(host, be, "?status=open"));
    }

    [Fact]
    public async Task A_question_joins_a_conversation_that_its_agent_can_read()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, fe, other) = (await host.AgentAsync("be"), await host.AgentAsync("fe"), await host.AgentAsync("other"));
        var said = await SendAsync(host, be, """{"to": "fe", "content": "Hello"}""");
        var json = $$"""{"content": "Shall we?", "thread_id": "{{said.ConversationThreadId}}"}""";

        Assert.Equal(said.ConversationThreadId, (await AskedAsync(host, fe, json)).ThreadId);
        (await AskAsync(host, other, json)).Refused(HttpStatusCode.NotFound, ErrorCodes.NotFound);
        Assert.Empty(await ListAsync(host, other, "?agent=other"));
    }

    [Fact]
    public async Task A_question_that_does_not_fit_into_the_inbox_is_refused_and_the_agent_not_blocked()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, admin) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Admin));
        await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"mailbox_limit": 1}}""");
        var first = await AskedAsync(host, be);

        (await AskAsync(host, be, WithDefault)).Refused(HttpStatusCode.TooManyRequests, ErrorCodes.MailboxFull);
        Assert.Single(await ListAsync(host, be));

        // What the agent waits for gets through, however full its mailbox is.
        await SendAsync(host, admin, """{"to": "be", "content": "Fills it"}""");
        Read(await AnswerAsync(host, admin, first.QuestionId, """{"answer": "1"}"""));
        Assert.Equal(AgentActivity.Unknown, (await AgentAsync(host, be, "be")).Activity);
        Assert.Contains("answer", await TypesAsync(host, "be", be));
    }

    [Fact]
    public async Task A_call_waits_for_the_end_of_a_question()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, person) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        var asked = await AskedAsync(host, be);

        var waits = host.SendAsync(HttpMethod.Get, $"{Api}/{asked.QuestionId}?wait=60", be);
        Read(await AnswerAsync(host, person, asked.QuestionId, """{"answer": "1"}"""));

        Assert.Equal("sqlite", Read(await waits).Answer);
    }

    [Fact]
    public async Task Lists_have_filters()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, fe, person) = (await host.AgentAsync("be"), await host.AgentAsync("fe"), await host.TokenAsync(TokenKind.Operator));
        var (first, second, third) = (await AskedAsync(host, be), await AskedAsync(host, fe), await AskedAsync(host, be));
        Read(await AnswerAsync(host, person, first.QuestionId, """{"answer": "1"}"""));

        Assert.Equal([third.QuestionId, second.QuestionId], (await ListAsync(host, fe, "?status=open")).Select(one => one.QuestionId));
        Assert.Equal([third.QuestionId, first.QuestionId], (await ListAsync(host, fe, "?agent=be")).Select(one => one.QuestionId));
        Assert.Equal([third.QuestionId], (await ListAsync(host, fe, "?agent=be&status=open")).Select(one => one.QuestionId));
        Assert.Equal([first.QuestionId], (await ListAsync(host, fe, "?status=answered")).Select(one => one.QuestionId));
        Assert.True(first.Number < second.Number && second.Number < third.Number);
    }

    [Theory]
    [InlineData("""{}""", "content")]
    [InlineData("""{"content": " "}""", "content")]
    [InlineData("""{"content": "x", "options": "a"}""", "options")]
    [InlineData("""{"content": "x", "options": ["a", 1]}""", "options[1]")]
    [InlineData("""{"content": "x", "options": ["a", "a"]}""", "options[1]")]
    [InlineData("""{"content": "x", "options": [{"label": "A"}]}""", "options[0].value")]
    [InlineData("""{"content": "x", "options": [{"value": "a", "lable": "A"}]}""", "options[0].lable")]
    [InlineData("""{"content": "x", "options": ["two\nlines"]}""", "options[0].value")]
    [InlineData("""{"content": "x", "default": "a"}""", "default")]
    [InlineData("""{"content": "x", "default": "c", "options": ["a", "b"], "deadline": "2026-01-22T14:56:52Z"}""", "default")]
    [InlineData("""{"content": "x", "deadline": "2026-01-22T13:56:52Z"}""", "deadline")]
    [InlineData("""{"content": "x", "deadline": "2028-01-22T13:56:52Z"}""", "deadline")]
    [InlineData("""{"content": "x", "escalation": []}""", "escalation")]
    [InlineData("""{"content": "x", "escalation": ["human", "human"]}""", "escalation[1]")]
    [InlineData("""{"content": "x", "escalation": ["a"]}""", "escalation")]
    [InlineData("""{"content": "x", "escalate_after_seconds": 0}""", "escalate_after_seconds")]
    [InlineData("""{"content": "x", "task_id": "1"}""", "task_id")]
    public async Task What_is_wrong_with_a_question_is_named(string json, string field)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var answer = await AskAsync(host, await host.RegisterAsync("a"), json);
        Assert.Contains(field, answer.Refused(HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest).Errors!.Keys);
    }
}

public sealed class SqliteQuestionTests() : QuestionTests(new OnSqlite());

public sealed class PostgresQuestionTests(PostgresDatabases databases) : QuestionTests(new OnPostgres(databases));
