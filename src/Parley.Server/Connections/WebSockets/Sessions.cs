using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Mailboxes;

namespace Parley.Server.Connections.WebSockets;

/// <summary>How connections end, and what they held goes back to the mailbox.</summary>
internal sealed class Sessions(ConnectionHub hub, LeaseReturns returns, IClusterView cluster, SocketTimes times)
{
    /// <summary>How long a connection whose peer has gone may take to notice it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A client has come back. What it names is ended, and what of the agent's is already broken.</summary>
    /// <param name="session">Of the connection that broke, where the client named one. Where that was another node's, it is asked and waited for.</param>
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

    /// <summary>Ends what of an agent's connections here is already broken.</summary>
    internal async Task EndBrokenAsync(int agent)
    {
        // A client that was cut off and connects at once names no session, and may be faster than the notice of the cut. What it had not got
        // then goes before what is sent from now on.
        foreach (var connection in hub.Of(agent))
        {
            if (connection.IsPeerGone())
                await EndBrokenAsync(connection);
        }
    }

    /// <summary>A session of this node, where it is the agent's.</summary>
    internal async Task EndHereAsync(int agent, string session)
    {
        if (hub.Find(session) is not { } connection || connection.Agent.Number != agent)
            return;
        connection.TakeOver();
        await GiveBackAsync(connection);
    }

    /// <summary>What it held goes back to the mailbox. Twice does no harm: the client's next connection may be faster than our notice.</summary>
    internal async Task EndAsync(SocketConnection connection)
    {
        connection.Close();
        try
        {
            await GiveBackAsync(connection);
        }
        finally
        {
            // Whatever went wrong: its client's next connection waits for this.
            connection.HasEnded();
        }
    }

    private async Task EndBrokenAsync(SocketConnection connection)
    {
        try
        {
            // What its client sent before it went, acknowledgements perhaps, is read first.
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

        // Until that is done nothing new goes to the agent's other connections.
        await returns.ReleaseAsync(connection.Agent.Number, connection, connection.TakeLoss(), () => hub.Remove(connection));
    }
}
