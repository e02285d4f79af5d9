namespace Parley.Server.Connections.Relay;

/// <summary>How far each agent has read the messages to everybody.</summary>
internal interface IRelayStore
{
    /// <returns>The seq; null for an agent that has never connected.</returns>
    ValueTask<long?> PlaceAsync(int agent, CancellationToken cancellationToken);

    /// <summary>Advances an agent's place, and acknowledges its deliveries of messages to everybody up to there. Never moves back.</summary>
    ValueTask MoveAsync(int project, int agent, long seq, CancellationToken cancellationToken);
}
