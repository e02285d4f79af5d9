namespace Parley.Server.Settings;

/// <summary>How one of several who can do a thing is chosen.</summary>
public enum RoutingStrategy
{
    /// <summary>Who has the fewest deliveries queued and in flight; among equals the one whose turn it is.</summary>
    LeastLoaded,

    /// <summary>Everybody in turn.</summary>
    RoundRobin,
}
