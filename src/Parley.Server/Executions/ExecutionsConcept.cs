using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Squads;
using Parley.Server.Wire;

namespace Parley.Server.Executions;

/// <summary>Executions: start them, report their progress, end them.</summary>
internal sealed class ExecutionsConcept(ExecutionTracker executions, SquadDirectory squads, IAuditTrail audit, EntryRate rate) : IConcept
{
    private const string Theirs = "the executions that it started and those of its squads";

    internal const string AnExecution =
        """
        {"execution_id": "0199e1c1-0000-7000-8000-000000000400", "title": "Build the login page", "squad_id": "alpha", "workflow_id": null,
         "status": "in_progress", "progress": 40, "current_phase": "implementation", "result": null, "error": null, "created_by": "pm-1",
         "created_at": "2026-01-22T13:50:00.000Z", "ended_at": null,
         "logs": [{"timestamp": "2026-01-22T13:56:00.000Z", "level": "info", "message": "All tests pass."}]}
        """;

    public string Title => "Executions";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, ExecutionRequest>(
            "CreateExecution", "Start an execution: one run of a piece of work.",
            Input.Body<ExecutionRequest>("""{"title": "Build the login page", "squad_id": "alpha"}"""), BeginAsync)
        {
            Allows = Permission.WriteExecutions,
            Own = Theirs,
            Answers = [AnswerShape.Created<Execution>(AnExecution)],
            OncePerKey = OncePerKey.Yes,
        }.Rest("POST", "/executions"),

        new Operation<ProjectContext, ExecutionQuery>(
            "ListExecutions", "List the executions, newest first, without their log lines.", Input.Query<ExecutionQuery>(), ListAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<Execution>>(Example.PageOf(AnExecution))],
        }.Rest("GET", "/executions"),

        new Operation<ProjectContext, string>("GetExecution", "Get an execution with its newest log lines.", Input.Path("id"), ShowAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Execution>(AnExecution)],
        }.Rest("GET", "/executions/{id}"),

        new Operation<ProjectContext, (string Id, ExecutionPatch Body)>(
            "UpdateExecution", "Update an execution's status, progress, or phase. Absent fields do not change. The answer leaves out the log lines.",
            Input.Path("id").And(Input.Body<ExecutionPatch>("""{"status": "in_progress", "progress": 40, "current_phase": "implementation"}""")), PatchAsync)
        {
            Allows = Permission.WriteExecutions,
            Own = Theirs,
            Refuses = [ErrorCodes.ExecutionEnded],
            Answers = [AnswerShape.Ok<Execution>(AnExecution)],
        }.Rest("PATCH", "/executions/{id}"),

        new Operation<ProjectContext, (string Id, ExecutionLogRequest Body)>(
            "AddExecutionLog", "Add a line to an execution's log.",
            Input.Path("id").And(Input.Body<ExecutionLogRequest>("""{"level": "info", "message": "All tests pass."}""")), LogAsync)
        {
            Allows = Permission.WriteExecutions,
            Own = Theirs,
            Refuses = [ErrorCodes.ExecutionEnded],
            Answers = [AnswerShape.Done],
            OncePerKey = OncePerKey.Yes,
        }.Rest("POST", "/executions/{id}/logs"),

        Ending("CompleteExecution", "End an execution with its result.", ExecutionStatus.Completed, "complete"),
        Ending("FailExecution", "End an execution that failed, with its error.", ExecutionStatus.Failed, "fail"),
        Ending("CancelExecution", "End an execution that is no longer wanted.", ExecutionStatus.Cancelled, "cancel"),
    ];

    private Operation Ending(string name, string summary, ExecutionStatus status, string verb) => new Operation<ProjectContext, (string Id, ExecutionEnd? Body)>(
        name, summary, Input.Path("id").And(Input.OptionalBody<ExecutionEnd>(
            status == ExecutionStatus.Completed ? """{"result": {"pull_request": 17}}""" : """{"error": "The database is down."}""")),
        (request, context) => EndAsync(request.Id, status, request.Body, context))
    {
        Allows = Permission.WriteExecutions,
        Own = Theirs,
        Refuses = [ErrorCodes.ExecutionEnded],
        Answers = [AnswerShape.Ok<Execution>(AnExecution)],
    }.Rest("POST", $"/executions/{{id}}/{verb}");

    private async ValueTask<Answer> BeginAsync(ExecutionRequest request, ProjectContext context)
    {
        if (ExecutionRules.Check(request) is { } problem)
            return problem;
        if (request.SquadId is { } squad && await squads.FindAsync(context.Project, squad, context.Cancellation) is null)
            return Problems.NotFound("squad", squad);
        if (!(await executions.BeginAsync(context.Project, context.Caller, request, context.Cancellation)).TryGet(out var execution, out problem))
            return problem;
        return Answer.Created(execution, $"/executions/{execution.ExecutionId}");
    }

    private async ValueTask<Answer> ListAsync(ExecutionQuery query, ProjectContext context)
    {
        if (!ListPlace.TryRead(query.List, out var below, out var problem))
            return problem;
        var found = await executions.ListAsync(
            new EntityQuery(context.Project.Number, ExecutionKind.Kind.Number, query.List.Limit + 1) { Below = below, Marks = [.. query.Marks] }, context.Cancellation);
        return Answer.Ok(ListPlace.Page(found, query.List.Limit, execution => execution.Value, execution => execution.Row.Made));
    }

    private async ValueTask<Answer> PatchAsync((string Id, ExecutionPatch Body) request, ProjectContext context)
    {
        var (id, patch) = request;
        if ((ExecutionRules.Check(patch) ?? rate.Refusal(context.Project, context.Caller)) is { } problem)
            return problem;
        // Without its lines: a caller that reports progress every second does not need all of them every time.
        return (await ChangeAsync(id, present => ExecutionRules.Change(present, patch), context)).TryGet(out var changed, out problem) ? Answer.Ok(changed.Value) : problem;
    }

    private async ValueTask<Answer> LogAsync((string Id, ExecutionLogRequest Body) request, ProjectContext context)
    {
        if ((ExecutionRules.Check(request.Body) ?? rate.Refusal(context.Project, context.Caller)) is { } problem)
            return problem;
        var (level, message) = (request.Body.Level ?? ExecutionRules.UsualLevel, request.Body.Message!);
        return (await ChangeAsync(request.Id, present => ExecutionRules.AddLine(present, level, message), context)).Problem is { } refusal ? refusal : Answer.Done;
    }

    private async ValueTask<Answer> EndAsync(string id, ExecutionStatus status, ExecutionEnd? end, ProjectContext context)
    {
        if (ExecutionRules.Check(status, end) is { } problem)
            return problem;
        if (!(await ChangeAsync(id, present => ExecutionRules.End(present, status, end), context)).TryGet(out var ended, out problem))
            return problem;
        await audit.RecordAsync(context.Caller, context.Project.Id, $"execution.{WireType.WordOf(status)}", id, context.Cancellation);
        return Answer.Ok(await executions.WithLinesAsync(ended, context.Cancellation));
    }

    private async ValueTask<Result<Entity<Execution>>> ChangeAsync(string id, Func<Execution, Decision<Execution>> change, ProjectContext context) => TryRead(id, out var key)
        ? await executions.ChangeAsync(context.Project, context.Caller, key, change, context.Cancellation)
        : Problems.NotFound("execution", id);

    private async ValueTask<Answer> ShowAsync(string id, ProjectContext context) =>
        TryRead(id, out var key) && await executions.FindAsync(context.Project, key, context.Cancellation) is { } execution
            ? Answer.Ok(execution)
            : Problems.NotFound("execution", id);

    private static bool TryRead(string id, out Guid key) => Guid.TryParse(id, out key) && WireNames.IsUuid(id);
}
