using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Parley.Server.Agents;
using Parley.Server.Connections.WebSockets;
using Parley.Server.Limits;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Storage;

namespace Parley.Server.Connections.Relay;

/// <summary>Serves one relay socket: reads from the log, and sends to everybody.</summary>
internal sealed partial class RelayServer(
    RelayFrames frames, IRelayStore places, ILogStore log, IThreadAccess access, AgentDirectory agents, SocketTimes times, ConnectionDrain drain, SendLimits limits, ILogger<RelayServer> logger)
{
    /// <summary>How often to ping. Only a pong advances the stored place, so this limits what is repeated after a broken connection.</summary>
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(2);

    /// <summary>How long a leaving peer may take to read what is partly written.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    internal async Task ServeAsync(HttpContext context, ProjectState project, AgentState? agent, Caller caller, long? after)
    {
        var transport = SocketTransport.Of(context);
        var tracker = transport.Peer;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(
            new WebSocketAcceptContext { KeepAliveInterval = PingInterval, KeepAliveTimeout = times.Heartbeat });
        using var stay = drain.Begin();
        // Not disposed, because its memory may still be in use when the connection has just ended.
        var stopReading = new CancellationTokenSource();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stay.Ending, caller.Ended, project.Gone.Token, stopReading.Token);
        var outbound = new Outbound(socket, transport.Writes, batch: false, limits, caller, stopReading.Cancel, CancellationToken.None);
        if (agent is not null)
            tracker.Arrived = seq => _ = MoveAsync(project, agent, seq);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        var telling = TellAsync(project, agent, caller, after, tracker, outbound, gone.Token);
        try
        {
            if (agent is not null)
                await agents.ConnectedAsync(project, agent, taker: null, CancellationToken.None);
            await frames.ReceiveAsync(socket, outbound, project, agent, caller, times.AllowanceOf(project), LeftAsync, ending.Token);
        }
        catch (Exception fault) when (fault is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            Log.Broke(logger, agent?.Id ?? "a listener", fault.Message);
        }
        finally
        {
            await gone.CancelAsync();
            await telling;
            outbound.Close();
            if (agent is not null)
                await agents.DisconnectedAsync(project, agent, taker: null);
        }

        // A peer that leaves properly has read everything it was sent and must not get it again. The place is advanced before the peer gets the close
        // frame, because it may reconnect at once.
        async Task LeftAsync()
        {
            await gone.CancelAsync();
            await telling;
            outbound.Drop(static frame => frame is RelayFrame);
            await outbound.DrainedAsync().WaitAsync(Patience, times.Clock, CancellationToken.None);
            if (agent is not null && tracker.Mark > 0)
                await MoveAsync(project, agent, tracker.Mark);
        }
    }

    private async Task TellAsync(
        ProjectState project, AgentState? agent, Caller caller, long? after, PeerTracker tracker, Outbound outbound, CancellationToken cancellationToken)
    {
        try
        {
            var reader = agent is null ? null : new Reader(agent.Number, agent.Record.JoinedSeq);
            var feed = new FeedReader(project.Log, log, access, reader, new FeedSelection(
                LogQuery.All, entry => entry.Kind == EntryKind.Message && entry.Audience == Audience.Everyone && entry.Sender != agent?.Number));
            if (await FromAsync(agent, after, cancellationToken) is { } seq)
            {
                await feed.ReachAsync(seq, cancellationToken);
                await feed.StartAsync(project.Log.Place(Math.Min(seq, project.Log.Head)), cancellationToken);
            }

            while (true)
            {
                await outbound.LowAsync(cancellationToken);
                var before = feed.Cursor;
                foreach (var entry in (await feed.ReadAsync(cancellationToken)).Entries.TakeWhile(_ => !caller.Ended.IsCancellationRequested))
                    outbound.Add(new RelayFrame(entry, project, tracker));
                if (feed.Cursor == before)
                    await feed.WaitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The peer has gone, or should reconnect.
        }
        catch (StorageUnavailableException)
        {
            outbound.Goodbye(CloseCodes.TryLater, "The store is unavailable.");
        }
    }

    private async ValueTask<long?> FromAsync(AgentState? agent, long? after, CancellationToken cancellationToken)
    {
        if (after is not null || agent is null)
            return after;
        return await places.PlaceAsync(agent.Number, cancellationToken) ?? agent.Record.JoinedSeq;
    }

    private async Task MoveAsync(ProjectState project, AgentState agent, long seq)
    {
        try
        {
            await places.MoveAsync(project.Number, agent.Number, seq, CancellationToken.None);
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            // The place does not advance, so the agent gets some messages again.
            Log.NotMoved(logger, fault, agent.Id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "The relay of {Agent} broke: {Reason}")]
        internal static partial void Broke(ILogger logger, string agent, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not store how far {Agent} has read.")]
        internal static partial void NotMoved(ILogger logger, Exception fault, string agent);
    }
}
