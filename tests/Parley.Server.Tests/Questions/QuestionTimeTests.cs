using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Tasks;
using Xunit;
using static Parley.Server.Tests.Questions.Asking;

namespace Parley.Server.Tests.Questions;

/// <summary>What happens by itself: reminders, the next person, the default, and the end; also across restarts.</summary>
public abstract class QuestionTimeTests(StorageUnderTest storage)
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15), Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_person_is_reminded_at_each_quarter_and_at_the_deadline_the_default_is_the_answer()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, person) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        var asked = await AskedAsync(host, be);
        Assert.Equal([15, 30, 45], asked.Reminders.Select(reminder => (int)Math.Round((reminder.At - asked.CreatedAt).TotalMinutes)));

        for (var quarter = 1; quarter <= 3; quarter++)
        {
            host.Clock.Advance(Quarter);
            await UntilAsync(host, person, asked.QuestionId, question => question.Reminders.Count(reminder => reminder.Sent) == quarter, Second);
            Assert.Equal(quarter, (await TypesAsync(host, "human", person)).Count(type => type == "question_reminder"));
        }

        host.Clock.Advance(Quarter);
        var ended = await UntilAsync(host, person, asked.QuestionId, question => question.Status != QuestionStatus.Open, Second);

        Assert.Equal((QuestionStatus.Defaulted, "sqlite", null), (ended.Status, ended.Answer, ended.AnsweredBy));
        var answer = Assert.Single(await InboxAsync(host, "be", be));
        Assert.Equal(("answer", "sqlite", Authority.System, asked.MessageId), (answer.MessageType, answer.Content, answer.Authority, answer.ReplyTo));
        Assert.Equal(AgentActivity.Unknown, (await AgentAsync(host, person, "be")).Activity);
        Assert.Contains("its default was taken", (await AnswerAsync(host, person, asked.QuestionId, """{"answer": "1"}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict).Detail, StringComparison.Ordinal);
        // Nothing more happens.
        host.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Single(await InboxAsync(host, "be", be));
    }

    [Fact]
    public async Task When_a_question_has_ended_its_message_leaves_the_mailbox_of_the_person()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, person) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        var (late, needless) = (await AskedAsync(host, be), await AskedAsync(host, be, """{"content": "Which?"}"""));
        Assert.Equal(["question", "question"], await TypesAsync(host, "human", person));

        Read(await WithdrawAsync(host, be, needless.QuestionId));
        await Polling.UntilAsync(() => "the question that was withdrawn to leave the mailbox", async () => (await TypesAsync(host, "human", person)).Count == 1);
        Assert.Equal(late.MessageId, Assert.Single(await InboxAsync(host, "human", person)).MessageId);
        host.Clock.Advance(TimeSpan.FromHours(1));
        await UntilAsync(host, person, late.QuestionId, question => question.Status == QuestionStatus.Defaulted, Second);

        // Reminders expire by the deadline, or a little later if they were sent while the clock was turned.
        await Polling.UntilAsync(() => "the question that nobody answered to leave the mailbox", async () =>
        {
            host.Clock.Advance(TimeSpan.FromMinutes(1));
            return (await TypesAsync(host, "human", person)).Count == 0;
        });
        var trace = (await host.SendAsync(HttpMethod.Get, $"/api/v1/messages/{late.MessageId}/trace", person)).As(WireJson.Lenient.MessageTrace);
        Assert.Equal((DeliveryState.Withdrawn, "its question has ended"), (trace.Deliveries[0].State, trace.Deliveries[0].LastError));
    }

    [Fact]
    public async Task A_question_without_a_default_expires_and_its_agent_is_told()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var asked = await AskedAsync(host, be, """{"content": "Which?", "deadline": "2026-01-22T14:06:52Z"}""");

        host.Clock.Advance(TimeSpan.FromMinutes(10));
        var ended = await UntilAsync(host, be, asked.QuestionId, question => question.Status != QuestionStatus.Open, Second);

        Assert.Equal((QuestionStatus.Expired, null, null), (ended.Status, ended.Answer, ended.AnsweredAt));
        Assert.Equal(["question_expired"], await TypesAsync(host, "be", be));
    }

    [Fact]
    public async Task The_next_person_is_asked_if_the_first_does_not_answer_and_reminders_go_to_whom_was_asked_last()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, lead, person) = (await host.AgentAsync("be"), await host.AgentAsync("lead"), await host.TokenAsync(TokenKind.Operator));
        var asked = await AskedAsync(
            host, be, """{"content": "Which?", "deadline": "2026-01-22T14:56:52Z", "escalation": ["human", "lead"], "escalate_after_seconds": 1200}""");
        Assert.Equal([(15, "human"), (20, "lead"), (30, "lead"), (45, "lead")], asked.Reminders.Select(reminder => ((int)Math.Round((reminder.At - asked.CreatedAt).TotalMinutes), reminder.To)));

        host.Clock.Advance(TimeSpan.FromMinutes(16));
        await UntilAsync(host, person, asked.QuestionId, question => question.Reminders[0].Sent, Second);
        Assert.Empty(await InboxAsync(host, "lead", lead));
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        var escalated = await UntilAsync(host, person, asked.QuestionId, question => question.Reminders[1].Sent, Second);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await UntilAsync(host, person, asked.QuestionId, question => question.Reminders[2].Sent, Second);

        Assert.Equal(["human", "lead"], escalated.Waiting);
        Assert.Equal(["question", "question_reminder"], await TypesAsync(host, "lead", lead));
        Assert.Equal(["question", "question_reminder"], await TypesAsync(host, "human", person));
        // Both of them can still answer.
        Assert.Equal("human", Read(await AnswerAsync(host, person, asked.QuestionId, """{"answer": "That one."}""")).AnsweredBy);
        // Nobody is asked any longer, although the deadline is far.
        await Polling.UntilAsync(
            () => "the question to leave both mailboxes",
            async () => (await TypesAsync(host, "lead", lead)).Count == 0 && (await TypesAsync(host, "human", person)).Count == 0);
    }

    [Fact]
    public async Task Reminders_that_were_due_while_no_server_ran_are_one_and_the_default_is_taken_once()
    {
        await using var data = await storage.NewAsync();
        var clock = new TestClock();
        string person;
        Question asked, late;
        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            var be = await host.AgentAsync("be");
            person = await host.TokenAsync(TokenKind.Operator);
            asked = await AskedAsync(host, be);
            late = await AskedAsync(host, be, """{"content": "And this?", "options": ["a"], "default": "a", "deadline": "2026-01-22T14:06:52Z"}""");
        }

        clock.Advance(TimeSpan.FromMinutes(35));
        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            Assert.Equal(AgentActivity.BlockedOnHuman, (await AgentAsync(host, person, "be")).Activity);
            var reminded = await UntilAsync(host, person, asked.QuestionId, question => question.Reminders.Any(reminder => reminder.Sent), Second);
            Assert.Equal([false, true, false], reminded.Reminders.Select(reminder => reminder.Sent));
            await UntilAsync(host, person, late.QuestionId, question => question.Status == QuestionStatus.Defaulted, Second);
        }

        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            host.Clock.Advance(TimeSpan.FromSeconds(10));
            Assert.Single(await InboxAsync(host, "human", person), message => message.MessageType == "question_reminder");
            Assert.Single(await InboxAsync(host, "be", await host.TokenAsync(TokenKind.Admin)), message => message.MessageType == "answer");
            Assert.Equal(QuestionStatus.Answered, Read(await AnswerAsync(host, person, asked.QuestionId, """{"answer": "1"}""")).Status);
            Assert.Equal(AgentActivity.Unknown, (await AgentAsync(host, person, "be")).Activity);
        }
    }

    [Fact]
    public async Task In_place_of_a_person_that_is_deleted_the_operators_are_asked()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, person) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        await host.AgentAsync("first");
        await host.AgentAsync("lead");
        var asked = await AskedAsync(host, be, """{"content": "Which?", "escalation": ["first", "lead"], "escalate_after_seconds": 60}""");
        await host.SendAsync(HttpMethod.Delete, "/api/v1/agents/lead", person);

        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var escalated = await UntilAsync(host, person, asked.QuestionId, question => question.Waiting.Count == 2, Second);

        Assert.Equal(["first", "human"], escalated.Waiting);
        Assert.Equal(["question"], await TypesAsync(host, "human", person));
    }
}

public sealed class SqliteQuestionTimeTests() : QuestionTimeTests(new OnSqlite());

public sealed class PostgresQuestionTimeTests(PostgresDatabases databases) : QuestionTimeTests(new OnPostgres(databases));
