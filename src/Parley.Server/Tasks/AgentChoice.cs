using System.Collections.Concurrent;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Projects;
using Parley.Server.Settings;

namespace Parley.Server.Tasks;

/// <summary>Chooses an agent for a task: one that has the capabilities, is online, and is not paused. Prefers idle agents, then those with the fewest
/// tasks, then those with the fewest messages. Equal agents take turns.</summary>
internal sealed class AgentChoice(TaskBoard board, IMailboxCounts mailboxes, ServerSettings settings)
{
    /// <summary>The most agents whose load is compared, so the cost of a choice is bounded.</summary>
    private const int MostCompared = 32;

    /// <summary>The most assignments of a task that are read.</summary>
    private const int MostAssignments = 500;

    private readonly ConcurrentDictionary<int, int> _turns = new();

    /// <summary>Whether an agent can be assigned work now.</summary>
    internal static bool IsReady(ProjectState project, AgentState agent) => agent.IsOnline && !agent.IsPaused(project) && agent.Presence.Status != AgentStatus.Error && agent.Id != AgentDirectory.Human;

    /// <param name="passed">Agents to skip, in addition to those that rejected the task.</param>
    /// <returns>Null if nobody can take it now.</returns>
    internal async ValueTask<AgentState?> ChooseAsync(ProjectState project, AgentTask task, IReadOnlyList<string> passed, CancellationToken cancellationToken)
    {
        var able = AgentDirectory.Everybody(project)
            .Where(agent => IsReady(project, agent) && Can(agent, task) && !passed.Contains(agent.Id))
            .OrderBy(agent => agent.Number)
            .ToList();
        if (able.Count == 0)
            return null;
        var (rejected, lapsed) = await HistoryAsync(project, task, cancellationToken);
        var turn = _turns.AddOrUpdate(project.Number, 0, (_, last) => (last + 1) & int.MaxValue) % able.Count;
        // The sort is stable, so among equals the one whose turn it is comes first.
        var ranked = able.Skip(turn).Concat(able.Take(turn))
            .Where(agent => !rejected.Contains(agent.Id))
            .GroupBy(agent => (Lapsed: lapsed.Contains(agent.Id), Rank: RankOf(agent)))
            .OrderBy(group => group.Key.Lapsed).ThenBy(group => group.Key.Rank);
        foreach (var equals in ranked)
        {
            foreach (var part in equals.Chunk(MostCompared))
            {
                if (await LeastLoadedAsync(project, part, cancellationToken) is { } chosen)
                    return chosen;
            }
        }

        return null;
    }

    /// <summary>Whether an agent, which is ready, can do a task and has not rejected it.</summary>
    internal async ValueTask<bool> MayTakeAsync(ProjectState project, AgentState agent, AgentTask task, CancellationToken cancellationToken) =>
        Can(agent, task) && !(await HistoryAsync(project, task, cancellationToken)).Rejected.Contains(agent.Id);

    private static bool Can(AgentState agent, AgentTask task) => task.RequiredCapabilities.All(agent.Record.Capabilities.Contains);

    private static int RankOf(AgentState agent) => (agent.Presence.Status, agent.Activity) switch
    {
        (_, AgentActivity.Blocked or AgentActivity.BlockedOnHuman) => 2,
        (AgentStatus.Busy, _) or (_, AgentActivity.Working) => 1,
        _ => 0,
    };

    private async ValueTask<AgentState?> LeastLoadedAsync(ProjectState project, AgentState[] agents, CancellationToken cancellationToken)
    {
        var counts = await mailboxes.CountsAsync([.. agents.Select(agent => agent.Number)], cancellationToken);
        AgentState? best = null;
        var least = (Tasks: int.MaxValue, Messages: int.MaxValue);
        foreach (var agent in agents)
        {
            var held = await board.CountHeldAsync(project, agent.Id, settings.TaskLimit, cancellationToken);
            var load = (held, counts.TryGetValue(agent.Number, out var mailbox) ? mailbox.Queued + mailbox.InFlight : 0);
            if (held < settings.TaskLimit && load.CompareTo(least) < 0)
                (best, least) = (agent, load);
        }

        return best;
    }

    private async ValueTask<(HashSet<string> Rejected, HashSet<string> Lapsed)> HistoryAsync(ProjectState project, AgentTask task, CancellationToken cancellationToken)
    {
        var (rejected, lapsed) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        if (task.Fence == 0)
            return (rejected, lapsed);
        foreach (var given in await board.AssignmentsAsync(project, task.TaskId, null, MostAssignments, cancellationToken))
        {
            if (given.Value.Status == AssignmentStatus.Rejected)
                rejected.Add(given.Value.AgentId);
            else if (given.Value.Status == AssignmentStatus.Lapsed)
                lapsed.Add(given.Value.AgentId);
        }

        return (rejected, lapsed);
    }
}
