using Microsoft.AspNetCore.Http;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Questions;

/// <summary>Operations to ask people, and to answer.</summary>
internal sealed class QuestionsConcept(QuestionDesk desk, QuestionBoard board, QuestionWait waits, IAuditTrail audit, TimeProvider clock) : IConcept
{
    private const string ARequest =
        """
        {"content": "Which database should the service use?", "options": ["sqlite", {"value": "postgres", "label": "PostgreSQL", "detail": "Needs a server."}],
         "default": "sqlite", "deadline": "2026-01-22T14:50:00.000Z", "escalation": ["human", "lead-1"], "task_id": "0199e1c1-0000-7000-8000-000000000700"}
        """;

    private const string AnAnswer = """{"answer": "postgres", "note": "Use the one in staging."}""";

    private const string AFrameAnswer = """{"question_id": "0199e1c1-0000-7000-8000-000000000950", "answer": "postgres", "note": "Use the one in staging."}""";

    private const string AFrameWithdrawal = """{"question_id": "0199e1c1-0000-7000-8000-000000000950"}""";

    private static readonly string Answered = QuestionKinds.AQuestion
        .Replace("\"status\": \"open\", \"answer\": null, \"answered_by\": null", "\"status\": \"answered\", \"answer\": \"postgres\", \"answered_by\": \"human\"", StringComparison.Ordinal)
        .Replace("\"answered_at\": null, \"note\": null, \"waiting\": [\"human\"]", "\"answered_at\": \"2026-01-22T14:01:00.000Z\", \"note\": \"Use the one in staging.\", \"waiting\": []", StringComparison.Ordinal);

    private static readonly string Withdrawn = QuestionKinds.AQuestion
        .Replace("\"status\": \"open\"", "\"status\": \"withdrawn\"", StringComparison.Ordinal)
        .Replace("\"waiting\": [\"human\"]", "\"waiting\": []", StringComparison.Ordinal);

    public string Title => "Questions";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, QuestionRequest>("AskQuestion", "Ask a person.", Input.Body<QuestionRequest>(ARequest), AskAsync)
        {
            Details = "The person gets a message of type `question`, and a reminder at each quarter of the time until the deadline. While the question is open, the agent's "
                + "activity is `blocked_on_human`. The answer is a message of type `answer` to the agent.",
            Allows = Permission.WriteQuestions,
            Own = "the questions that it asks",
            Refuses = [ErrorCodes.Conflict, ErrorCodes.Forbidden, ErrorCodes.MailboxFull, ErrorCodes.BudgetSpent, ErrorCodes.RateLimited, ErrorCodes.ExecutionEnded, ErrorCodes.TooLarge],
            Answers = [AnswerShape.Created<Question>(QuestionKinds.AQuestion)],
            OncePerKey = OncePerKey.Yes,
        }.Rest("POST", "/questions").Frame(FrameEvents.QuestionAsk),

        new Operation<ProjectContext, QuestionQuery>("ListQuestions", "List the questions, newest first.", Input.Query<QuestionQuery>(), ListAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<Question>>(Example.PageOf(QuestionKinds.AQuestion))],
        }.Rest("GET", "/questions"),

        new Operation<ProjectContext, (string Id, WaitQuery Query)>(
            "GetQuestion", "Get a question.", Input.Path("question_id").And(Input.Query<WaitQuery>()), GetAsync)
        {
            Details = "Its number may stand for its id, here and in the other paths. `wait` keeps the call open until the question is no longer open.",
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Question>(QuestionKinds.AQuestion)],
        }.Rest("GET", "/questions/{question_id}"),

        new Operation<ProjectContext, (string? Id, QuestionAnswer Answer)>(
            "AnswerQuestion", "Answer a question.",
            Input.Path("question_id").And(Input.Body<QuestionAnswer>(AnAnswer)).As(all => ((string?)all.First, all.Second))
                .OrFrame(Input.Body<QuestionAnswer>(AFrameAnswer).As(body => (body.QuestionId, body))),
            AnswerAsync)
        {
            Details = "With options, the answer must be the value or the label of one, or its number, counted from 1. Only the first answer counts; a later one is refused, and "
                + "told who answered and when.",
            Allows = Permission.AnswerQuestions,
            Own = "the questions that name it in `escalation`",
            Refuses = [ErrorCodes.Conflict, ErrorCodes.Forbidden],
            Answers = [AnswerShape.Ok<Question>(Answered)],
        }.Rest("POST", "/questions/{question_id}/answer").Frame(FrameEvents.QuestionAnswer),

        new Operation<ProjectContext, (string? Id, QuestionWithdrawal Body)>(
            "WithdrawQuestion", "Withdraw a question: its answer is no longer needed. May be repeated.",
            Input.Path("question_id").As(id => ((string?)id, new QuestionWithdrawal()))
                .OrFrame(Input.Body<QuestionWithdrawal>(AFrameWithdrawal).As(body => (body.QuestionId, body))),
            WithdrawAsync)
        {
            Allows = Permission.WriteQuestions,
            Own = "the questions that it asked",
            Refuses = [ErrorCodes.Conflict, ErrorCodes.Forbidden],
            Answers = [AnswerShape.Ok<Question>(Withdrawn)],
        }.Rest("POST", "/questions/{question_id}/withdraw").Frame(FrameEvents.QuestionWithdraw),
    ];

    private async ValueTask<Answer> AskAsync(QuestionRequest request, ProjectContext context)
    {
        var (project, caller) = (context.Project, context.Caller);
        if (QuestionRules.Check(request, clock.GetUtcNow()) is { } problem)
            return problem;
        if (!(await desk.AskAsync(project, caller, request, context.Cancellation)).TryGet(out var asked, out problem))
            return problem;
        await audit.RecordAsync(caller, project.Id, "question.asked", asked.Value.QuestionId, context.Cancellation);
        return Answer.CreatedJson(asked.Shown, $"/questions/{asked.Value.QuestionId}", asked.Version);
    }

    private async ValueTask<Answer> ListAsync(QuestionQuery query, ProjectContext context)
    {
        if (!ListPlace.TryRead(query.List, out var below, out var problem))
            return problem;
        var found = await board.ListAsync(
            new EntityQuery(context.Project.Number, QuestionKinds.Question.Number, query.List.Limit + 1) { Below = below, Marks = [.. query.Marks] }, context.Cancellation);
        return Answer.Ok(ListPlace.Page(found, query.List.Limit, one => one.Value, one => one.Row.Made));
    }

    private async ValueTask<Answer> GetAsync((string Id, WaitQuery Query) asked, ProjectContext context)
    {
        if (await board.FindAsync(context.Project, asked.Id, context.Cancellation) is not { } found)
            return QuestionRules.NotFound(asked.Id);
        if (asked.Query.Wait is { } wait && found.Value.Status == QuestionStatus.Open)
        {
            await waits.UntilEndAsync(context.Project, context.Caller, found.Row, wait, context.Cancellation);
            if (context.Caller.Ended.IsCancellationRequested)
                return Problems.TokenEnded();
            found = await board.FindAsync(context.Project, asked.Id, context.Cancellation) ?? found;
        }

        return Answer.OkJson(found.Shown, found.Version);
    }

    private async ValueTask<Answer> AnswerAsync((string? Id, QuestionAnswer Answer) asked, ProjectContext context)
    {
        var (project, caller, answer) = (context.Project, context.Caller, asked.Answer);
        if (Disagreement(asked.Id, answer.QuestionId) is { } problem)
            return problem;
        if (QuestionRules.Check(answer) is { } bad)
            return bad;
        if (!(await desk.AnswerAsync(project, caller, asked.Id!, answer, context.Cancellation)).TryGet(out var answered, out problem))
            return problem;
        await audit.RecordAsync(caller, project.Id, "question.answered", answered.Value.QuestionId, context.Cancellation);
        return Answer.OkJson(answered.Shown, answered.Version);
    }

    private async ValueTask<Answer> WithdrawAsync((string? Id, QuestionWithdrawal Body) asked, ProjectContext context)
    {
        var (project, caller) = (context.Project, context.Caller);
        if (Disagreement(asked.Id, asked.Body.QuestionId) is { } problem)
            return problem;
        if (await board.FindAsync(project, asked.Id!, context.Cancellation) is not { } present)
            return QuestionRules.NotFound(asked.Id!);
        // The agent of a question never changes.
        if (present.Value.AgentId is { } agent ? !caller.May(Permission.WriteQuestions, agent) : caller.May(Permission.WriteQuestions) != Access.Yes)
            return Problems.Forbidden($"The question '{asked.Id}' is that of {(present.Value.AgentId is { } asker ? $"'{asker}'" : $"the workflow '{present.Value.WorkflowId}'")}.");
        if (!(await board.WithdrawAsync(project, caller.NumberIn(project), asked.Id!, context.Cancellation)).TryGet(out var withdrawn, out problem))
            return problem;
        await audit.RecordAsync(caller, project.Id, "question.withdrawn", withdrawn.Value.QuestionId, context.Cancellation);
        return Answer.OkJson(withdrawn.Shown, withdrawn.Version);
    }

    private static ApiProblem? Disagreement(string? id, string? said) =>
        id is null ? Problems.InvalidField("question_id", "is missing")
        : said is not null && said != id ? Problems.InvalidField("question_id", "must be absent or the same as in the path")
        : null;

    private sealed record WaitQuery(TimeSpan? Wait) : IQuery<WaitQuery>
    {
        public static WaitQuery Read(QueryReader query) =>
            new(query.Seconds("wait", 0, QuestionWait.Longest.TotalSeconds, "How many seconds to wait for the question to end."));
    }
}
