using Microsoft.AspNetCore.Http;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Reservations;

/// <summary>Operations to reserve paths, and to find out who has reserved them.</summary>
internal sealed class ReservationsConcept(ReservationBoard board, AgentDirectory agents, IAuditTrail audit) : IConcept
{
    private const int MostClashes = 100;

    private const string Theirs = "the reservations that it has";

    private const string ARequest = """{"paths": ["src/login/**", "docs/login.md"], "ttl_seconds": 900, "reason": "The login page", "wait": true}""";

    private const string AFrameMove = """{"reservation_id": "0199e1c1-0000-7000-8000-000000000900", "fence": 1051}""";

    private const string SomeFiles = """{"files": ["src/login/page.tsx", "README.md"], "agent_id": "be-1"}""";

    private static readonly string SomeClashes =
        $$"""{"items": [{"file": "src/login/page.tsx", "files": 1, "reservation": {{ReservationKinds.AReservation}}}]}""";

    public string Title => "Reservations";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, ReservationRequest>("CreateReservation", "Reserve paths: all of them or none.", Input.Body<ReservationRequest>(ARequest), CreateAsync)
        {
            Details = "A clash with what another agent holds, or has waited for longer, is refused, and the answer says who holds what until when. With `wait`, the "
                + "reservation waits for its turn instead, and the agent then gets a message of type `reservation_granted`. A holder is told once of each agent that wants "
                + "something it holds, by a message of type `reservation_wanted`.",
            Allows = Permission.WriteReservations,
            Own = Theirs,
            Refuses = [ErrorCodes.Conflict, ErrorCodes.Forbidden],
            Answers =
            [
                AnswerShape.Created<Reservation>(ReservationKinds.AReservation),
                AnswerShape.Of<Reservation>(StatusCodes.Status202Accepted, ReservationKinds.AReservation.Replace("\"active\"", "\"waiting\"", StringComparison.Ordinal)
                    .Replace("\"2026-01-22T14:05:00.000Z\"", "null", StringComparison.Ordinal)),
            ],
            OncePerKey = OncePerKey.Yes,
        }.Rest("POST", "/reservations").Frame(FrameEvents.ReservationCreate),

        new Operation<ProjectContext, ReservationQuery>("ListReservations", "List the reservations, newest first.", Input.Query<ReservationQuery>(), ListAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<Reservation>>(Example.PageOf(ReservationKinds.AReservation))],
        }.Rest("GET", "/reservations"),

        new Operation<ProjectContext, ReservationCheck>(
            "CheckReservations", "Find the active, exclusive reservations of other agents that cover any of these files.", Input.Body<ReservationCheck>(SomeFiles), CheckAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<ReservationClashes>(SomeClashes)],
        }.Rest("POST", "/reservations/check"),

        new Operation<ProjectContext, string>("GetReservation", "Get a reservation.", Input.Path("reservation_id"), GetAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Reservation>(ReservationKinds.AReservation)],
        }.Rest("GET", "/reservations/{reservation_id}"),

        new Operation<ProjectContext, (string? Id, ReservationMove Move)>(
            "RenewReservation", "Hold a reservation for longer.",
            Input.Path("reservation_id").And(Input.OptionalBody<ReservationMove>("""{"ttl_seconds": 1800, "fence": 1051}"""))
                .As(all => ((string?)all.First, all.Second ?? new ReservationMove()))
                .OrFrame(Input.Body<ReservationMove>(AFrameMove).As(body => (body.ReservationId, body))),
            (asked, context) => MoveAsync(asked, renews: true, context))
        {
            Allows = Permission.WriteReservations,
            Own = Theirs,
            Refuses = [ErrorCodes.Conflict, ErrorCodes.LeaseLost, ErrorCodes.Forbidden],
            Answers = [AnswerShape.Ok<Reservation>(ReservationKinds.AReservation)],
        }.Rest("POST", "/reservations/{reservation_id}/renew").Frame(FrameEvents.ReservationRenew),

        new Operation<ProjectContext, (string? Id, ReservationMove Move)>(
            "ReleaseReservation", "Release a reservation, or give up waiting. May be repeated.",
            Input.Path("reservation_id").And(Input.Query<FenceQuery>()).As(all => ((string?)all.First, new ReservationMove { Fence = all.Second.Fence }))
                .OrFrame(Input.Body<ReservationMove>(AFrameMove).As(body => (body.ReservationId, body))),
            (asked, context) => MoveAsync(asked, renews: false, context))
        {
            Allows = Permission.WriteReservations,
            Own = Theirs,
            Refuses = [ErrorCodes.LeaseLost, ErrorCodes.Forbidden],
            Answers = [AnswerShape.Ok<Reservation>(
                ReservationKinds.AReservation.Replace("\"active\"", "\"released\"", StringComparison.Ordinal).Replace("\"2026-01-22T14:05:00.000Z\"", "null", StringComparison.Ordinal))],
        }.Rest("DELETE", "/reservations/{reservation_id}").Frame(FrameEvents.ReservationRelease),
    ];

    private async ValueTask<Answer> CreateAsync(ReservationRequest request, ProjectContext context)
    {
        var (project, caller) = (context.Project, context.Caller);
        if (ReservationRules.Check(request) is { } problem)
            return problem;
        if (!ReservationRules.Globs(request.Paths!, project.Settings.IgnoresCase).TryGet(out var globs, out problem))
            return problem;
        var agentId = request.AgentId ?? caller.AgentId ?? Caller.Human;
        if (!caller.May(Permission.WriteReservations, agentId))
            return Problems.Forbidden($"'{caller.AgentId}' may not reserve paths for '{agentId}'.");
        if (agentId == Caller.Human)
            await agents.HumanAsync(project, context.Cancellation);
        else if (project.Agents.Find(agentId) is null)
            return Problems.NotFound("agent", agentId);

        var draft = ReservationRules.Create(request, agentId);
        var result = await board.CreateAsync(project, caller.NumberIn(project), draft, globs, request.Wait == true, context.Cancellation);
        if (!result.TryGet(out var made, out problem))
            return problem;
        await audit.RecordAsync(caller, project.Id, "reservation.created", made.Value.ReservationId, context.Cancellation);
        return made.Value.Status == ReservationStatus.Waiting
            ? Answer.AcceptedJson(made.Shown, made.Version)
            : Answer.CreatedJson(made.Shown, $"/reservations/{made.Value.ReservationId}", made.Version);
    }

    private async ValueTask<Answer> ListAsync(ReservationQuery query, ProjectContext context)
    {
        if (!ListPlace.TryRead(query.List, out var below, out var problem))
            return problem;
        var found = await board.ListAsync(
            new EntityQuery(context.Project.Number, ReservationKinds.Reservation.Number, query.List.Limit + 1) { Below = below, Marks = [.. query.Marks] }, context.Cancellation);
        return Answer.Ok(ListPlace.Page(found, query.List.Limit, one => one.Value, one => one.Row.Made));
    }

    private async ValueTask<Answer> CheckAsync(ReservationCheck check, ProjectContext context)
    {
        if (ReservationRules.Check(check) is { } problem)
            return problem;
        var agentId = check.AgentId ?? context.Caller.AgentId ?? Caller.Human;
        return Answer.Ok(new ReservationClashes { Items = await board.CheckAsync(context.Project, agentId, check.Files!, MostClashes, context.Cancellation) });
    }

    private async ValueTask<Answer> GetAsync(string id, ProjectContext context) =>
        await board.FindAsync(context.Project, id, context.Cancellation) is { } found ? Answer.OkJson(found.Shown, found.Version) : ReservationRules.NotFound(id);

    private async ValueTask<Answer> MoveAsync((string? Id, ReservationMove Move) asked, bool renews, ProjectContext context)
    {
        var (project, caller, move) = (context.Project, context.Caller, asked.Move);
        if (asked.Id is not { } id)
            return Problems.InvalidField("reservation_id", "is missing");
        if (move.ReservationId is { } said && said != id)
            return Problems.InvalidField("reservation_id", "must be absent or the same as in the path");
        if (ReservationRules.Check(move, renews) is { } problem)
            return problem;
        if (await board.FindAsync(project, id, context.Cancellation) is not { } present)
            return ReservationRules.NotFound(id);
        // The agent of a reservation never changes.
        if (!caller.May(Permission.WriteReservations, present.Value.AgentId))
            return Problems.Forbidden($"The reservation '{id}' is that of '{present.Value.AgentId}'.");
        var result = renews
            ? await board.RenewAsync(project, caller.NumberIn(project), id, move, context.Cancellation)
            : await board.ReleaseAsync(project, caller.NumberIn(project), id, move.Fence, context.Cancellation);
        if (!result.TryGet(out var changed, out problem))
            return problem;
        await audit.RecordAsync(caller, project.Id, renews ? "reservation.renewed" : "reservation.released", id, context.Cancellation);
        return Answer.OkJson(changed.Shown, changed.Version);
    }

    private sealed record FenceQuery(long? Fence) : IQuery<FenceQuery>
    {
        public static FenceQuery Read(QueryReader query) => new(query.Long("fence", 1, "If given, it must be the reservation's."));
    }
}
