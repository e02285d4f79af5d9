using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.Attention;

/// <summary>Agents that are working, but have been silent for unusually long. All agents are in memory.</summary>
internal sealed class StallSource : IAttentionSource
{
    public AttentionKind Kind => AttentionKind.AgentStalled;

    public ValueTask<AttentionFindings> FindAsync(ProjectState project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var agents = AgentDirectory.Everybody(project).ToList();
        var items = agents.Select(agent => AttentionJudge.Stalled(agent.Id, AgentPortraits.StallOf(agent, now), agent.Presence.Note?.Text)).OfType<AttentionItem>().ToList();
        var next = agents.Select(AgentPortraits.StallAt).Where(at => at > now).Min();
        // An agent that acknowledges a message goes on, and no log entry tells of that.
        var again = items.Count > 0 ? now + AttentionFindings.Pause : (DateTimeOffset?)null;
        return new(new AttentionFindings(items, agents.Count) { LookAgainAt = next < again || again is null ? next : again });
    }

    public bool DependsOn(LogEntry entry, ProjectState project) => entry.Kind == EntryKind.Agent;
}

/// <summary>Agents that report an error. All agents are in memory.</summary>
internal sealed class ErrorSource : IAttentionSource
{
    public AttentionKind Kind => AttentionKind.AgentError;

    public ValueTask<AttentionFindings> FindAsync(ProjectState project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var agents = AgentDirectory.Everybody(project).ToList();
        var items = agents.Select(agent => AttentionJudge.Erring(agent.Id, agent.Record.CreatedAt, agent.Presence));
        return new(new AttentionFindings([.. items.OfType<AttentionItem>()], agents.Count));
    }

    public bool DependsOn(LogEntry entry, ProjectState project) => entry.Kind == EntryKind.Agent;
}

/// <summary>Mail that waits for agents that are offline.</summary>
internal sealed class WaitingMailSource(IMailboxCounts counts, IMailboxAges ages) : IAttentionSource
{
    public AttentionKind Kind => AttentionKind.MailboxWaiting;

    public async ValueTask<AttentionFindings> FindAsync(ProjectState project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var away = AgentDirectory.Everybody(project).Where(agent => !agent.IsOnline).ToList();
        var held = await counts.CountsAsync([.. away.Select(agent => agent.Number)], cancellationToken);
        var waiting = away.Where(agent => held.GetValueOrDefault(agent.Number)?.Queued > 0).ToList();
        var oldest = waiting.Count == 0 ? null : await ages.OldestAsync([.. waiting.Select(agent => agent.Number)], cancellationToken);
        var items = waiting.Select(agent => AttentionJudge.Waiting(
            agent.Id, agent.IsOnline, held[agent.Number].Queued, oldest!.TryGetValue(agent.Number, out var since) ? since : null, agent.Presence.LastSeen, now));
        // Leases that lapse give messages back to a mailbox, and no log entry tells of that.
        return new AttentionFindings([.. items.OfType<AttentionItem>()], away.Count) { LookAgainAt = now + AttentionFindings.Pause };
    }

    public bool DependsOn(LogEntry entry, ProjectState project) => entry.Kind switch
    {
        EntryKind.Agent or EntryKind.Expiry or EntryKind.Deletion or EntryKind.Audit => true,
        EntryKind.Message or EntryKind.Release => Array.Exists(entry.Recipients, number => project.Agents.Find(number) is { IsOnline: false }),
        _ => false,
    };
}
