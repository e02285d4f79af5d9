using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Messages;
using Parley.Server.Questions;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Tasks;
using Xunit;
using static Parley.Server.Tests.Questions.Asking;

namespace Parley.Server.Tests.Questions;

/// <summary>What a killed server has stored, and what it has not done after that.</summary>
public abstract class QuestionCrashTests(StorageUnderTest storage)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_whose_message_was_stored_but_not_noted_finds_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, person) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));

        var first = await StoreAsync(host, "be", "Which?");
        var second = await StoreAsync(host, "be", "Which?");

        foreach (var id in new[] { first, second })
        {
            var found = await UntilAsync(host, person, id, question => question.MessageId is not null, Second);
            var message = (await host.SendAsync(HttpMethod.Get, $"/api/v1/messages/{found.MessageId}", person)).As(WireJson.Lenient.Message);
            Assert.Equal((id, found.ThreadId), (message.Payload!.Value.GetProperty("question_id").GetString(), message.ConversationThreadId));
            Assert.Equal(AgentActivity.BlockedOnHuman, (await AgentAsync(host, be, "be")).Activity);
        }
    }

    [Fact]
    public async Task A_reply_answers_a_message_that_was_not_noted_yet()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (_, person) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        // The clock stands still, so nobody looks.
        var id = await StoreAsync(host, "be", "Which?");
        var asked = Assert.Single(await InboxAsync(host, "human", person));

        await SendAsync(host, person, $$"""{"reply_to": "{{asked.MessageId}}", "content": "This one."}""");

        Assert.Equal("This one.", (await GetAsync(host, person, id)).Answer);
    }

    [Fact]
    public async Task A_question_about_a_task_that_has_ended_is_withdrawn_whoever_should_have_done_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var task = await host.CreateAsync(be, """{"title": "Build it", "agent_id": "be"}""");
        (await host.MoveAsync(be, task.TaskId, "complete", """{"fence": 1}""")).Task();

        var id = await StoreAsync(host, "be", "Which?", task.TaskId);

        await UntilAsync(host, be, id, question => question.Status == QuestionStatus.Withdrawn, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task The_messages_of_a_question_that_has_ended_leave_the_mailboxes_also_if_the_server_was_killed_just_then()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, _, person) = (await host.AgentAsync("be"), await host.AgentAsync("lead"), await host.TokenAsync(TokenKind.Operator));
        var asked = await AskedAsync(host, be, """{"content": "Which?", "escalation": ["human", "lead"], "deadline": "2026-01-22T14:56:52Z"}""");
        await UntilAsync(host, person, asked.QuestionId, question => question.Waiting.Count == 2, TimeSpan.FromMinutes(1));
        Assert.NotEmpty(await TypesAsync(host, "human", person));
        Assert.NotEmpty(await TypesAsync(host, "lead", person));

        // The commit of the answer, and nothing after it.
        var (write, _) = (await host.Get<QuestionBoard>().AnswerWriteAsync(host.Default, asked.QuestionId, "This one.", "human", Cancel))!.Value;
        Assert.Equal(TransitionResult.Applied, (await host.Get<IEntityStore>().ApplyAsync(new Transition(host.Default.Number, 0, [write]), Cancel)).Result);

        await Polling.UntilAsync(() => "the question to leave both mailboxes", async () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(5));
            return (await TypesAsync(host, "human", person)).Count == 0 && (await TypesAsync(host, "lead", person)).Count == 0;
        });
        // And nobody looks for them again.
        await Polling.UntilAsync(() => "the mark to be gone", async () =>
            await host.Get<IEntityStore>().CountAsync(host.Default.Number, QuestionKinds.Question.Number, QuestionKinds.InMail, 10, Cancel) == 0);
    }

    [Fact]
    public async Task A_look_that_is_repeated_sends_nothing_again()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, person) = (await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        var asked = await AskedAsync(host, be);
        host.Clock.Advance(TimeSpan.FromMinutes(16));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await host.Get<QuestionBoard>().AdvanceAsync(host.Default, asked.QuestionId, Cancel)));

        Assert.Single(await InboxAsync(host, "human", person), message => message.MessageType == "question_reminder");
        host.Clock.Advance(TimeSpan.FromHours(1));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await host.Get<QuestionBoard>().AdvanceAsync(host.Default, asked.QuestionId, Cancel)));
        Assert.Single(await InboxAsync(host, "be", be));
    }

    /// <summary>The commit of a question, and nothing after it.</summary>
    private static async Task<string> StoreAsync(ConceptHost host, string agentId, string content, string? taskId = null)
    {
        var (board, project) = (host.Get<QuestionBoard>(), host.Default);
        var human = await host.Get<AgentDirectory>().HumanAsync(project, Cancel);
        var agent = project.Agents.Find(agentId)!;
        var sender = new Sender(agent, agent.Id, agent.Words.AsSender, Authority.Agent, "test", null);
        var question = QuestionRules.Create(new QuestionRequest { Content = content, TaskId = taskId }, board.NewId(), agentId, host.Clock.GetUtcNow());
        var message = (await host.Get<Mailbox>().ComposeAsync(project, sender, QuestionMessages.Ask(question), human, Cancel)).Value;
        var outcome = await host.Get<IEntityStore>().ApplyAsync(new Transition(project.Number, agent.Number, [board.Write(question)]) { Messages = [message] }, Cancel);
        Assert.Equal(TransitionResult.Applied, outcome.Result);
        return question.QuestionId;
    }
}

public sealed class SqliteQuestionCrashTests() : QuestionCrashTests(new OnSqlite());

public sealed class PostgresQuestionCrashTests(PostgresDatabases databases) : QuestionCrashTests(new OnPostgres(databases));
