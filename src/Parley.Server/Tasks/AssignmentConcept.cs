using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Tasks;

/// <summary>Operations to assign tasks and work on them.</summary>
internal sealed class AssignmentConcept(TaskBoard board, TaskHands hands) : IConcept
{
    private const string Theirs = "the tasks that it has";
    private const string AFence = """{"fence": 1}""";
    private const string AResult = """{"fence": 1, "result": {"pull_request": 17}}""";

    private const string AFrameResult = """{"task_id": "0199e1c1-0000-7000-8000-000000000700", "fence": 1, "result": {"pull_request": 17}}""";
    private const string AnOrder = """{"agent_id": "fe-1"}""";
    private const string AFrameOrder = """{"task_id": "0199e1c1-0000-7000-8000-000000000700", "agent_id": "fe-1"}""";

    public string Title => "Assignments";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, (string? Id, long? Match, TaskAssignment Body)>(
            "AssignTask", "Assign a task to an agent, or to one that the server chooses.",
            Input.Path("task_id").And(Input.IfMatch).And(Input.OptionalBody<TaskAssignment>(AnOrder))
                .As(all => ((string?)all.First, all.Second, all.Third ?? new TaskAssignment()))
                .OrFrame(Input.Body<TaskAssignment>(AFrameOrder).As(body => (body.TaskId, (long?)null, body))),
            AssignAsync)
        {
            Details = "The agent gets a message of type `task_assignment`, whose payload has the task, its fence, and its lease.",
            Allows = Permission.WriteTasks,
            Refuses = [ErrorCodes.Conflict, ErrorCodes.NoCapableAgent, ErrorCodes.MailboxFull],
            Answers = [AnswerShape.Ok<AgentTask>(TaskKinds.ATask)],
            // Each assignment by the engine affects its next choice.
            Overlap = new Overlap<(string? Id, long? Match, TaskAssignment Body)>(
                static asked => asked.Body.AgentId is null ? TaskKinds.ByTheEngine : asked.Id, KeepOrder: false),
        }.Rest("POST", "/tasks/{task_id}/assign").Frame(FrameEvents.TaskAssign),

        new Operation<ProjectContext, (string Id, long? Match, TaskMove? Body)>(
            "UnassignTask", "Take a task back from the agent that has it.",
            Input.Path("task_id").And(Input.IfMatch).And(Input.OptionalBody<TaskMove>("""{"reason": "It is more urgent elsewhere."}""")),
            (asked, context) => MoveAsync((asked.Id, asked.Match, asked.Body ?? new TaskMove()), TaskVerb.Unassign, context))
        {
            Allows = Permission.WriteTasks,
            Refuses = [ErrorCodes.Conflict, ErrorCodes.LeaseLost],
            Answers = [AnswerShape.Ok<AgentTask>(TaskKinds.ATask)],
        }.Rest("POST", "/tasks/{task_id}/unassign"),

        Move(TaskVerb.Accept, "AcceptTask", "Accept a task that was assigned to the agent.", AFence),
        Move(TaskVerb.Reject, "RejectTask", "Give a task back. The server does not assign it to this agent again.", """{"fence": 1, "reason": "It needs a designer."}"""),
        Move(TaskVerb.Start, "StartTask", "Report that the agent started work on the task.", AFence),
        Move(TaskVerb.Extend, "ExtendTask", "Extend the lease.", """{"fence": 1, "lease_seconds": 600}"""),
        Move(TaskVerb.Complete, "CompleteTask", "End a task with its result.", AResult),
        Move(TaskVerb.Fail, "FailTask", "End a task with an error.", """{"fence": 1, "error": "The database is down."}"""),

        new Operation<ProjectContext, (string Id, ListQuery List)>(
            "ListAssignments", "List a task's assignments, oldest first.", Input.Path("task_id").And(Input.Query<PlainQuery>()).As(asked => (asked.First, asked.Second.List)), ListAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<Assignment>>(Example.PageOf(TaskKinds.AnAssignment))],
        }.Rest("GET", "/tasks/{task_id}/assignments"),
    ];

    private Operation Move(TaskVerb verb, string name, string summary, string example)
    {
        Input<(string? Id, long? Match, TaskMove Body)> input = Input.Path("task_id").And(Input.IfMatch).And(Input.OptionalBody<TaskMove>(example))
            .As(all => ((string?)all.First, all.Second, all.Third ?? new TaskMove()));
        if (verb == TaskVerb.Complete)
            input = input.OrFrame(Input.Body<TaskMove>(AFrameResult).As(body => (body.TaskId, (long?)null, body)));
        var operation = new Operation<ProjectContext, (string? Id, long? Match, TaskMove Body)>(name, summary, input, (asked, context) => MoveAsync(asked, verb, context))
        {
            Allows = Permission.WorkOnTasks,
            Own = Theirs,
            Refuses = [ErrorCodes.Conflict, ErrorCodes.LeaseLost],
            Answers = [AnswerShape.Ok<AgentTask>(TaskKinds.ATask)],
            Overlap = new Overlap<(string? Id, long? Match, TaskMove Body)>(static asked => asked.Id, KeepOrder: false),
        }.Rest("POST", $"/tasks/{{task_id}}/{WireType.WordOf(verb)}");
        return verb == TaskVerb.Complete ? operation.Frame(FrameEvents.TaskComplete) : operation;
    }

    private async ValueTask<Answer> AssignAsync((string? Id, long? Match, TaskAssignment Body) asked, ProjectContext context)
    {
        var (path, match, body) = asked;
        if (!TaskHands.TryAgree(path, body.TaskId, match, body.IfVersion, out var id, out var version, out var problem))
            return problem;
        id = await board.IdOfAsync(context.Project, id, context.Cancellation);
        var result = await hands.GiveAsync(context.Project, context.Caller, id, body.AgentId, version, context.Cancellation);
        return result.TryGet(out var task, out var refusal) ? Answer.OkJson(task.Shown, task.Version) : refusal;
    }

    private async ValueTask<Answer> MoveAsync((string? Id, long? Match, TaskMove Body) asked, TaskVerb verb, ProjectContext context)
    {
        var (path, match, move) = asked;
        if (!TaskHands.TryAgree(path, move.TaskId, match, move.IfVersion, out var id, out var version, out var problem))
            return problem;
        if (TaskRules.Check(verb, move) is { } bad)
            return bad;
        id = await board.IdOfAsync(context.Project, id, context.Cancellation);
        var result = await hands.MoveAsync(context, id, verb, version, move, verb == TaskVerb.Fail ? move.Error : move.Reason);
        return result.TryGet(out var task, out var refusal) ? Answer.OkJson(task.Shown, task.Version) : refusal;
    }

    private async ValueTask<Answer> ListAsync((string Id, ListQuery List) asked, ProjectContext context)
    {
        if (await board.FindNamedAsync(context.Project, asked.Id, context.Cancellation) is not { } task)
            return TaskRules.NotFound(asked.Id);
        var found = await board.AssignmentsAsync(context.Project, task.Value.TaskId, asked.List.After, asked.List.Limit + 1, context.Cancellation);
        return Answer.Ok(new Page<Assignment>
        {
            Items = [.. found.Take(asked.List.Limit).Select(assignment => assignment.Value)],
            Next = found.Count > asked.List.Limit ? found[asked.List.Limit - 1].Row.Name : null,
        });
    }

    private sealed record PlainQuery(ListQuery List) : IQuery<PlainQuery>
    {
        public static PlainQuery Read(QueryReader query) => new(query.List());
    }
}
