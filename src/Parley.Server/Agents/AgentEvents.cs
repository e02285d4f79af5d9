using Parley.Protocol;
using Parley.Server.Log;

namespace Parley.Server.Agents;

/// <summary>What the entries about agents are told as.</summary>
internal static class AgentEvents
{
    internal static SystemEvents All { get; } = new(EntryKind.Agent, typeof(Agent), AgentsConcept.AnAgent,
    [
        new("agent_registration", "An agent registered for the first time."),
        new("agent_updated", "What an agent says of itself changed, or it was paused or resumed."),
        new("agent_status", "An agent's status or activity changed."),
        new("agent_joined", "An agent that was offline is there."),
        new("agent_left", "An agent that was there is offline."),
        new("agent_removed", "An agent was deleted; the data show it as it was."),
    ]);
}
