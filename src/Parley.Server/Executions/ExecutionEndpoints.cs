using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Squads;
using Parley.Server.Wire;

namespace Parley.Server.Executions;

/// <summary>Executions over REST.</summary>
internal static class ExecutionEndpoints
{
    public static RouteGroupBuilder MapExecutions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/executions").WithTags("Executions");
        group.MapPost("/", BeginAsync).WithName("CreateExecution").WithSummary("Begin one run of a piece of work.")
            .OncePerKey().Allow(Permission.WriteExecutions).Produces<Execution>(StatusCodes.Status201Created);
        group.MapGet("/", ListAsync).WithName("ListExecutions").WithSummary("List the executions, newest first, without their log lines.")
            .Allow(Permission.ReadProject).Produces<Page<Execution>>();
        group.MapGet("/{id}", GetAsync).WithName("GetExecution").WithSummary("Get an execution with its newest log lines.")
            .Allow(Permission.ReadProject).Refuses(ErrorCodes.NotFound).Produces<Execution>();
        Write(group.MapPatch("/{id}", PatchAsync).WithName("UpdateExecution").WithSummary("Say how far an execution is; what is absent stays."))
            .Produces<Execution>();
        Write(group.MapPost("/{id}/logs", LogAsync).WithName("AddExecutionLog").WithSummary("Add a line to an execution's log.").OncePerKey())
            .Produces(StatusCodes.Status204NoContent);
        Write(group.MapPost("/{id}/complete", CompleteAsync).WithName("CompleteExecution").WithSummary("End an execution with its result."))
            .Produces<Execution>();
        Write(group.MapPost("/{id}/fail", FailAsync).WithName("FailExecution").WithSummary("End an execution that failed, with its error."))
            .Produces<Execution>();
        Write(group.MapPost("/{id}/cancel", CancelAsync).WithName("CancelExecution").WithSummary("End an execution that is no longer wanted."))
            .Produces<Execution>();
        return group;

        static RouteHandlerBuilder Write(RouteHandlerBuilder endpoint) =>
            endpoint.Allow(Permission.WriteExecutions).Refuses(ErrorCodes.NotFound, ErrorCodes.ExecutionEnded);
    }

    private static async Task<IResult> BeginAsync(
        Body<ExecutionRequest> body, CurrentProject project, Caller caller, ExecutionTracker executions, SquadDirectory squads,
        CancellationToken cancellationToken)
    {
        var request = body.Value;
        if (ExecutionRules.Check(request) is { } problem)
            return problem;
        if (request.SquadId is { } squad && squads.Find(project.State, squad) is null)
            return Problems.NotFound("squad", squad);
        var execution = await executions.BeginAsync(project.State, caller, request, cancellationToken);
        return TypedResults.Created($"{ApiPath.Base}/executions/{execution.ExecutionId}", execution);
    }

    private static async Task<IResult> ListAsync(
        Query<ExecutionQuery> query, CurrentProject project, ExecutionTracker executions, CancellationToken cancellationToken)
    {
        var wanted = query.Value;
        if (!ListPlace.TryRead(wanted.List, out var below, out var problem))
            return problem;
        var found = await executions.ListAsync(
            new EntityQuery(project.State.Number, ExecutionKind.Kind.Number, wanted.List.Limit + 1) { Below = below, Marks = [.. wanted.Marks] }, cancellationToken);
        return TypedResults.Ok(ListPlace.Page(found, wanted.List.Limit, execution => execution.Value, execution => execution.Row.Made));
    }

    private static Task<IResult> GetAsync(string id, CurrentProject project, ExecutionTracker executions, CancellationToken cancellationToken) =>
        ShowAsync(id, project, executions, cancellationToken);

    private static async Task<IResult> PatchAsync(
        string id, Body<ExecutionPatch> body, CurrentProject project, Caller caller, ExecutionTracker executions, CancellationToken cancellationToken)
    {
        var patch = body.Value;
        if (ExecutionRules.Check(patch) is { } problem)
            return problem;
        return await ChangeAsync(id, present => ExecutionRules.Change(present, patch), project, caller, executions, cancellationToken)
            ?? await ShowAsync(id, project, executions, cancellationToken);
    }

    private static async Task<IResult> LogAsync(
        string id, Body<ExecutionLogRequest> body, CurrentProject project, Caller caller, ExecutionTracker executions, CancellationToken cancellationToken)
    {
        if (ExecutionRules.Check(body.Value) is { } problem)
            return problem;
        var (level, message) = (body.Value.Level ?? ExecutionRules.UsualLevel, body.Value.Message!);
        return (IResult?)await ChangeAsync(id, present => ExecutionRules.AddLine(present, level, message), project, caller, executions, cancellationToken) ?? TypedResults.NoContent();
    }

    private static Task<IResult> CompleteAsync(
        string id, OptionalBody<ExecutionEnd> body, CurrentProject project, Caller caller, ExecutionTracker executions, IAuditTrail audit,
        CancellationToken cancellationToken) =>
        EndAsync(id, ExecutionStatus.Completed, body.Value, project, caller, executions, audit, cancellationToken);

    private static Task<IResult> FailAsync(
        string id, OptionalBody<ExecutionEnd> body, CurrentProject project, Caller caller, ExecutionTracker executions, IAuditTrail audit,
        CancellationToken cancellationToken) =>
        EndAsync(id, ExecutionStatus.Failed, body.Value, project, caller, executions, audit, cancellationToken);

    private static Task<IResult> CancelAsync(
        string id, OptionalBody<ExecutionEnd> body, CurrentProject project, Caller caller, ExecutionTracker executions, IAuditTrail audit,
        CancellationToken cancellationToken) =>
        EndAsync(id, ExecutionStatus.Cancelled, body.Value, project, caller, executions, audit, cancellationToken);

    private static async Task<IResult> EndAsync(
        string id, ExecutionStatus status, ExecutionEnd? end, CurrentProject project, Caller caller, ExecutionTracker executions, IAuditTrail audit,
        CancellationToken cancellationToken)
    {
        if (ExecutionRules.Check(status, end) is { } problem)
            return problem;
        if (await ChangeAsync(id, present => ExecutionRules.End(present, status, end), project, caller, executions, cancellationToken) is { } refusal)
            return refusal;
        await audit.RecordAsync(caller, project.State.Id, $"execution.{WireType.WordOf(status)}", id, cancellationToken);
        return await ShowAsync(id, project, executions, cancellationToken);
    }

    /// <returns>Null when it is done.</returns>
    private static async ValueTask<ApiProblem?> ChangeAsync(
        string id, Func<Execution, Decision<Execution>> change, CurrentProject project, Caller caller, ExecutionTracker executions, CancellationToken cancellationToken) =>
        TryRead(id, out var key) ? await executions.ChangeAsync(project.State, caller, key, change, cancellationToken) : Problems.NotFound("execution", id);

    private static async Task<IResult> ShowAsync(string id, CurrentProject project, ExecutionTracker executions, CancellationToken cancellationToken) =>
        TryRead(id, out var key) && await executions.FindAsync(project.State, key, cancellationToken) is { } execution
            ? TypedResults.Ok(execution)
            : Problems.NotFound("execution", id);

    private static bool TryRead(string id, out Guid key) => Guid.TryParse(id, out key) && WireNames.IsUuid(id);
}

/// <summary>Which executions a list shows.</summary>
internal sealed record ExecutionQuery(ListQuery List, ExecutionStatus? Status, string? Squad) : IQuery<ExecutionQuery>
{
    internal IEnumerable<string> Marks
    {
        get
        {
            // The squad's is looked for first: there are fewer of one squad than of one status.
            if (Squad is not null)
                yield return ExecutionKind.Mark(Squad);
            if (Status is { } status)
                yield return ExecutionKind.Mark(status);
        }
    }

    public static ExecutionQuery Read(QueryReader query) => new(
        query.List(),
        query.Word<ExecutionStatus>("status", "Only those of this status."),
        query.Text("squad", "Only those of this squad."));
}
