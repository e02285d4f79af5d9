using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.History;
using Parley.Server.Projects;
using Parley.Server.Squads;

namespace Parley.Server.CatchUp;

/// <summary>Puts together what an agent needs to go on. It changes nothing, not even the agent's presence.</summary>
internal sealed class CatchUpReader(WorkInHand work, MessagesInHand messages, ThreadsGoneOn threads, SquadDirectory squads, IndexCatchUp index)
{
    internal async ValueTask<AgentCatchUp> ReadAsync(ProjectState project, AgentState agent, int tokens, CancellationToken cancellationToken)
    {
        var isBehind = await index.RunAsync(project.Number, cancellationToken) is not null;
        var (requests, inbox, newest) = await messages.ReadAsync(project, agent.Number, cancellationToken);
        var draft = new CatchUpDraft
        {
            Agent = WhoIs(project, agent),
            Tasks = await work.TasksAsync(project, agent.Id, cancellationToken),
            Steps = await work.StepsAsync(project, agent.Id, cancellationToken),
            Questions = await work.QuestionsAsync(project, agent.Id, cancellationToken),
            Requests = requests,
            Reservations = await work.ReservationsAsync(project, agent.Id, cancellationToken),
            Inbox = inbox,
            Newest = newest,
            Threads = await threads.ReadAsync(project, agent.Number, cancellationToken),
            IndexBehind = isBehind,
        };
        return CatchUpBudget.Fit(draft, tokens);
    }

    private CatchUpAgent WhoIs(ProjectState project, AgentState agent)
    {
        var record = agent.Record;
        var own = squads.Of(project).Select(squad => squad.Value).Where(squad => squad.Members.Any(member => member.AgentId == agent.Id))
            .OrderBy(squad => squad.SquadId, StringComparer.Ordinal).ToList();
        var pauses = new List<CatchUpPause>();
        if (record.Pause is { } pause)
            pauses.Add(Why(PausedThing.Agent, pause));
        pauses.AddRange(own.Where(squad => squad.Pause is not null).Select(squad => Why(PausedThing.Squad, squad.Pause!) with { SquadId = squad.SquadId }));
        if (project.Record.Pause is { } whole)
            pauses.Add(Why(PausedThing.Project, whole));
        return new CatchUpAgent
        {
            AgentId = record.Id,
            ProjectId = project.Id,
            Name = record.Name,
            Type = record.Type,
            Role = record.Role,
            Specialization = record.Specialization,
            Squads = [.. own.Select(squad => squad.SquadId)],
            Capabilities = record.Capabilities,
            Status = agent.Presence.Status,
            Activity = agent.Activity,
            Pauses = pauses,
        };
    }

    private static CatchUpPause Why(PausedThing of, Pause pause) => new() { Of = of, Reason = pause.Reason, PausedBy = pause.PausedBy };
}
