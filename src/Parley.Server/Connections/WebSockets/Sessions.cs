using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Mailboxes;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Ends connections and requeues what they held.</summary>
internal sealed class Sessions(ConnectionHub hub, LeaseReturns returns, IClusterView cluster, SocketTimes times)
{
    /// <summary>How long a connection may take to notice that its peer has gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A client has reconnected. Ends the session that it names, and the agent's other broken connections.</summary>
    /// <param name="session">The session of the broken connection, if the client named one. If it was on another node, asks that node and waits for
    /// it.</param>
    internal async ValueTask EndBeforeAsync(AgentState agent, string? session, CancellationToken cancellationToken)
    {
        var isElsewhere = false;
        if (session is not null)
        {
            if (hub.Find(session) is not null)
                await EndHereAsync(agent.Number, session);
            else
                isElsewhere = Guid.TryParseExact(session, "N", out _);
        }

        if (isElsewhere || agent.Presence.IsElsewhere)
            await cluster.EndSessionAsync(agent.Number, isElsewhere ? session : null, cancellationToken);
        await EndBrokenAsync(agent.Number);
    }

    /// <summary>Ends an agent's broken connections on this node.</summary>
    internal async Task EndBrokenAsync(int agent)
    {
        // A client that reconnects at once may name no session, and may be faster than the detection of the break. What it missed then still goes
        // before newer messages.
        foreach (var connection in hub.Of(agent))
        {
            if (connection.IsPeerGone())
                await EndBrokenAsync(connection);
        }
    }

    /// <summary>A session on this node, if it belongs to the agent.</summary>
    internal async Task EndHereAsync(int agent, string session)
    {
        if (hub.Find(session) is not { } connection || connection.Agent.Number != agent)
            return;
        connection.TakeOver();
        await GiveBackAsync(connection);
    }

    /// <summary>Requeues what it held. Doing it twice is harmless: the client's next connection may be faster than our detection.</summary>
    internal async Task EndAsync(SocketConnection connection)
    {
        connection.Close();
        try
        {
            await GiveBackAsync(connection);
        }
        finally
        {
            // In any case, because its client's next connection waits for this.
            connection.HasEnded();
        }
    }

    private async Task EndBrokenAsync(SocketConnection connection)
    {
        try
        {
            // First reads what its client sent before it disconnected, such as acknowledgments.
            await connection.Ended.WaitAsync(Patience, times.Clock);
        }
        catch (TimeoutException)
        {
            connection.Lose();
            await EndAsync(connection);
        }
    }

    private async Task GiveBackAsync(SocketConnection connection)
    {
        foreach (var subscription in connection.TakeSubscriptions())
            await subscription.DisposeAsync();
        if (!connection.Takes)
        {
            hub.Remove(connection);
            return;
        }

        // Until then, nothing new goes to the agent's other connections.
        await returns.ReleaseAsync(connection.Agent.Number, connection, connection.TakeLoss(), () => hub.Remove(connection));
    }
}
