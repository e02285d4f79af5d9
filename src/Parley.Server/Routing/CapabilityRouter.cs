using System.Collections.Concurrent;
using Parley.Server.Agents;
using Parley.Server.Projects;
using Parley.Server.Settings;

namespace Parley.Server.Routing;

/// <summary>Chooses the agent that gets a message to <c>capability:NAME</c>.</summary>
internal sealed class CapabilityRouter(IMailboxCounts mailboxes, RoutingStrategy strategy)
{
    private readonly ConcurrentDictionary<(int Project, string Capability), int> _turns = new();

    /// <param name="sender">The sender is never chosen for its own message.</param>
    /// <param name="tried">Agents that have given it back.</param>
    /// <param name="onlineOnly">Whether only online agents count: there is no point in moving a delivery to an agent that is also offline.</param>
    /// <returns>Null if no agent has the capability.</returns>
    internal async ValueTask<AgentState?> ChooseAsync(
        ProjectState project, string capability, int sender, IReadOnlyList<int> tried, CancellationToken cancellationToken, bool onlineOnly = false)
    {
        var able = AgentDirectory.Everybody(project)
            .Where(agent => agent.Number != sender && agent.Record.Capabilities.Contains(capability) && !tried.Contains(agent.Number))
            .OrderBy(agent => agent.Number)
            .ToList();
        var ready = able.Where(agent => agent.IsOnline && !agent.IsPaused(project)).ToList();
        if (ready.Count == 0)
            ready = onlineOnly ? [] : able;
        if (ready.Count == 0)
            return null;

        var turn = _turns.AddOrUpdate((project.Number, capability), 0, (_, last) => (last + 1) & int.MaxValue) % ready.Count;
        if (strategy == RoutingStrategy.RoundRobin || ready.Count == 1)
            return ready[turn];
        var counts = await mailboxes.CountsAsync([.. ready.Select(agent => agent.Number)], cancellationToken);
        return ready.Skip(turn).Concat(ready.Take(turn))
            .MinBy(agent => counts.TryGetValue(agent.Number, out var held) ? held.Queued + held.InFlight : 0);
    }
}
