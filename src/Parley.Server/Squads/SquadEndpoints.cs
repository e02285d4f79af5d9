using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Squads;

/// <summary>Squads over REST.</summary>
internal static class SquadEndpoints
{
    private const int MostMembers = 1_000;

    public static RouteGroupBuilder MapSquads(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/squads").WithTags("Squads");
        group.MapPost("/", CreateAsync).WithName("CreateSquad").WithSummary("Make a squad of agents.")
            .OncePerKey().Allow(Permission.WriteSquads).Refuses(ErrorCodes.Conflict, ErrorCodes.NotFound).Produces<Squad>(StatusCodes.Status201Created);
        group.MapGet("/", List).WithName("ListSquads").WithSummary("List the squads, newest first.")
            .Allow(Permission.ReadProject).Produces<Page<Squad>>();
        group.MapGet("/{squad_id}", Get).WithName("GetSquad").WithSummary("Get a squad and its members.")
            .Allow(Permission.ReadProject).Produces<Squad>();
        group.MapPut("/{squad_id}", ChangeAsync).WithName("UpdateSquad").WithSummary("Rename a squad, or replace its members.")
            .Allow(Permission.WriteSquads).Produces<Squad>();
        group.MapDelete("/{squad_id}", DeleteAsync).WithName("DeleteSquad").WithSummary("Dissolve a squad; its members stay.")
            .Allow(Permission.WriteSquads).Produces(StatusCodes.Status204NoContent);
        group.MapPut("/{squad_id}/members/{agent_id}", PutMemberAsync).WithName("PutSquadMember")
            .WithSummary("Add a member, or change what it is in the squad.")
            .Allow(Permission.WriteSquads).Produces<Squad>();
        group.MapDelete("/{squad_id}/members/{agent_id}", DropMemberAsync).WithName("DeleteSquadMember").WithSummary("Take a member out of a squad.")
            .Allow(Permission.WriteSquads).Produces(StatusCodes.Status204NoContent);
        return group;
    }

    private static async Task<IResult> CreateAsync(
        Body<SquadRequest> body, CurrentProject project, Caller caller, SquadDirectory squads, IAuditTrail audit, CancellationToken cancellationToken)
    {
        var request = body.Value;
        var id = request.SquadId ?? (request.Name is { } name ? WireNames.ToId(name, WireNames.LongestProjectId) : null);
        var problem = Check(request)
            .Check(id is not null, "squad_id", request.Name is null ? "is missing, and so is a name to make it from" : "is missing, and the name has no letter to make it from")
            .Problem;
        if (problem is not null)
            return problem;
        if (!TryFindMembers(project.State, request.Members ?? [], out var members, out problem))
            return problem!;

        if (await squads.AddAsync(project.State, id!, request.Name ?? id!, members, cancellationToken) is not { } squad)
            return Problems.AlreadyExists("squad", id!);
        await audit.RecordAsync(caller, project.State.Id, "squad.created", squad.Id, cancellationToken);
        return TypedResults.Created($"{ApiPath.Base}/squads/{squad.Id}", SquadDirectory.ToWire(project.State, squad));
    }

    private static IResult List(Query<ListQuery> query, CurrentProject project, SquadDirectory squads)
    {
        if (!ListPlace.TryRead(query.Value, out var below, out var problem))
            return problem;
        var found = squads.Of(project.State)
            .Where(squad => squad.Number < below)
            .OrderByDescending(squad => squad.Number)
            .Take(query.Value.Limit + 1)
            .ToList();
        return TypedResults.Ok(ListPlace.Page(found, query.Value.Limit, squad => SquadDirectory.ToWire(project.State, squad), squad => squad.Number));
    }

    private static IResult Get([FromRoute(Name = "squad_id")] string squadId, CurrentProject project, SquadDirectory squads) =>
        Shown(project.State, squadId, squads.Find(project.State, squadId));

    private static async Task<IResult> ChangeAsync(
        [FromRoute(Name = "squad_id")] string squadId, Body<SquadRequest> body, CurrentProject project, Caller caller, SquadDirectory squads,
        IAuditTrail audit, CancellationToken cancellationToken)
    {
        var request = body.Value;
        var problem = Check(request)
            .Check(request.SquadId is null || request.SquadId == squadId, "squad_id", "can not be changed")
            .Problem;
        IReadOnlyList<MemberRecord>? members = null;
        if (problem is not null || (request.Members is { } wanted && !TryFindMembers(project.State, wanted, out members, out problem)))
            return problem!;

        var squad = await squads.ChangeAsync(
            project.State, squadId,
            present => present with { Name = request.Name ?? present.Name, Members = members ?? present.Members },
            cancellationToken);
        if (squad is not null)
            await audit.RecordAsync(caller, project.State.Id, "squad.changed", squadId, cancellationToken);
        return Shown(project.State, squadId, squad);
    }

    private static async Task<IResult> DeleteAsync(
        [FromRoute(Name = "squad_id")] string squadId, CurrentProject project, Caller caller, SquadDirectory squads, IAuditTrail audit,
        CancellationToken cancellationToken)
    {
        if (!await squads.RemoveAsync(project.State, squadId, cancellationToken))
            return Problems.NotFound("squad", squadId);
        await audit.RecordAsync(caller, project.State.Id, "squad.deleted", squadId, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> PutMemberAsync(
        [FromRoute(Name = "squad_id")] string squadId, NamedAgent agent, OptionalBody<SquadMember> body, SquadDirectory squads,
        CancellationToken cancellationToken)
    {
        var (number, request) = (agent.State.Number, body.Value ?? new SquadMember());
        var problem = CheckMember(new Validation(), "", request)
            .Check(request.AgentId is null || request.AgentId == agent.State.Id, "agent_id", "must be absent or the one of the path")
            .Problem;
        if (problem is not null)
            return problem;
        if (squads.Find(agent.Project, squadId) is { } full && full.Members.Count >= MostMembers && full.Members.All(member => member.Agent != number))
            return Problems.Conflict($"The squad has its {MostMembers} members.");

        var squad = await squads.ChangeAsync(
            agent.Project, squadId,
            present => present with { Members = [.. present.Members.Where(member => member.Agent != number), new(number, request.Role, request.Specialization)] },
            cancellationToken);
        return Shown(agent.Project, squadId, squad);
    }

    private static async Task<IResult> DropMemberAsync(
        [FromRoute(Name = "squad_id")] string squadId, NamedAgent agent, SquadDirectory squads, CancellationToken cancellationToken)
    {
        var was = false;
        var squad = await squads.ChangeAsync(
            agent.Project, squadId,
            present =>
            {
                was = present.Members.Any(member => member.Agent == agent.State.Number);
                return was ? present with { Members = [.. present.Members.Where(member => member.Agent != agent.State.Number)] } : present;
            },
            cancellationToken);
        if (squad is null)
            return Problems.NotFound("squad", squadId);
        return was ? TypedResults.NoContent() : Problems.NotFound("member", agent.State.Id);
    }

    private static IResult Shown(ProjectState project, string squadId, SquadRecord? squad) =>
        squad is null ? Problems.NotFound("squad", squadId) : TypedResults.Ok(SquadDirectory.ToWire(project, squad));

    private static Validation Check(SquadRequest request)
    {
        var validation = new Validation()
            .SquadId("squad_id", request.SquadId)
            .DisplayText("name", request.Name)
            .Check(request.Members is null or { Count: <= MostMembers }, "members", $"has more than {MostMembers} items");
        for (var i = 0; validation.IsGood && i < request.Members?.Count; i++)
        {
            validation.Check(request.Members[i] is { AgentId: not null }, $"members[{i}].agent_id", "is missing");
            if (request.Members[i] is { } member)
                CheckMember(validation, $"members[{i}].", member);
        }

        var twice = request.Members?.Where(member => member?.AgentId is not null).GroupBy(member => member.AgentId).FirstOrDefault(group => group.Count() > 1);
        return validation.Check(twice is null, "members", $"has '{Problems.Shown(twice?.Key ?? "")}' twice");
    }

    private static Validation CheckMember(Validation validation, string path, SquadMember member) => validation
        .AgentId($"{path}agent_id", member.AgentId)
        .DisplayText($"{path}role", member.Role, 100)
        .DisplayText($"{path}specialization", member.Specialization);

    private static bool TryFindMembers(ProjectState project, IReadOnlyList<SquadMember> wanted, out IReadOnlyList<MemberRecord> members, out ApiProblem? problem)
    {
        var found = new List<MemberRecord>(wanted.Count);
        problem = null;
        foreach (var member in wanted)
        {
            if (project.Agents.Find(member.AgentId!) is { } agent)
                found.Add(new MemberRecord(agent.Number, member.Role, member.Specialization));
            else
                problem ??= Problems.NotFound("agent", member.AgentId!);
        }

        members = found;
        return problem is null;
    }
}
