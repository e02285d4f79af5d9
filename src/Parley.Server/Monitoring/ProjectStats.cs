using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Projects;

namespace Parley.Server.Monitoring;

/// <summary>Collects a project's figures.</summary>
internal sealed class ProjectStats(
    IStatsStore store, SendRate rate, DeliveryLatency latency, IMailboxCounts mailboxes, IConnectionCount connections, Uptime uptime)
{
    internal async ValueTask<Stats> ReadAsync(ProjectState project, CancellationToken cancellationToken)
    {
        var totals = await store.TotalsAsync(project.Number, cancellationToken);
        var (queued, inFlight) = (0L, 0L);
        foreach (var counts in (await mailboxes.CountsAsync([.. project.Agents.All.Select(agent => agent.Number)], cancellationToken)).Values)
        {
            queued += counts.Queued;
            inFlight += counts.InFlight;
        }

        var (total, online, busy) = (0, 0, 0);
        foreach (var status in AgentDirectory.Everybody(project).Select(agent => agent.Presence.Status))
        {
            total++;
            online += status != AgentStatus.Offline ? 1 : 0;
            busy += status == AgentStatus.Busy ? 1 : 0;
        }

        return new Stats
        {
            Messages = totals with { PerSecond = rate.Of(project.Number, totals.Sent) },
            LatencyMs = latency.Of(project.Number),
            Mailboxes = new MailboxStats { Queued = queued, InFlight = inFlight },
            Agents = new AgentStats { Total = total, Online = online, Busy = busy },
            Connections = connections.CountOf(project.Number),
            UptimeSeconds = (long)uptime.Running.TotalSeconds,
            Availability = Math.Round(uptime.Availability, 6),
            Version = ServerVersion.Text,
        };
    }
}
