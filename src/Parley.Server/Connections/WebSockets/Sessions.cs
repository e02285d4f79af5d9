using Microsoft.Extensions.Logging;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Mailboxes;

namespace Parley.Server.Connections.WebSockets;

/// <summary>How connections end, and what they held goes back to the mailbox.</summary>
internal sealed partial class Sessions(ConnectionHub hub, IDeliveryStore store, IClusterView cluster, ILogger<Sessions> logger)
{
    /// <summary>The client of a connection that broke has come back. Where that was another node's, it is told; does it not hear, it finds
    /// out by the silence.</summary>
    internal async ValueTask EndAsync(AgentState agent, string session, CancellationToken cancellationToken)
    {
        if (hub.Find(session) is not null)
            await EndHereAsync(agent.Number, session);
        else if (Guid.TryParseExact(session, "N", out _))
            await cluster.EndSessionAsync(agent.Number, session, cancellationToken);
    }

    /// <summary>A session of this node, where it is the agent's.</summary>
    internal Task EndHereAsync(int agent, string session) =>
        hub.Find(session) is { } connection && connection.Agent.Number == agent ? EndAsync(connection) : Task.CompletedTask;

    /// <summary>What it held goes back to the mailbox. Twice does no harm: the client's next connection may be faster than our notice.</summary>
    internal async Task EndAsync(SocketConnection connection)
    {
        hub.Remove(connection);
        connection.Close();
        foreach (var subscription in connection.TakeSubscriptions())
            await subscription.DisposeAsync();
        try
        {
            await store.ReleaseAsync(connection.Agent.Number, connection, CancellationToken.None);
        }
        catch (Exception fault) when (fault is Storage.StorageUnavailableException or ObjectDisposedException)
        {
            // Its leases lapse instead.
            Log.NotReleased(logger, fault, connection.Agent.Id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "What {Agent} held could not be given back now; it lapses.")]
        internal static partial void NotReleased(ILogger logger, Exception fault, string agent);
    }
}
