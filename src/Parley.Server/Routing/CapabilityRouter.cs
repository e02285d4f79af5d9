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
    /// <param name="onlyLook">True to leave the turn as it is, because nothing is sent.</param>
    /// <returns>Null if no agent has the capability.</returns>
    internal async ValueTask<AgentState?> ChooseAsync(
        ProjectState project, string capability, int sender, IReadOnlyList<int> tried, CancellationToken cancellationToken, bool onlineOnly = false,
        bool onlyLook = false)
    {
        var able = Able(project, capability, sender).Where(agent => !tried.Contains(agent.Number)).ToList();
        var ready = able.Where(agent => agent.IsOnline && !agent.IsPaused(project)).ToList();
        if (ready.Count == 0)
            ready = onlineOnly ? [] : able;
        if (ready.Count == 0)
            return null;

        var turn = (onlyLook ? Next((project.Number, capability)) : _turns.AddOrUpdate((project.Number, capability), 0, (_, last) => After(last))) % ready.Count;
        if (strategy == RoutingStrategy.RoundRobin || ready.Count == 1)
            return ready[turn];
        var counts = await mailboxes.CountsAsync([.. ready.Select(agent => agent.Number)], cancellationToken);
        return ready.Skip(turn).Concat(ready.Take(turn))
            .MinBy(agent => counts.TryGetValue(agent.Number, out var held) ? held.Queued + held.InFlight : 0);
    }

    /// <summary>The agents that it chooses from, and how many deliveries each has, waiting or in hand.</summary>
    internal async ValueTask<IReadOnlyList<(AgentState Agent, int Deliveries)>> CandidatesAsync(
        ProjectState project, string capability, int sender, CancellationToken cancellationToken)
    {
        var able = Able(project, capability, sender).ToList();
        var counts = await mailboxes.CountsAsync([.. able.Select(agent => agent.Number)], cancellationToken);
        return [.. able.Select(agent => (agent, counts.TryGetValue(agent.Number, out var held) ? held.Queued + held.InFlight : 0))];
    }

    private static IEnumerable<AgentState> Able(ProjectState project, string capability, int sender) => AgentDirectory.Everybody(project)
        .Where(agent => agent.Number != sender && agent.Record.Capabilities.Contains(capability))
        .OrderBy(agent => agent.Number);

    private int Next((int Project, string Capability) key) => _turns.TryGetValue(key, out var last) ? After(last) : 0;

    private static int After(int turn) => (turn + 1) & int.MaxValue;
}
