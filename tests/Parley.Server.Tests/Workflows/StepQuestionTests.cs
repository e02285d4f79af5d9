using System.Net;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Questions;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Parley.Server.Workflows;
using Xunit;

namespace Parley.Server.Tests.Workflows;

/// <summary>Steps of people: each is a question, and ends with it.</summary>
public abstract class StepQuestionTests(StorageUnderTest storage)
{
    private const string Ship =
        """{"steps": [{"step": "ship", "person": "human", "action": "May we ship?", "options": ["yes", "no"], "default": "no", "timeout_seconds": 3600, "input": {"version": 2}}, {"step": "tell", "agent": "be", "action": "Tell.", "depends_on": ["ship"], "input": "${ship/answer}", "when": [{"step": "ship", "pointer": "/answer", "value": "yes"}]}]}""";

    private const string Plain = """{"steps": [{"step": "ask", "person": "human", "action": "What next?"}]}""";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_step_of_a_person_is_a_question_and_the_answer_is_its_result()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, pm, person) = (await host.AgentAsync("be"), await host.AgentAsync("pm"), await host.TokenAsync(TokenKind.Operator));
        var started = await host.StartAsync(pm, Ship);

        var question = Assert.Single(await Asking.ListAsync(host, person, "?status=open"));
        Assert.Equal(("May we ship?", null, started.WorkflowId, "ship", """{"version":2}"""), (question.Content, question.AgentId, question.WorkflowId, question.Step, question.Note));
        Assert.Equal((question.QuestionId, question.Deadline, "human"), (started.Named("ship").QuestionId, started.Named("ship").TimeoutAt, started.Named("ship").AgentId));
        Assert.Equal(["yes", "no"], question.Options.Select(option => option.Value));
        var asked = Assert.Single(await host.InboxAsync("human", person, "question"));
        Assert.Equal((asked.MessageId, started.ThreadId, started.ExecutionId), (question.MessageId, asked.ConversationThreadId, asked.ExecutionId));
        // Nobody waits but the workflow.
        Assert.Equal(AgentActivity.Unknown, (await Asking.AgentAsync(host, person, "pm")).Activity);

        Asking.Read(await Asking.AnswerAsync(host, person, question.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), """{"answer": "1", "note": "Gladly."}"""));

        var after = await host.UntilAsync(pm, started.WorkflowId, "tell", WorkflowStepStatus.Assigned);
        Assert.Equal(
            $$"""{"question_id":"{{question.QuestionId}}","status":"answered","answer":"yes","answered_by":"human","note":"Gladly."}""", after.Named("ship").Result!.Value.GetRawText());
        Assert.Equal("\"yes\"", after.Named("tell").FilledInput!.Value.GetRawText());
        await host.EndAsync(be, started, "tell");
        await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Completed);
        Assert.Empty(await Asking.ListAsync(host, person, "?status=open"));
    }

    [Fact]
    public async Task A_reply_of_the_person_is_the_answer_and_is_in_nobodys_mailbox()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, lead, person) = (await host.AgentAsync("pm"), await host.AgentAsync("lead"), await host.TokenAsync(TokenKind.Operator));
        var started = await host.StartAsync(pm, Plain.Replace("\"human\"", "\"lead\"", StringComparison.Ordinal));
        var asked = Assert.Single(await host.InboxAsync("lead", lead, "question"));

        (await Asking.AnswerAsync(host, pm, started.Named("ask").QuestionId!, """{"answer": "I say."}""")).Refused(HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        (await Asking.WithdrawAsync(host, pm, started.Named("ask").QuestionId!)).Refused(HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        var reply = await Asking.SendAsync(host, lead, $$"""{"reply_to": "{{asked.MessageId}}", "content": "The tests."}""");

        Assert.Equal("answer", reply.MessageType);
        var ended = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Completed);
        Assert.Equal(("The tests.", "lead"), (ended.Named("ask").Result!.Value.GetProperty("answer").GetString(), ended.Named("ask").Result!.Value.GetProperty("answered_by").GetString()));
        Assert.Empty(await Asking.TypesAsync(host, "human", person));
        Assert.Equal(["workflow_completion"], await Asking.TypesAsync(host, "pm", pm));
    }

    [Fact]
    public async Task At_the_deadline_the_default_is_the_answer_or_the_attempt_fails()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, person) = (await host.AgentAsync("pm"), await host.TokenAsync(TokenKind.Operator));
        await host.AgentAsync("be");
        var usual = await host.StartAsync(pm, Ship);
        var again = await host.StartAsync(pm, """{"steps": [{"step": "ask", "person": "human", "action": "What?", "timeout_seconds": 3600, "retries": {"max": 1}}]}""");

        var shipped = await host.UntilAsync(pm, usual.WorkflowId, workflow => workflow.Status == WorkflowStatus.Completed, Minute);
        Assert.Equal(("defaulted", WorkflowStepStatus.Skipped), (shipped.Named("ship").Result!.Value.GetProperty("status").GetString(), shipped.Named("tell").Status));
        var asked = await host.UntilAsync(pm, again.WorkflowId, workflow => workflow.Named("ask") is { Attempt: 2, QuestionId: not null }, Second);
        Assert.Equal("Nobody answered in time.", asked.Named("ask").Attempts[0].Error);
        Assert.NotEqual(again.Named("ask").QuestionId, asked.Named("ask").QuestionId);
        Assert.Single(await Asking.ListAsync(host, person, "?status=open"));

        Asking.Read(await Asking.AnswerAsync(host, person, asked.Named("ask").QuestionId!, """{"answer": "This."}"""));

        Assert.Equal(WorkflowStatus.Completed, (await host.UntilAsync(pm, again.WorkflowId, workflow => workflow.EndedAt is not null)).Status);
    }

    [Fact]
    public async Task When_a_step_ends_in_another_way_its_question_is_withdrawn()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, person) = (await host.AgentAsync("pm"), await host.TokenAsync(TokenKind.Operator));
        var (cancelled, done, failed) = (await host.StartAsync(pm, Plain), await host.StartAsync(pm, Plain), await host.StartAsync(pm, Plain));
        var asked = (await host.InboxAsync("human", person, "question"))[2];

        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Post, $"{Following.Api}/{cancelled.WorkflowId}/cancel", pm, "{}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.StepAsync(person, done.WorkflowId, "ask", "complete", """{"result": 1}""")).Status);
        var no = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", person, $$"""{"reply_to": "{{asked.MessageId}}", "outcome": "error", "content": "Nobody knows."}""");
        Assert.Equal(HttpStatusCode.Created, no.Status);

        foreach (var workflow in new[] { cancelled, done, failed })
            await Asking.UntilAsync(host, person, workflow.Named("ask").QuestionId!, question => question.Status == QuestionStatus.Withdrawn);
        Assert.Equal(
            (WorkflowStatus.Completed, WorkflowStatus.Failed),
            ((await host.UntilAsync(pm, done.WorkflowId, workflow => workflow.EndedAt is not null)).Status, (await host.UntilAsync(pm, failed.WorkflowId, workflow => workflow.EndedAt is not null)).Status));
        Assert.Equal("Nobody knows.", (await host.FollowAsync(pm, failed.WorkflowId)).Named("ask").Error);
        // Nothing is left to do for the person.
        await Polling.UntilAsync(() => "the questions to leave the mailbox", async () => (await Asking.TypesAsync(host, "human", person)).Count == 0);
    }

    [Fact]
    public async Task The_person_can_report_the_failure_in_a_reply_to_a_reminder()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, person) = (await host.AgentAsync("pm"), await host.TokenAsync(TokenKind.Operator));
        var started = await host.StartAsync(pm, """{"steps": [{"step": "ask", "person": "human", "action": "What?", "timeout_seconds": 36000}]}""");
        IReadOnlyList<Message> reminders = [];
        await Polling.UntilAsync(
            () => "a reminder in the mailbox",
            async () =>
            {
                host.Clock.Advance(Minute);
                reminders = await host.InboxAsync("human", person, "question_reminder");
                return reminders.Count > 0;
            });

        var no = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", person, $$"""{"reply_to": "{{reminders[0].MessageId}}", "outcome": "error", "content": "Nobody knows."}""");

        Assert.Equal(HttpStatusCode.Created, no.Status);
        var failed = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.EndedAt is not null);
        Assert.Equal((WorkflowStatus.Failed, "Nobody knows."), (failed.Status, failed.Named("ask").Error));
    }

    [Fact]
    public async Task A_step_fails_if_its_question_is_withdrawn()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, person) = (await host.AgentAsync("pm"), await host.TokenAsync(TokenKind.Operator));
        var started = await host.StartAsync(pm, """{"steps": [{"step": "ask", "person": "human", "action": "What?", "retries": {"max": 3}}]}""");

        Asking.Read(await Asking.WithdrawAsync(host, person, started.Named("ask").QuestionId!));

        var ended = await host.UntilAsync(pm, started.WorkflowId, workflow => workflow.EndedAt is not null);
        Assert.Equal((WorkflowStatus.Failed, "Its question was withdrawn.", 1), (ended.Status, ended.Named("ask").Error, ended.Named("ask").Attempt));
    }

    [Fact]
    public async Task A_question_that_a_killed_node_left_open_is_withdrawn_when_its_step_has_ended()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, person) = (await host.AgentAsync("pm"), await host.TokenAsync(TokenKind.Operator));
        var (held, over) = (await host.StartAsync(pm, Plain), await host.StartAsync(pm, Plain));
        // Past the server, which would have withdrawn the question itself.
        var ended = await host.Get<WorkflowBoard>().ChangeStepAsync(
            host.Default, 0, over.WorkflowId, "ask", step => StepMoves.Make(step, new StepCall(StepVerb.Complete, host.Clock.GetUtcNow())), TestContext.Current.CancellationToken);
        Assert.Null(ended.Problem);

        await host.Get<StepQuestions>().RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            (QuestionStatus.Withdrawn, QuestionStatus.Open),
            ((await Asking.GetAsync(host, person, over.Named("ask").QuestionId!)).Status, (await Asking.GetAsync(host, person, held.Named("ask").QuestionId!)).Status));
    }

    [Theory]
    [InlineData("""{"agent": "be", "options": ["a"]}""", "steps[0].options", "only a person")]
    [InlineData("""{"agent": "be", "default": "a"}""", "steps[0].default", "only a person")]
    [InlineData("""{"person": "human", "default": "a"}""", "steps[0].default", "needs timeout_seconds")]
    [InlineData("""{"person": "human", "options": ["a", "b"], "default": "c", "timeout_seconds": 1}""", "steps[0].default", "expected 1 (a), 2 (b)")]
    [InlineData("""{"person": "human", "options": ["a", "a"]}""", "steps[0].options[1]", "as an earlier one")]
    [InlineData("""{"person": "human", "options": [""]}""", "steps[0].options[0].value", "")]
    public async Task What_cannot_be_asked_is_refused_with_its_place(string step, string place, string says)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var pm = await host.AgentAsync("be");

        var refused = (await host.SendAsync(HttpMethod.Post, Following.Api, pm, $$"""{"steps": [{"action": "Do it.", {{step[1..]}}]}""")).Refused(HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest);

        Assert.Contains(says, string.Join(" ", refused.Errors![place]), StringComparison.Ordinal);
        Assert.Empty((await host.SendAsync(HttpMethod.Get, Following.Api, pm)).As(WireJson.Lenient.PageWorkflow).Items);
    }
}

public sealed class SqliteStepQuestionTests() : StepQuestionTests(new OnSqlite());

public sealed class PostgresStepQuestionTests(PostgresDatabases databases) : StepQuestionTests(new OnPostgres(databases));
