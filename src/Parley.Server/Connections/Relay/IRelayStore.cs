namespace Parley.Server.Connections.Relay;

/// <summary>How far each agent has heard what was said to everybody.</summary>
internal interface IRelayStore
{
    /// <returns>The seq; null for an agent that never listened.</returns>
    ValueTask<long?> PlaceAsync(int agent, CancellationToken cancellationToken);

    /// <summary>Moves an agent's place forward and acknowledges its own deliveries of what was said to everybody up to there. Never moves back.</summary>
    ValueTask MoveAsync(int project, int agent, long seq, CancellationToken cancellationToken);
}
