using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Squads;

/// <summary>Squads: create, find, change, and delete them.</summary>
internal sealed class SquadsConcept(SquadDirectory squads, IAuditTrail audit, TimeProvider clock) : IConcept
{
    private const string ASquad =
        """
        {"squad_id": "alpha", "name": "Alpha", "members": [
         {"agent_id": "pm-1", "role": "project_manager", "specialization": null}, {"agent_id": "be-1", "role": "tech_lead", "specialization": "python_fastapi"}],
         "created_at": "2026-01-22T08:00:00.000Z", "pause": null}
        """;

    private const string ARequest = """{"squad_id": "alpha", "name": "Alpha", "members": [{"agent_id": "pm-1"}, {"agent_id": "be-1", "role": "tech_lead"}]}""";

    internal static EntityKind<Squad> Kind { get; } = new()
    {
        Number = (int)EntryKind.Squad,
        Name = "squad",
        Feed = "squads",
        RemovedType = SquadRules.RemovedType,
        Fields = new EntityFields(null),
        Json = WireJson.Lenient.Squad,
        NameOf = squad => squad.SquadId,
        Example = ASquad,
        Events =
        [
            new(SquadRules.CreatedType, "A squad was created."),
            new(SquadRules.UpdatedType, "A squad's name or its members changed, or it was paused or resumed."),
            new(SquadRules.RemovedType, "A squad was deleted. The event has its last state."),
        ],
    };

    public string Title => "Squads";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, SquadRequest>("CreateSquad", "Create a squad of agents.", Input.Body<SquadRequest>(ARequest), CreateAsync)
        {
            Allows = Permission.WriteSquads,
            Refuses = [ErrorCodes.Conflict],
            Answers = [AnswerShape.Created<Squad>(ASquad)],
            OncePerKey = OncePerKey.Yes,
        }.Rest("POST", "/squads"),

        new Operation<ProjectContext, ListQuery>("ListSquads", "List the squads, newest first.", Input.Query<ListQuery>(), List)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<Squad>>(Example.PageOf(ASquad))],
        }.Rest("GET", "/squads"),

        new Operation<ProjectContext, string>("GetSquad", "Get a squad and its members.", Input.Path("squad_id"), GetAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Squad>(ASquad)],
        }.Rest("GET", "/squads/{squad_id}"),

        new Operation<ProjectContext, Change>(
            "UpdateSquad", "Rename a squad, or replace its members.",
            Input.Path("squad_id").And(Input.IfMatch).And(Input.Body<SquadRequest>(ARequest)).As(all => new Change(all.First, all.Second, all.Third)), ChangeAsync)
        {
            Allows = Permission.WriteSquads,
            Answers = [AnswerShape.Ok<Squad>(ASquad)],
        }.Rest("PUT", "/squads/{squad_id}"),

        new Operation<ProjectContext, (string Id, long? Match)>(
            "DeleteSquad", "Delete a squad. Its members stay.", Input.Path("squad_id").And(Input.IfMatch), DeleteAsync)
        {
            Allows = Permission.WriteSquads,
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/squads/{squad_id}"),

        new Operation<ProjectContext, (string Id, PauseRequest? Body)>(
            "PauseSquad", "Pause a squad: deliveries to its members wait, and the server assigns them no tasks.",
            Input.Path("squad_id").And(Input.OptionalBody<PauseRequest>(PauseRules.ARequest)), PauseAsync)
        {
            Allows = Permission.Oversee,
            Answers = [AnswerShape.Ok<Squad>(ASquad)],
        }.Rest("POST", "/squads/{squad_id}/pause"),

        new Operation<ProjectContext, string>("ResumeSquad", "Resume a paused squad.", Input.Path("squad_id"), ResumeAsync)
        {
            Allows = Permission.Oversee,
            Answers = [AnswerShape.Ok<Squad>(ASquad)],
        }.Rest("POST", "/squads/{squad_id}/resume"),

        new Operation<AgentContext, (string Squad, SquadMember? Member)>(
            "PutSquadMember", "Add a member, or change its role in the squad.",
            Input.Path("squad_id").And(Input.OptionalBody<SquadMember>("""{"role": "tech_lead", "specialization": "python_fastapi"}""")), PutMemberAsync)
        {
            Allows = Permission.WriteSquads,
            Answers = [AnswerShape.Ok<Squad>(ASquad)],
        }.Rest("PUT", "/squads/{squad_id}/members/{agent_id}"),

        new Operation<AgentContext, string>("DeleteSquadMember", "Remove a member from a squad.", Input.Path("squad_id"), DropMemberAsync)
        {
            Allows = Permission.WriteSquads,
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/squads/{squad_id}/members/{agent_id}"),
    ];

    private async ValueTask<Answer> CreateAsync(SquadRequest request, ProjectContext context)
    {
        var id = request.SquadId ?? (request.Name is { } name ? WireNames.ToId(name, WireNames.LongestProjectId) : null);
        var problem = SquadRules.Check(request)
            .Check(id is not null, "squad_id", request.Name is null ? "is missing, and so is a name to make it from" : "is missing, and the name has no characters to make an id from")
            .Problem ?? MissingOf(context, request.Members);
        if (problem is not null)
            return problem;

        var wanted = new Squad { SquadId = id!, Name = request.Name ?? id!, Members = request.Members ?? [] };
        if (!(await ChangeAsync(context, id!, present => SquadRules.Create(present, wanted))).TryGet(out var squad, out problem))
            return problem;
        await audit.RecordAsync(context.Caller, context.Project.Id, "squad.created", id!, context.Cancellation);
        return Answer.Created(SquadDirectory.Show(context.Project, squad!), $"/squads/{id}", squad!.Version);
    }

    private ValueTask<Answer> List(ListQuery query, ProjectContext context)
    {
        if (!ListPlace.TryRead(query, out var below, out var problem))
            return new(problem);
        var found = squads.Of(context.Project)
            .Where(squad => squad.Row.Made < below)
            .OrderByDescending(squad => squad.Row.Made)
            .Take(query.Limit + 1)
            .ToList();
        return new(Answer.Ok(ListPlace.Page(found, query.Limit, squad => SquadDirectory.Show(context.Project, squad), squad => squad.Row.Made)));
    }

    private async ValueTask<Answer> GetAsync(string id, ProjectContext context) =>
        await squads.FindAsync(context.Project, id, context.Cancellation) is { } squad ? Shown(context, squad) : Problems.NotFound("squad", id);

    private async ValueTask<Answer> ChangeAsync(Change change, ProjectContext context)
    {
        var (id, match, request) = change;
        var problem = SquadRules.Check(request)
            .Check(request.SquadId is null || request.SquadId == id, "squad_id", "cannot be changed")
            .Problem ?? MissingOf(context, request.Members);
        if (problem is not null || !(await ChangeAsync(context, id, present => SquadRules.Change(present, id, request.Name, request.Members, match))).TryGet(out var squad, out problem))
            return problem;
        await audit.RecordAsync(context.Caller, context.Project.Id, "squad.changed", id, context.Cancellation);
        return Shown(context, squad!);
    }

    private async ValueTask<Answer> DeleteAsync((string Id, long? Match) request, ProjectContext context)
    {
        var (id, match) = request;
        if ((await ChangeAsync(context, id, present => SquadRules.Remove(present, id, match))).Problem is { } problem)
            return problem;
        await audit.RecordAsync(context.Caller, context.Project.Id, "squad.deleted", id, context.Cancellation);
        return Answer.Done;
    }

    private async ValueTask<Answer> PauseAsync((string Id, PauseRequest? Body) request, ProjectContext context)
    {
        if (PauseRules.Check(request.Body) is { } problem)
            return problem;
        var now = clock.GetUtcNow();
        return await PauseAsync(context, request.Id, present => PauseRules.Make(present, request.Body, context.Caller, now), "squad.paused");
    }

    private ValueTask<Answer> ResumeAsync(string id, ProjectContext context) => PauseAsync(context, id, static _ => null, "squad.resumed");

    private async ValueTask<Answer> PauseAsync(ProjectContext context, string id, Func<Pause?, Pause?> change, string action)
    {
        if (!(await ChangeAsync(context, id, present => SquadRules.Pause(present, id, change))).TryGet(out var squad, out var problem))
            return problem;
        await audit.RecordAsync(context.Caller, context.Project.Id, action, id, context.Cancellation);
        return Shown(context, squad!);
    }

    private async ValueTask<Answer> PutMemberAsync((string Squad, SquadMember? Member) request, AgentContext context)
    {
        var (id, agent, member) = (request.Squad, context.Agent, request.Member ?? new SquadMember());
        var problem = SquadRules.CheckMember(new Validation(), "", member)
            .Check(member.AgentId is null || member.AgentId == agent.Id, "agent_id", "must be absent or the same as in the path")
            .Problem;
        if (problem is not null ||
            !(await ChangeAsync(context, id, present => SquadRules.Join(present, id, member with { AgentId = agent.Id }))).TryGet(out var squad, out problem))
        {
            return problem;
        }

        await audit.RecordAsync(context.Caller, context.Project.Id, "squad.member_set", $"{id}/{agent.Id}", context.Cancellation);
        return Shown(context, squad!);
    }

    private async ValueTask<Answer> DropMemberAsync(string id, AgentContext context)
    {
        if ((await ChangeAsync(context, id, present => SquadRules.Leave(present, id, context.Agent.Id))).Problem is { } problem)
            return problem;
        await audit.RecordAsync(context.Caller, context.Project.Id, "squad.member_removed", $"{id}/{context.Agent.Id}", context.Cancellation);
        return Answer.Done;
    }

    private ValueTask<Result<Entity<Squad>?>> ChangeAsync(ProjectContext context, string id, Func<Entity<Squad>?, Decision<Squad>> decide) =>
        squads.ChangeAsync(context.Project, id, context.Caller.NumberIn(context.Project), decide, context.Cancellation);

    private static ApiProblem? MissingOf(ProjectContext context, IReadOnlyList<SquadMember>? members) =>
        members?.FirstOrDefault(member => context.Project.Agents.Find(member.AgentId!) is null) is { } missing ? Problems.NotFound("agent", missing.AgentId!) : null;

    private static Answer Shown(ProjectContext context, Entity<Squad> squad) => Answer.Ok(SquadDirectory.Show(context.Project, squad), squad.Version);

    /// <param name="Match">The version in <c>If-Match</c>.</param>
    private sealed record Change(string Id, long? Match, SquadRequest Body);
}
