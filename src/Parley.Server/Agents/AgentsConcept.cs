using Parley.Protocol;
using Parley.Server.Connections.Frames;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Tokens;
using Parley.Server.Wire;

namespace Parley.Server.Agents;

/// <summary>Agents: register, find, and change them, and report their status, over REST or their socket.</summary>
internal sealed class AgentsConcept(
    AgentDirectory directory, AgentPortraits portraits, Registration registration, ISquadMembers squads, TokenVault vault, IAuditTrail audit, EntryRate rate, TimeProvider clock) : IConcept
{
    internal const string AnAgent =
        """
        {"agent_id": "be-1", "project_id": "default", "name": "Backend Developer", "type": "llm", "role": "backend_developer",
         "specialization": "python_fastapi", "capabilities": ["python", "review"], "status": "online", "activity": "working",
         "activity_since": "2026-01-22T13:56:52.553Z", "harness": {"name": "claude", "session_id": "5f0c2f7e"}, "wake": "socket", "note": "Fixing the login test", "note_at": "2026-01-22T13:56:52.553Z", "stalled": null, "paused": false, "pause": null, "metadata": {"model": "large"},
         "created_at": "2026-01-22T08:00:00.000Z", "last_seen": "2026-01-22T13:56:52.553Z", "mailbox": {"queued": 2, "in_flight": 1, "dead": 0, "oldest_at": "2026-01-22T13:56:40.000Z"},
         "last_message": {"message_id": "0199e1c2-0000-7000-8000-000000000412", "seq": 1042, "to": "qa-1", "message_type": "answer",
         "excerpt": "The login test passes again.", "at": "2026-01-22T13:55:00.000Z"}}
        """;

    private const string ARegistration =
        """
        {"agent_id": "be-1", "name": "Backend Developer", "type": "llm", "role": "backend_developer",
         "specialization": "python_fastapi", "capabilities": ["python", "review"], "metadata": {"model": "large"}}
        """;

    private const string Topics = """{"topics": ["builds.*", "deploys.>"]}""";

    public string Title => "Agents";

    public IReadOnlyList<Operation> Declare() => [.. Registry(), .. Reports(), .. Oversight()];

    private IEnumerable<Operation> Registry() =>
    [
        new Operation<ProjectContext, RegisterRequest>(
            "RegisterAgent", "Register an agent. Only the first answer has its token.", Input.Body<RegisterRequest>(ARegistration), RegisterAsync)
        {
            Allows = Permission.Register,
            Own = "the token's own agent; with a join token, agents that do not exist yet",
            Refuses = [ErrorCodes.Conflict],
            Answers = [AnswerShape.Created<Agent>(AnAgent), AnswerShape.Ok<Agent>(AnAgent)],
        }.Rest("POST", "/agents/register"),

        new Operation<ProjectContext, AgentQuery>("ListAgents", "Find agents, newest first.", Input.Query<AgentQuery>(), ListAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<Agent>>(Example.PageOf(AnAgent))],
        }.Rest("GET", "/agents"),

        new Operation<ProjectContext, ListQuery>(
            "ListOnlineAgents", "List the agents that are not offline, newest first.", Input.Query<ListQuery>(),
            (list, context) => ListAsync(AgentQuery.Online(list), context))
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<Agent>>(Example.PageOf(AnAgent))],
        }.Rest("GET", "/agents/online"),

        new Operation<AgentContext>("GetAgent", "Get an agent.", ShownAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Agent>(AnAgent)],
        }.Rest("GET", "/agents/{agent_id}"),

        new Operation<ChangeableAgentContext, RegisterRequest>(
            "UpdateAgent", "Change an agent's details. Absent fields do not change.", Input.Body<RegisterRequest>(ARegistration), ChangeAsync)
        {
            Allows = Permission.Register,
            Answers = [AnswerShape.Ok<Agent>(AnAgent)],
        }.Rest("PUT", "/agents/{agent_id}").Frame(FrameEvents.AgentRegister, "Change the agent's details. Absent fields do not change."),

        new Operation<ChangeableAgentContext>("DeleteAgent", "Delete an agent. Its deliveries are withdrawn, and its tokens are revoked. The messages it sent stay.", DeleteAsync)
        {
            Allows = Permission.DeleteAgent,
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/agents/{agent_id}"),
    ];

    private IEnumerable<Operation> Reports() =>
    [
        new Operation<ChangeableAgentContext, StatusRequest>(
            "SetAgentStatus", "Set an agent's status and activity, and a note about them.",
            Input.Body<StatusRequest>("""{"status": "busy", "activity": "working", "note": "Fixing the login test"}"""), ReportAsync)
        {
            Allows = Permission.Register,
            Answers = [AnswerShape.Ok<Agent>(AnAgent)],
        }.Rest("PUT", "/agents/{agent_id}/status").Frame(FrameEvents.AgentStatus, "Set the agent's status and activity, and a note about them."),

        new Operation<ChangeableAgentContext>("SendHeartbeat", "Send a heartbeat for an agent without a connection.", BeatAsync)
        {
            Allows = Permission.Register,
            Answers = [AnswerShape.Done],
        }.Rest("POST", "/agents/{agent_id}/heartbeat").Frame<IAgentConnection>(
            new FrameMeaning(
                FrameEvents.AgentHeartbeat, "Send a heartbeat. Pongs count as heartbeats, so only clients that cannot answer pings need this.", null, typeof(Agent)),
            BeatAsync),

        new Operation<AgentContext>("GetSubscriptions", "List the topics that an agent is subscribed to.", GetTopics)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Subscriptions>(Topics)],
        }.Rest("GET", "/agents/{agent_id}/subscriptions"),

        new Operation<ChangeableAgentContext, Subscriptions>(
            "SetSubscriptions", "Set the topics that an agent is subscribed to, replacing the previous ones.", Input.Body<Subscriptions>(Topics), SubscribeAsync)
        {
            Allows = Permission.Register,
            Answers = [AnswerShape.Ok<Subscriptions>(Topics)],
        }.Rest("PUT", "/agents/{agent_id}/subscriptions"),
    ];

    private IEnumerable<Operation> Oversight() =>
    [
        new Operation<ChangeableAgentContext, PauseRequest?>(
            "PauseAgent", "Pause an agent: its deliveries wait, and the server assigns it no tasks.", Input.OptionalBody<PauseRequest>(PauseRules.ARequest), PauseAsync)
        {
            Allows = Permission.Oversee,
            Answers = [AnswerShape.Ok<Agent>(AnAgent)],
        }.Rest("POST", "/agents/{agent_id}/pause"),

        new Operation<ChangeableAgentContext>("ResumeAgent", "Resume a paused agent's deliveries.", ResumeAsync)
        {
            Allows = Permission.Oversee,
            Answers = [AnswerShape.Ok<Agent>(AnAgent)],
        }.Rest("POST", "/agents/{agent_id}/resume"),

        new Operation<ChangeableAgentContext>("RotateAgentToken", "Replace all of an agent's tokens with a new one, which is shown only this once.", RotateAsync)
        {
            Allows = Permission.RotateToken,
            Answers = [AnswerShape.Created<NewToken>(TokensConcept.ANewToken)],
        }.Rest("POST", "/agents/{agent_id}/token"),
    ];

    private async ValueTask<Answer> RegisterAsync(RegisterRequest request, ProjectContext context)
    {
        if (!(await registration.RegisterAsync(context.Project, context.Caller, request, context.Cancellation)).TryGet(out var registered, out var problem))
            return problem;
        var (agent, isNew) = registered;
        await audit.RecordAsync(context.Caller, agent.ProjectId, isNew ? "agent.registered" : "agent.changed", agent.AgentId, context.Cancellation);
        return isNew ? Answer.Created(agent, $"/agents/{agent.AgentId}") : Answer.Ok(agent);
    }

    private async ValueTask<Answer> ListAsync(AgentQuery query, ProjectContext context)
    {
        if (!ListPlace.TryRead(query.List, out var below, out var problem))
            return problem;
        var project = context.Project;
        var squad = query.Squad is { } name ? (await squads.MembersAsync(project, name, context.Cancellation) ?? []).ToHashSet() : null;

        // One pass over all agents, without sorting: taking the first few of an ordered sequence only selects them.
        var found = AgentDirectory.Everybody(project)
            .Where(agent => agent.Number < below && (squad is null || squad.Contains(agent.Number)) && query.Takes(agent))
            .OrderByDescending(agent => agent.Number)
            .Take(query.List.Limit + 1)
            .ToList();
        var shown = await portraits.ShowAsync(project, found, WithWords(context), context.Cancellation);
        return Answer.Ok(ListPlace.Page([.. found.Zip(shown)], query.List.Limit, agent => agent.Second, agent => agent.First.Number));
    }

    private async ValueTask<Answer> ChangeAsync(RegisterRequest request, ChangeableAgentContext context)
    {
        var agent = context.Agent;
        var problem = AgentRules.Check(request)
            .Check(request.AgentId is null || request.AgentId == agent.Id, "agent_id", $"must be absent or '{agent.Id}': an agent's id cannot change")
            .Problem;
        if (problem is not null)
            return problem;
        await directory.ChangeAsync(context.Project, agent, record => AgentDirectory.Merge(record, request), context.Cancellation);
        await audit.RecordAsync(context.Caller, context.Project.Id, "agent.changed", agent.Id, context.Cancellation);
        return await ShownAsync(context);
    }

    private async ValueTask<Answer> DeleteAsync(ChangeableAgentContext context)
    {
        // Not cancelled if the caller disconnects, which happens by itself when an agent's own token ends here. Tokens first: a token that outlives
        // its agent would open the mailbox of the next agent with that name.
        await vault.RevokeAgentAsync(context.Project.Id, context.Agent.Id, CancellationToken.None);
        if (!await directory.RemoveAsync(context.Project, context.Agent, CancellationToken.None))
            return Problems.NotFound("agent", context.Agent.Id);
        await audit.RecordAsync(context.Caller, context.Project.Id, "agent.deleted", context.Agent.Id, CancellationToken.None);
        return Answer.Done;
    }

    private async ValueTask<Answer> ReportAsync(StatusRequest request, ChangeableAgentContext context)
    {
        if (AgentRules.Check(request) is { } problem)
            return problem;
        // A report that changes nothing is a heartbeat, and creates no log entry.
        if (context.Agent.Presence.WouldChange(request) && rate.Refusal(context.Project, context.Caller) is { } tooFast)
            return tooFast;
        await directory.ReportAsync(context.Project, context.Agent, request, context.Cancellation);
        return await ShownAsync(context);
    }

    private async ValueTask<Answer> BeatAsync(ChangeableAgentContext context)
    {
        await directory.SeenAsync(context.Project, context.Agent, context.Cancellation);
        return Answer.Done;
    }

    private async ValueTask<Answer> BeatAsync(IAgentConnection connection, InFrame frame, CancellationToken cancellationToken)
    {
        if (!connection.Takes)
            return Answer.Done;
        await directory.SeenAsync(connection.Project, connection.Agent, cancellationToken);
        // Computing the agent's current state costs a query to the store.
        return frame.Id.Length == 0 ? Answer.Done : Answer.Ok(await directory.ShowAsync(connection.Project, connection.Agent, connection.Ending));
    }

    private async ValueTask<Answer> PauseAsync(PauseRequest? request, ChangeableAgentContext context)
    {
        if (PauseRules.Check(request) is { } problem)
            return problem;
        var now = clock.GetUtcNow();
        await directory.ChangeAsync(
            context.Project, context.Agent, record => record with { Pause = PauseRules.Make(record.Pause, request, context.Caller, now) }, context.Cancellation);
        await audit.RecordAsync(context.Caller, context.Project.Id, "agent.paused", context.Agent.Id, context.Cancellation);
        return await ShownAsync(context);
    }

    private async ValueTask<Answer> ResumeAsync(ChangeableAgentContext context)
    {
        await directory.ChangeAsync(context.Project, context.Agent, record => record with { Pause = null }, context.Cancellation);
        await audit.RecordAsync(context.Caller, context.Project.Id, "agent.resumed", context.Agent.Id, context.Cancellation);
        return await ShownAsync(context);
    }

    private static ValueTask<Answer> GetTopics(AgentContext context) => new(Answer.Ok(new Subscriptions { Topics = context.Agent.Record.Topics }));

    private async ValueTask<Answer> SubscribeAsync(Subscriptions request, ChangeableAgentContext context)
    {
        if (AgentRules.Check(request) is { } problem)
            return problem;
        IReadOnlyList<string> topics = [.. request.Topics!.Distinct(StringComparer.Ordinal)];
        await directory.ChangeAsync(context.Project, context.Agent, record => record with { Topics = topics }, context.Cancellation);
        return Answer.Ok(new Subscriptions { Topics = topics });
    }

    private async ValueTask<Answer> RotateAsync(ChangeableAgentContext context)
    {
        var token = await vault.RotateAsync(context.Project.Id, context.Agent.Id, context.Cancellation);
        await audit.RecordAsync(context.Caller, context.Project.Id, "token.rotated", context.Agent.Id, context.Cancellation);
        return Answer.Created(token, $"/tokens/{token.TokenId}");
    }

    private async ValueTask<Answer> ShownAsync(AgentContext context)
    {
        if (context.Agent.Id != AgentDirectory.Human && context.Project.Agents.Find(context.Agent.Number) is null)
            return Problems.NotFound("agent", context.Agent.Id);
        return context.IsAnswerAwaited ? Answer.Ok((await portraits.ShowAsync(context.Project, [context.Agent], WithWords(context), context.Cancellation))[0]) : Answer.Done;
    }

    /// <summary>Agents may not read each other's messages.</summary>
    private static bool WithWords(ProjectContext context) => context.Caller.May(Permission.Monitor) == Access.Yes;
}
