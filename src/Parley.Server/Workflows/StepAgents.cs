using System.Collections.Concurrent;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Projects;
using Parley.Server.Tasks;

namespace Parley.Server.Workflows;

/// <summary>Chooses the agents for steps that need a capability: online, not paused, and with the least to do. Equal agents take turns.</summary>
internal sealed class StepAgents(WorkflowBoard board, IMailboxCounts mailboxes)
{
    /// <summary>The most agents whose load is compared, so the cost of a choice is bounded.</summary>
    private const int MostCompared = 32;

    /// <summary>The load is counted up to this many steps; above it, all agents are equally busy.</summary>
    private const int MostCounted = 1_000;

    private readonly ConcurrentDictionary<(int Project, string Capability), int> _turns = new();

    /// <summary>The choices of one look at a workflow: each counts for the next.</summary>
    internal Choices Begin(ProjectState project) => new(this, project);

    internal sealed class Choices(StepAgents owner, ProjectState project)
    {
        private readonly Dictionary<string, (int Held, int Waiting)> _loads = new(StringComparer.Ordinal);
        private readonly Dictionary<string, List<AgentState>> _able = new(StringComparer.Ordinal);
        private readonly HashSet<string> _full = new(StringComparer.Ordinal);

        /// <summary>The agent's mailbox is full.</summary>
        internal void PassOver(string agentId) => _full.Add(agentId);

        internal bool IsFull(string agentId) => _full.Contains(agentId);

        /// <returns>Null if nobody is able now.</returns>
        internal async ValueTask<AgentState?> ChooseAsync(string capability, CancellationToken cancellationToken)
        {
            if (!_able.TryGetValue(capability, out var able))
                _able[capability] = able = await AbleAsync(capability, cancellationToken);
            AgentState? best = null;
            var least = (Rank: int.MaxValue, Held: int.MaxValue, Waiting: int.MaxValue);
            foreach (var agent in able.Where(agent => !_full.Contains(agent.Id)))
            {
                var (held, waiting) = _loads[agent.Id];
                var load = (RankOf(agent), held, waiting);
                if (load.CompareTo(least) < 0)
                    (best, least) = (agent, load);
            }

            if (best is not null)
                _loads[best.Id] = (_loads[best.Id].Held + 1, _loads[best.Id].Waiting);
            return best;
        }

        private async ValueTask<List<AgentState>> AbleAsync(string capability, CancellationToken cancellationToken)
        {
            var all = AgentDirectory.Everybody(project)
                .Where(agent => AgentChoice.IsReady(project, agent) && agent.Record.Capabilities.Contains(capability))
                .OrderBy(agent => agent.Number).ToList();
            if (all.Count == 0)
                return all;
            var turn = owner._turns.AddOrUpdate((project.Number, capability), 0, (_, last) => (last + 1) & int.MaxValue) % all.Count;
            var some = all.Skip(turn).Concat(all.Take(turn)).OrderBy(RankOf).Take(MostCompared).ToList();
            var counts = await owner.Mailboxes.CountsAsync([.. some.Select(agent => agent.Number)], cancellationToken);
            foreach (var agent in some.Where(agent => !_loads.ContainsKey(agent.Id)))
            {
                var held = await owner.Board.CountHeldByAsync(project, agent.Id, MostCounted, cancellationToken);
                _loads[agent.Id] = (held, counts.TryGetValue(agent.Number, out var mailbox) ? mailbox.Queued + mailbox.InFlight : 0);
            }

            return some;
        }

        private static int RankOf(AgentState agent) => agent.Presence.Activity is AgentActivity.Blocked or AgentActivity.BlockedOnHuman ? 1 : 0;
    }

    private WorkflowBoard Board => board;

    private IMailboxCounts Mailboxes => mailboxes;
}
