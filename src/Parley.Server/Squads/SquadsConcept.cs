using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Squads;

/// <summary>Squads: made, found, changed, dissolved.</summary>
internal sealed class SquadsConcept(SquadDirectory squads, IAuditTrail audit) : IConcept
{
    private const string ASquad =
        """
        {"squad_id": "alpha", "name": "Alpha", "members": [
         {"agent_id": "pm-1", "role": "project_manager", "specialization": null}, {"agent_id": "be-1", "role": "tech_lead", "specialization": "python_fastapi"}],
         "created_at": "2026-01-22T08:00:00.000Z"}
        """;

    private const string ARequest = """{"squad_id": "alpha", "name": "Alpha", "members": [{"agent_id": "pm-1"}, {"agent_id": "be-1", "role": "tech_lead"}]}""";

    public string Title => "Squads";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, SquadRequest>("CreateSquad", "Make a squad of agents.", Input.Body<SquadRequest>(ARequest), CreateAsync)
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

        new Operation<ProjectContext, string>("GetSquad", "Get a squad and its members.", Input.Path("squad_id"), Get)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Squad>(ASquad)],
        }.Rest("GET", "/squads/{squad_id}"),

        new Operation<ProjectContext, (string Id, SquadRequest Body)>(
            "UpdateSquad", "Rename a squad, or replace its members.", Input.Path("squad_id").And(Input.Body<SquadRequest>(ARequest)), ChangeAsync)
        {
            Allows = Permission.WriteSquads,
            Answers = [AnswerShape.Ok<Squad>(ASquad)],
        }.Rest("PUT", "/squads/{squad_id}"),

        new Operation<ProjectContext, string>("DeleteSquad", "Dissolve a squad; its members stay.", Input.Path("squad_id"), DeleteAsync)
        {
            Allows = Permission.WriteSquads,
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/squads/{squad_id}"),

        new Operation<AgentContext, (string Squad, SquadMember? Member)>(
            "PutSquadMember", "Add a member, or change what it is in the squad.",
            Input.Path("squad_id").And(Input.OptionalBody<SquadMember>("""{"role": "tech_lead", "specialization": "python_fastapi"}""")), PutMemberAsync)
        {
            Allows = Permission.WriteSquads,
            Answers = [AnswerShape.Ok<Squad>(ASquad)],
        }.Rest("PUT", "/squads/{squad_id}/members/{agent_id}"),

        new Operation<AgentContext, string>("DeleteSquadMember", "Take a member out of a squad.", Input.Path("squad_id"), DropMemberAsync)
        {
            Allows = Permission.WriteSquads,
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/squads/{squad_id}/members/{agent_id}"),
    ];

    private async ValueTask<Answer> CreateAsync(SquadRequest request, ProjectContext context)
    {
        var project = context.Project;
        var id = request.SquadId ?? (request.Name is { } name ? WireNames.ToId(name, WireNames.LongestProjectId) : null);
        var problem = SquadRules.Check(request)
            .Check(id is not null, "squad_id", request.Name is null ? "is missing, and so is a name to make it from" : "is missing, and the name has no letter to make it from")
            .Problem;
        if (problem is not null)
            return problem;
        if (!SquadRules.TryFindMembers(project, request.Members ?? [], out var members, out problem))
            return problem!;

        if (await squads.AddAsync(project, id!, request.Name ?? id!, members, context.Cancellation) is not { } squad)
            return Problems.AlreadyExists("squad", id!);
        await audit.RecordAsync(context.Caller, project.Id, "squad.created", squad.Id, context.Cancellation);
        return Answer.Created(SquadDirectory.ToWire(project, squad), $"/squads/{squad.Id}");
    }

    private ValueTask<Answer> List(ListQuery query, ProjectContext context)
    {
        if (!ListPlace.TryRead(query, out var below, out var problem))
            return new(problem);
        var found = squads.Of(context.Project)
            .Where(squad => squad.Number < below)
            .OrderByDescending(squad => squad.Number)
            .Take(query.Limit + 1)
            .ToList();
        return new(Answer.Ok(ListPlace.Page(found, query.Limit, squad => SquadDirectory.ToWire(context.Project, squad), squad => squad.Number)));
    }

    private ValueTask<Answer> Get(string id, ProjectContext context) => new(Shown(context, id, squads.Find(context.Project, id)));

    private async ValueTask<Answer> ChangeAsync((string Id, SquadRequest Body) request, ProjectContext context)
    {
        var (id, body) = request;
        var problem = SquadRules.Check(body)
            .Check(body.SquadId is null || body.SquadId == id, "squad_id", "can not be changed")
            .Problem;
        IReadOnlyList<MemberRecord>? members = null;
        if (problem is not null || (body.Members is { } wanted && !SquadRules.TryFindMembers(context.Project, wanted, out members, out problem)))
            return problem!;

        var squad = await squads.ChangeAsync(
            context.Project, id, present => present with { Name = body.Name ?? present.Name, Members = members ?? present.Members }, context.Cancellation);
        if (squad is not null)
            await audit.RecordAsync(context.Caller, context.Project.Id, "squad.changed", id, context.Cancellation);
        return Shown(context, id, squad);
    }

    private async ValueTask<Answer> DeleteAsync(string id, ProjectContext context)
    {
        if (!await squads.RemoveAsync(context.Project, id, context.Cancellation))
            return Problems.NotFound("squad", id);
        await audit.RecordAsync(context.Caller, context.Project.Id, "squad.deleted", id, context.Cancellation);
        return Answer.Done;
    }

    private async ValueTask<Answer> PutMemberAsync((string Squad, SquadMember? Member) request, AgentContext context)
    {
        var (agent, member) = (context.Agent, request.Member ?? new SquadMember());
        var problem = SquadRules.CheckMember(new Validation(), "", member)
            .Check(member.AgentId is null || member.AgentId == agent.Id, "agent_id", "must be absent or the one of the path")
            .Problem;
        if (problem is not null)
            return problem;
        if (squads.Find(context.Project, request.Squad) is { Members.Count: >= SquadRules.MostMembers } full && full.Members.All(known => known.Agent != agent.Number))
            return Problems.Conflict($"The squad has its {SquadRules.MostMembers} members.");

        var squad = await squads.ChangeAsync(
            context.Project, request.Squad,
            present => present with { Members = [.. present.Members.Where(known => known.Agent != agent.Number), new(agent.Number, member.Role, member.Specialization)] },
            context.Cancellation);
        return Shown(context, request.Squad, squad);
    }

    private async ValueTask<Answer> DropMemberAsync(string id, AgentContext context)
    {
        var (agent, was) = (context.Agent, false);
        var squad = await squads.ChangeAsync(
            context.Project, id,
            present =>
            {
                was = present.Members.Any(member => member.Agent == agent.Number);
                return was ? present with { Members = [.. present.Members.Where(member => member.Agent != agent.Number)] } : present;
            },
            context.Cancellation);
        if (squad is null)
            return Problems.NotFound("squad", id);
        return was ? Answer.Done : Problems.NotFound("member", agent.Id);
    }

    private static Answer Shown(ProjectContext context, string id, SquadRecord? squad) =>
        squad is null ? Problems.NotFound("squad", id) : Answer.Ok(SquadDirectory.ToWire(context.Project, squad));
}
