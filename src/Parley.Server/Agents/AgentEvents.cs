using Parley.Protocol;
using Parley.Server.Log;

namespace Parley.Server.Agents;

/// <summary>The events that the entries about agents are published as.</summary>
internal static class AgentEvents
{
    internal static SystemEvents All { get; } = new(EntryKind.Agent, typeof(Agent), AgentsConcept.AnAgent,
    [
        new("agent_registration", "An agent registered for the first time."),
        new("agent_updated", "An agent's details changed, or it was paused or resumed."),
        new("agent_status", "An agent's status or activity changed."),
        new("agent_joined", "An agent came online."),
        new("agent_left", "An agent went offline."),
        new("agent_removed", "An agent was deleted. The event has its last state."),
    ]);
}
