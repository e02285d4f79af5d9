using Parley.Server.Coordination;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Closes connections whose peers have sent neither a frame nor a pong for two heartbeats.</summary>
internal sealed class IdleConnectionMonitor(ConnectionHub hub, SocketTimes times) : IChore
{
    public bool IsOfEachNode => true;

    public TimeSpan Interval => times.Heartbeat / 5;

    public ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var connection in hub.All)
        {
            if (connection.Cause is null && connection.Peer.Silence > times.LongestSilence)
                connection.End(CloseCodes.Silent, null);
        }

        return new((TimeSpan?)null);
    }
}
