using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.Coordination;
using Parley.Server.Limits;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Security;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Serves one socket from its upgrade to its end.</summary>
internal sealed partial class SocketServer(
    ConnectionHub hub, Sessions sessions, FrameTable frames, IDeliveryStore store, LeaseReturns returns, IMailboxCounts mailboxes, AgentDirectory agents, SocketTimes times,
    SocketRegistration registration, Stopping stopping, SendLimits limits, Receiving receiving, Notices notices, ILogger<SocketServer> logger)
{
    /// <summary>How long a peer has to send its close frame.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Serves the socket of an agent.</summary>
    internal async Task ServeAsync(HttpContext context, ProjectState project, AgentState agent, Caller caller, ConnectionQuery query)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(times.Accept);
        await ServeAsync(socket, context, project, agent, caller, query);
    }

    /// <summary>Serves the socket of an agent that will register over it, with a join token.</summary>
    internal async Task RegisterAndServeAsync(HttpContext context, ProjectState project, string id, Caller caller, ConnectionQuery query)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(times.Accept);
        if (await registration.RunAsync(socket, project, id, caller) is var (agent, self))
            await ServeAsync(socket, context, project, agent, self, query);
    }

    private async Task ServeAsync(WebSocket socket, HttpContext context, ProjectState project, AgentState agent, Caller caller, ConnectionQuery query)
    {
        using var connection = new SocketConnection(
            socket, SocketTransport.Of(context), project, agent, caller, query.Options with { Takes = caller.Kind != TokenKind.Observer }, store, limits);
        connection.Sender = SenderResolver.Of(caller, agent, connection.Session);
        connection.IsPeerGone = PeerSocket.Of(context).IsGone;
        connection.Unwanted = () => _ = returns.ReleaseAsync(agent.Number, connection, connection.TakeLoss());
        connection.TakesAnew = () => _ = agents.TakesAnewAsync(project, agent);

        await sessions.EndBeforeAsync(agent, query.Session, connection.Ending);
        try
        {
            hub.Listen(connection);
            // After the welcome, the agent is online for everyone.
            if (connection.Takes)
                await agents.ConnectedAsync(project, agent, connection, CancellationToken.None);
            await WelcomeAsync(connection);
            notices.Start(connection);
            hub.Add(connection);
            // A claim occupies the window until it is answered. If there is nothing to claim, a new message can go out at once.
            if (connection.Takes && await WaitsAsync(agent))
                connection.Wake();
            await ReceiveAsync(connection);
        }
        finally
        {
            await sessions.EndAsync(connection);
            if (connection.Takes)
                await agents.DisconnectedAsync(project, agent, connection);
        }
    }

    private async ValueTask WelcomeAsync(SocketConnection connection)
    {
        var agent = await agents.ShowAsync(connection.Project, connection.Agent, connection.Ending);
        connection.Welcome(DataFrame.Of(
            "agent:welcome"u8, [],
            new Welcome
            {
                Agent = agent,
                SessionId = connection.Session,
                HeartbeatSeconds = (int)times.Heartbeat.TotalSeconds,
                Window = connection.Window,
                Place = connection.Project.Log.Place(connection.Project.Log.Head).ToString(),
                ServerTime = times.Clock.GetUtcNow(),
            },
            WireJson.Strict.Welcome));
    }

    private async ValueTask<bool> WaitsAsync(AgentState agent)
    {
        try
        {
            return (await mailboxes.CountsAsync([agent.Number], CancellationToken.None)).GetValueOrDefault(agent.Number) is { Queued: > 0 };
        }
        catch (Exception fault) when (fault is Storage.StorageUnavailableException or ObjectDisposedException)
        {
            // The claim will notice, or will be made again.
            return true;
        }
    }

    private async Task ReceiveAsync(SocketConnection connection)
    {
        // Cancelling a receive would abort the socket, and the peer would never learn why. So the close frame is sent first, and the peer's close
        // frame ends the receive; only a silent peer is cut off.
        using var cutOff = new CancellationTokenSource();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            stopping.Token, connection.Caller.Ended, connection.Project.Gone.Token, connection.Ending);
        await using var goodbye = ending.Token.UnsafeRegister(_ => Leave(connection, cutOff), null);
        var receiver = new SocketReceiver(connection, frames, times.AllowanceOf(connection.Project), receiving);
        var code = 0;
        try
        {
            code = await receiver.RunAsync(cutOff.Token);
            // Frames before the one that ends the connection were accepted, and their sender should get the answers.
            await connection.Answers.NoneAsync(Task.WhenAll(connection.Answering, connection.Changes.NoneAsync().AsTask()), times.Clock, ending.Token);
            connection.Outbound.Goodbye(code, receiver.Reason);
            await connection.Outbound.DrainedAsync().WaitAsync(Patience, times.Clock);
        }
        catch (Exception fault) when (fault is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException or TimeoutException)
        {
            // The server closes it because of the silence, not the other way around.
            if (code == 0 && (!ending.IsCancellationRequested || connection.Cause is { Code: CloseCodes.Silent }))
                connection.Lose();
            Log.Broke(logger, connection.Agent.Id, fault.Message);
        }
    }

    private void Leave(SocketConnection connection, CancellationTokenSource cutOff)
    {
        connection.Outbound.Goodbye(CodeOfEnd(connection), connection.Cause?.Reason);
        _ = CutOffAsync();

        async Task CutOffAsync()
        {
            await Task.Delay(Patience, times.Clock, CancellationToken.None);
            try
            {
                await cutOff.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // The peer sent its close frame in time.
            }
        }
    }

    private int CodeOfEnd(SocketConnection connection) =>
        connection.Cause is { } cause ? cause.Code
        : connection.Caller.Ended.IsCancellationRequested ? CloseCodes.Unauthorized
        : connection.Project.Gone.IsCancellationRequested ? CloseCodes.NotFound
        : CloseCodes.Stopping;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "The connection of {Agent} broke: {Reason}")]
        internal static partial void Broke(ILogger logger, string agent, string reason);
    }
}

/// <summary>How long a peer may be silent, and how fast it may send.</summary>
internal sealed class SocketTimes(TimeSpan heartbeat, double framesPerSecond, TimeProvider clock)
{
    /// <summary>The limit of a new connection.</summary>
    internal FrameRateLimit AllowanceOf(ProjectState project) => new(framesPerSecond, () => project.Settings.RatePerSecond <= 0, Clock);

    internal TimeSpan Heartbeat { get; } = heartbeat;

    internal TimeProvider Clock { get; } = clock;

    /// <summary>A peer that is silent for this long is disconnected: it has answered neither of two pings.</summary>
    internal TimeSpan LongestSilence { get; } = 2 * heartbeat;

    /// <summary>Pings each heartbeat. <see cref="IdleConnectionMonitor"/> closes silent connections, and says why; ASP.NET cuts off those that even
    /// it cannot reach.</summary>
    internal WebSocketAcceptContext Accept { get; } = new() { KeepAliveInterval = heartbeat, KeepAliveTimeout = 2 * heartbeat };
}
