namespace Parley.Server.Settings;

/// <summary>How one of several agents with a capability is chosen.</summary>
public enum RoutingStrategy
{
    /// <summary>The agent with the fewest deliveries queued and in flight. Agents with the same number take turns.</summary>
    LeastLoaded,

    /// <summary>All agents take turns.</summary>
    RoundRobin,
}
