using System.Collections.Concurrent;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Questions;

namespace Parley.Server.Workflows;

/// <summary>Steps of people. Each is put to its person as a question, in the commit that hands out the step, and ends when the question does.</summary>
internal sealed class StepQuestions(QuestionBoard questions, WorkflowBoard board, ProjectDirectory projects, TimeProvider clock) : IChore
{
    private const int PartSize = 100;

    /// <summary>As much of the input as a question has room for.</summary>
    private const int LongestNote = 2_000;

    /// <summary>How far the check of a project has come.</summary>
    private readonly ConcurrentDictionary<int, long> _places = new();

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    internal string NewId() => questions.NewId();

    internal EntityWrite Write(Question question) => questions.Write(question);

    /// <inheritdoc cref="QuestionBoard.PlaceAsync(ProjectState, EntityRow, SendOutcome)"/>
    internal async ValueTask PlaceAsync(ProjectState project, EntityRow row, SendOutcome message) => await questions.PlaceAsync(project, row, message);

    /// <summary>Adds the question that puts a step to a person, and its message.</summary>
    /// <param name="step">As it will be after it was handed out.</param>
    internal void Ask(NextMoves next, WorkflowStep step, AgentState person)
    {
        var request = new QuestionRequest
        {
            Content = step.Action ?? step.Step,
            Options = step.Options,
            Default = step.Default,
            Deadline = step.TimeoutAt,
            Escalation = person.Id == AgentDirectory.Human ? null : [person.Id],
            ExecutionId = next.Workflow.Value.ExecutionId,
            Note = step.FilledInput is { } input ? Shortened(input.ValueKind == JsonValueKind.String ? input.GetString()! : input.GetRawText()) : null,
        };
        var question = QuestionRules.Create(request, step.QuestionId!, agentId: null, next.Now) with { WorkflowId = step.WorkflowId, Step = step.Step };
        next.Questions.Add((question, next.Messages.Count));
        var draft = QuestionMessages.Ask(question);
        next.Messages.Add(Mailbox.Compose(next.Project, Sender.Server, draft, person, Guid.Parse(step.WorkflowId)));
    }

    /// <summary>Whether the question of a step has ended, so that the step can.</summary>
    internal async ValueTask<bool> HasEndedAsync(ProjectState project, WorkflowStep step, CancellationToken cancellationToken) =>
        await questions.FindAsync(project, step.QuestionId!, cancellationToken) is not { Value.Status: QuestionStatus.Open };

    /// <summary>Ends a step whose question has ended. Does nothing if it is not, or if the step is no longer about this question.</summary>
    internal async ValueTask EndAsync(ProjectState project, string workflowId, string name, CancellationToken cancellationToken)
    {
        if (await board.FindStepAsync(project, workflowId, name, cancellationToken) is not { Value.QuestionId: { } id })
            return;
        var question = await questions.FindAsync(project, id, cancellationToken);
        if (question is { Value.Status: QuestionStatus.Open })
            return;
        var call = question?.Value switch
        {
            { Status: QuestionStatus.Answered or QuestionStatus.Defaulted } answered => new StepCall(StepVerb.Complete, clock.GetUtcNow())
            {
                Result = JsonElement.Parse(QuestionMessages.AnswerPayload(answered)),
            },
            { Status: QuestionStatus.Expired } => new StepCall(StepVerb.Fail, clock.GetUtcNow()) { Error = "Nobody answered in time." },
            _ => new StepCall(StepVerb.Fail, clock.GetUtcNow()) { Error = "Its question was withdrawn.", IsFinal = true },
        };
        await board.ChangeStepAsync(
            project, 0, workflowId, name,
            present => StepMoves.IsHeld(present.Status) && present.QuestionId == id ? StepMoves.Make(present, call with { Fence = present.Fence }) : Decision<WorkflowStep>.Keep,
            cancellationToken);
    }

    /// <summary>The step that a question is about has ended in another way, so nobody needs the answer.</summary>
    internal async ValueTask WithdrawAsync(ProjectState project, string questionId, CancellationToken cancellationToken) =>
        await questions.WithdrawAsync(project, 0, questionId, cancellationToken);

    /// <summary>Withdraws what a killed node left open although its step has ended. A few at a time, however many there are.</summary>
    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All.Where(project => !project.Gone.IsCancellationRequested))
        {
            var query = new EntityQuery(project.Number, QuestionKinds.Question.Number, PartSize)
            {
                Marks = [QuestionKinds.OpenForStep],
                OldestFirst = true,
                Above = _places.GetValueOrDefault(project.Number),
            };
            var part = await questions.ListAsync(query, cancellationToken);
            foreach (var question in part)
            {
                var step = await board.FindStepAsync(project, question.Value.WorkflowId!, question.Value.Step!, cancellationToken);
                if (step is null || !StepMoves.IsHeld(step.Value.Status) || step.Value.QuestionId != question.Value.QuestionId)
                    await WithdrawAsync(project, question.Value.QuestionId, cancellationToken);
            }

            _places[project.Number] = part.Count < PartSize ? 0 : part[^1].Row.Made;
        }

        return null;
    }

    private static string Shortened(string text) =>
        text.Length <= LongestNote ? text : $"{text[..(char.IsHighSurrogate(text[LongestNote - 2]) ? LongestNote - 2 : LongestNote - 1)]}…";
}
