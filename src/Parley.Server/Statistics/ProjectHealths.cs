using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Monitoring;
using Parley.Server.Projects;

namespace Parley.Server.Statistics;

/// <summary>Collects what a project's health is computed from.</summary>
internal sealed class ProjectHealths(Counts counts, DeliveryLatency latency, IMailboxCounts mailboxes, Uptime uptime, TimeProvider clock)
{
    internal async Task<ProjectHealth> ReadAsync(ProjectState project, CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow();
        var types = await counts.ByTypeAsync(project, new TimeRange(until - TimeSpan.FromHours(1), until), cancellationToken);
        var (deliveries, lost) = (types.Sum(type => type.Deliveries), types.Sum(type => type.Dead + type.Expired));
        var acknowledged = types.Sum(type => type.Acknowledged);

        var agents = AgentDirectory.Everybody(project).ToDictionary(agent => agent.Number);
        var waiting = (await mailboxes.CountsAsync([.. agents.Keys], cancellationToken)).Where(one => one.Value.Queued > 0).Select(one => agents[one.Key]).ToList();
        var absent = waiting.Count(agent => agent.Presence.Status == AgentStatus.Offline);
        return HealthScore.Of(new HealthFacts(
            Share(lost, Math.Max(deliveries, lost)), acknowledged == 0 ? null : types.Sum(type => (type.AckMs ?? 0) * type.Acknowledged) / acknowledged,
            latency.Of(project.Number).P95 ?? 0, Share(absent, waiting.Count), uptime.Availability));
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
