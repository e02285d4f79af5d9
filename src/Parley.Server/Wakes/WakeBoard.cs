using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Projects;

namespace Parley.Server.Wakes;

/// <summary>The wakes of all agents.</summary>
internal sealed class WakeBoard(MailboxSignals signals, TimeProvider clock)
{
    /// <summary>By agent. They go with the project.</summary>
    private readonly ConditionalWeakTable<ProjectState, ConcurrentDictionary<int, AgentWakes>> _wakes = [];

    internal AgentWakes Of(ProjectState project, AgentState agent) => _wakes.GetOrCreateValue(project).GetOrAdd(agent.Number, static (_, reach) => new AgentWakes(reach), agent.Reach);

    /// <summary>A turn of the agent begins.</summary>
    /// <param name="prompt">What the model is asked.</param>
    internal void TurnBegan(ProjectState project, AgentState agent, string? prompt) => Of(project, agent).TookTurn(WakeRules.IsText(prompt));

    /// <summary>A turn of the agent is over, so it may be woken again.</summary>
    internal void TurnEnded(ProjectState project, AgentState agent)
    {
        Of(project, agent).TookTurn(hasAnswered: false);
        signals.Signal(agent.Number);
    }

    /// <summary>Takes back a wake that did not reach its waker, so that another may get it.</summary>
    internal void TakeBack(ProjectState project, AgentState agent, Guid id)
    {
        Of(project, agent).TakeBack(id);
        signals.Signal(agent.Number);
    }

    /// <summary>Records how a wake went.</summary>
    /// <returns>Whose wake it is; null if it is nobody's last one.</returns>
    internal AgentState? Report(ProjectState project, Guid id, WakeOutcome outcome, Func<AgentState, bool> mayReport)
    {
        if (!_wakes.TryGetValue(project, out var agents))
            return null;
        foreach (var (number, wakes) in agents)
        {
            if (project.Agents.Find(number) is { } agent && mayReport(agent) && wakes.Report(id, outcome, clock.GetUtcNow()))
            {
                if (outcome == WakeOutcome.Failed)
                    signals.Signal(number);
                return agent;
            }
        }

        return null;
    }
}
