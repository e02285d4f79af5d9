using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Agents;

/// <summary>Agents over REST.</summary>
internal static class AgentEndpoints
{
    public static RouteGroupBuilder MapAgents(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/agents").WithTags("Agents");
        group.MapPost("/register", RegisterAsync).WithName("RegisterAgent").WithSummary("Register an agent; its token is in the first answer only.")
            .Allow(Permission.Register).Refuses(ErrorCodes.Conflict).Produces<Agent>(StatusCodes.Status201Created).Produces<Agent>();
        group.MapGet("/", ListAsync).WithName("ListAgents").WithSummary("Find agents, newest first.")
            .Allow(Permission.ReadProject).Produces<Page<Agent>>();
        group.MapGet("/online", ListOnlineAsync).WithName("ListOnlineAgents").WithSummary("List the agents that are not offline, newest first.")
            .Allow(Permission.ReadProject).Produces<Page<Agent>>();
        group.MapGet("/{agent_id}", GetAsync).WithName("GetAgent").WithSummary("Get an agent.")
            .Allow(Permission.ReadProject).Produces<Agent>();
        group.MapPut("/{agent_id}", ChangeAsync).WithName("UpdateAgent").WithSummary("Change what an agent is; what is absent stays.")
            .Allow(Permission.Register).Produces<Agent>();
        group.MapDelete("/{agent_id}", DeleteAsync).WithName("DeleteAgent").WithSummary("Remove an agent: its deliveries are withdrawn, its tokens end, what it sent stays.")
            .Allow(Permission.DeleteAgent).Produces(StatusCodes.Status204NoContent);
        group.MapPut("/{agent_id}/status", ReportAsync).WithName("SetAgentStatus").WithSummary("Say how an agent is and what it is doing.")
            .Allow(Permission.Register).Produces<Agent>();
        group.MapPost("/{agent_id}/heartbeat", BeatAsync).WithName("SendHeartbeat").WithSummary("Give a sign of life, where no connection does.")
            .Allow(Permission.Register).Produces(StatusCodes.Status204NoContent);
        group.MapPost("/{agent_id}/pause", PauseAsync).WithName("PauseAgent").WithSummary("Let an agent's deliveries wait.")
            .Allow(Permission.Oversee).Produces<Agent>();
        group.MapPost("/{agent_id}/resume", ResumeAsync).WithName("ResumeAgent").WithSummary("Hand out a paused agent's deliveries again.")
            .Allow(Permission.Oversee).Produces<Agent>();
        group.MapGet("/{agent_id}/subscriptions", GetTopics).WithName("GetSubscriptions").WithSummary("List the topics that an agent hears.")
            .Allow(Permission.ReadProject).Produces<Subscriptions>();
        group.MapPut("/{agent_id}/subscriptions", SubscribeAsync).WithName("SetSubscriptions").WithSummary("Set the topics that an agent hears, in place of those before.")
            .Allow(Permission.Register).Produces<Subscriptions>();
        group.MapPost("/{agent_id}/token", RotateAsync).WithName("RotateAgentToken").WithSummary("Get an agent a new token in place of its others; it is shown this once.")
            .Allow(Permission.RotateToken).Produces<NewToken>(StatusCodes.Status201Created);
        return group;
    }

    private static async Task<IResult> RegisterAsync(
        Body<RegisterRequest> body, CurrentProject project, Caller caller, Registration registration, IAuditTrail audit, CancellationToken cancellationToken)
    {
        var (problem, agent, isNew) = await registration.RegisterAsync(project.State, caller, body.Value, cancellationToken);
        if (agent is null)
            return problem!;
        await audit.RecordAsync(caller, agent.ProjectId, isNew ? "agent.registered" : "agent.changed", agent.AgentId, cancellationToken);
        return isNew ? TypedResults.Created($"{ApiPath.Base}/agents/{agent.AgentId}", agent) : TypedResults.Ok(agent);
    }

    private static Task<IResult> ListAsync(
        Query<AgentQuery> query, CurrentProject project, AgentDirectory directory, ISquadMembers squads, CancellationToken cancellationToken) =>
        FindAsync(query.Value, project.State, directory, squads, cancellationToken);

    private static Task<IResult> ListOnlineAsync(
        Query<ListQuery> query, CurrentProject project, AgentDirectory directory, ISquadMembers squads, CancellationToken cancellationToken) =>
        FindAsync(AgentQuery.Online(query.Value), project.State, directory, squads, cancellationToken);

    private static async Task<IResult> FindAsync(
        AgentQuery query, ProjectState project, AgentDirectory directory, ISquadMembers squads, CancellationToken cancellationToken)
    {
        if (!ListPlace.TryRead(query.List, out var below, out var problem))
            return problem;
        var squad = query.Squad is { } name ? (await squads.MembersAsync(project.Number, name, cancellationToken) ?? []).ToHashSet() : null;

        // One look at everybody, and no sorting: taking the first few of an order selects them.
        var found = AgentDirectory.Everybody(project)
            .Where(agent => agent.Number < below && (squad is null || squad.Contains(agent.Number)) && query.Takes(agent))
            .OrderByDescending(agent => agent.Number)
            .Take(query.List.Limit + 1)
            .ToList();
        var shown = await directory.ShowAsync(project, found, cancellationToken);
        return TypedResults.Ok(ListPlace.Page([.. found.Zip(shown)], query.List.Limit, agent => agent.Second, agent => agent.First.Number));
    }

    private static Task<IResult> GetAsync(NamedAgent agent, AgentDirectory directory, CancellationToken cancellationToken) =>
        ShownAsync(agent, directory, cancellationToken);

    private static async Task<IResult> ChangeAsync(
        ChangeableAgent agent, Body<RegisterRequest> body, Caller caller, AgentDirectory directory, IAuditTrail audit, CancellationToken cancellationToken)
    {
        var request = body.Value;
        var problem = AgentRules.Check(request)
            .Check(request.AgentId is null || request.AgentId == agent.State.Id, "agent_id", "can not be changed")
            .Problem;
        if (problem is not null)
            return problem;
        await directory.ChangeAsync(agent.Project, agent.State, record => AgentDirectory.Merge(record, request), cancellationToken);
        await audit.RecordAsync(caller, agent.Project.Id, "agent.changed", agent.State.Id, cancellationToken);
        return await ShownAsync(agent, directory, cancellationToken);
    }

    private static async Task<IResult> DeleteAsync(
        ChangeableAgent agent, Caller caller, AgentDirectory directory, TokenVault vault, IAuditTrail audit)
    {
        // Not to be cut short by a caller who hangs up, as it does by itself: an agent's own token ends here. Tokens first: one that
        // outlived its agent would open the mailbox of the next of that name.
        await vault.RevokeAgentAsync(agent.Project.Id, agent.State.Id, CancellationToken.None);
        if (!await directory.RemoveAsync(agent.Project, agent.State, CancellationToken.None))
            return Problems.NotFound("agent", agent.State.Id);
        await audit.RecordAsync(caller, agent.Project.Id, "agent.deleted", agent.State.Id, CancellationToken.None);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ReportAsync(
        ChangeableAgent agent, Body<StatusRequest> body, AgentDirectory directory, CancellationToken cancellationToken)
    {
        if (AgentRules.Check(body.Value) is { } problem)
            return problem;
        await directory.ReportAsync(agent.Project, agent.State, body.Value.Status, body.Value.Activity, cancellationToken);
        return await ShownAsync(agent, directory, cancellationToken);
    }

    private static async Task<IResult> BeatAsync(ChangeableAgent agent, AgentDirectory directory, CancellationToken cancellationToken)
    {
        await directory.SeenAsync(agent.Project, agent.State, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> PauseAsync(
        ChangeableAgent agent, Caller caller, AgentDirectory directory, IAuditTrail audit, CancellationToken cancellationToken)
    {
        await directory.ChangeAsync(agent.Project, agent.State, record => record with { Paused = true }, cancellationToken);
        await audit.RecordAsync(caller, agent.Project.Id, "agent.paused", agent.State.Id, cancellationToken);
        return await ShownAsync(agent, directory, cancellationToken);
    }

    private static async Task<IResult> ResumeAsync(
        ChangeableAgent agent, Caller caller, AgentDirectory directory, IMailboxWaker mailboxes, IAuditTrail audit, CancellationToken cancellationToken)
    {
        await directory.ChangeAsync(agent.Project, agent.State, record => record with { Paused = false }, cancellationToken);
        mailboxes.Wake(agent.State.Number);
        await audit.RecordAsync(caller, agent.Project.Id, "agent.resumed", agent.State.Id, cancellationToken);
        return await ShownAsync(agent, directory, cancellationToken);
    }

    private static IResult GetTopics(NamedAgent agent) => TypedResults.Ok(new Subscriptions { Topics = agent.State.Record.Topics });

    private static async Task<IResult> SubscribeAsync(
        ChangeableAgent agent, Body<Subscriptions> body, AgentDirectory directory, CancellationToken cancellationToken)
    {
        if (AgentRules.Check(body.Value) is { } problem)
            return problem;
        IReadOnlyList<string> topics = [.. body.Value.Topics!.Distinct(StringComparer.Ordinal)];
        await directory.ChangeAsync(agent.Project, agent.State, record => record with { Topics = topics }, cancellationToken);
        return TypedResults.Ok(new Subscriptions { Topics = topics });
    }

    private static async Task<IResult> RotateAsync(
        ChangeableAgent agent, Caller caller, TokenVault vault, IAuditTrail audit, CancellationToken cancellationToken)
    {
        var token = await vault.RotateAsync(agent.Project.Id, agent.State.Id, cancellationToken);
        await audit.RecordAsync(caller, agent.Project.Id, "token.rotated", agent.State.Id, cancellationToken);
        return TypedResults.Created($"{ApiPath.Base}/tokens/{token.TokenId}", token);
    }

    private static async Task<IResult> ShownAsync(NamedAgent agent, AgentDirectory directory, CancellationToken cancellationToken) =>
        agent.Project.Agents.Find(agent.State.Number) is null
            ? Problems.NotFound("agent", agent.State.Id)
            : TypedResults.Ok(await directory.ShowAsync(agent.Project, agent.State, cancellationToken));
}
