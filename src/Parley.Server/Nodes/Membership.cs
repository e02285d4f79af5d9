using Microsoft.Extensions.Logging;
using Parley.Server.Agents;
using Parley.Server.Connections.WebSockets;
using Parley.Server.Coordination;
using Parley.Server.Storage;

namespace Parley.Server.Nodes;

/// <summary>This node's membership: sends heartbeats, takes the leadership if nobody has it, and as leader declares silent nodes gone.</summary>
internal sealed partial class Membership(
    INodeStore store, INodeSignals line, AgentDirectory agents, ConnectionHub hub, ClusterView cluster, BackgroundFaults faults, TimeProvider clock, ILogger<Membership> logger)
    : LastingWork(faults, logger), ILeadership
{
    /// <summary>A node that is silent for this long is considered gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Several heartbeats fit into this time, so a single late or lost one does no harm.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private Task _following = Task.CompletedTask;
    private Lead _lead = new(Term: 0, Since: null);
    private TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastBeat;

    /// <summary>Since when it has sent heartbeats without a gap; null if it has not yet resumed.</summary>
    private long? _steadySince;

    public bool IsLeader => Volatile.Read(ref _lead).Since is not null;

    public long Term => Volatile.Read(ref _lead).Term;

    protected override string Name => nameof(Membership);

    public async ValueTask<bool> LeadsInAsync(long term, CancellationToken cancellationToken)
    {
        while (true)
        {
            var told = Volatile.Read(ref _told).Task;
            var lead = Volatile.Read(ref _lead);
            if (lead.Since is not { } since || lead.Term != term)
                return false;
            // The other nodes wait this long before one of them becomes the leader.
            if (clock.GetElapsedTime(since) < Patience)
                return true;
            await told.WaitAsync(cancellationToken);
        }
    }

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                var beat = await PulseAsync(stoppingToken);
                // Follow-up work may wait for a lock; heartbeats do not wait for it.
                if (_following.IsCompleted)
                    _following = FollowUpAsync(beat, stoppingToken);
                Succeeded();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception fault)
            {
                // A node that cannot send heartbeats is not the leader: another may be by now.
                StopLeading();
                _steadySince = null;
                if (fault is not StorageUnavailableException)
                    Log.BeatFailed(Logger, fault);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(static tick => tick is { IsCompletedSuccessfully: true, Result: true }, TaskScheduler.Default));
        await _following;
    }

    /// <summary>Signs off once nobody is connected, so that the others do not have to wait for the timeout.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        StopLeading();
        try
        {
            await store.LeaveAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is StorageUnavailableException or OperationCanceledException)
        {
            Log.NotLeft(Logger, fault);
        }
    }

    /// <summary>One round; called directly by tests.</summary>
    internal async Task BeatAsync(CancellationToken cancellationToken) => await DoWhatFollowsAsync(await PulseAsync(cancellationToken), cancellationToken);

    /// <summary>Sends a heartbeat, and handles what it returns.</summary>
    private async Task<Beat> PulseAsync(CancellationToken cancellationToken)
    {
        var asked = clock.GetTimestamp();
        var standing = await store.BeatAsync(Patience, cancellationToken);
        if (standing.IsGone)
        {
            StopLeading();
            return new Beat(IsGone: true, MayBury: false);
        }

        cluster.Peers = standing.Peers.Count;
        line.HasPeers = cluster.AreThere;
        agents.KeepNodes(standing.Peers);
        Follow(standing, asked);
        // If the database was unavailable or this machine was frozen, every node was silent. So the others first get a chance to report again.
        return new Beat(IsGone: false, HasBeenSteady() && IsLeader);
    }

    private async Task FollowUpAsync(Beat beat, CancellationToken stoppingToken)
    {
        try
        {
            await DoWhatFollowsAsync(beat, stoppingToken);
        }
        catch (Exception fault) when (fault is StorageUnavailableException or OperationCanceledException)
        {
            // The next round will do it.
        }
        catch (Exception fault)
        {
            Log.BeatFailed(Logger, fault);
        }
    }

    private async Task DoWhatFollowsAsync(Beat beat, CancellationToken cancellationToken)
    {
        if (beat.IsGone)
        {
            await ComeBackAsync(cancellationToken);
            return;
        }

        // Catches what a lost notification would have announced.
        await line.CheckAsync(cancellationToken);
        await cluster.CatchUpAsync(cancellationToken);
        if (beat.MayBury)
            await BuryAsync(cancellationToken);
    }

    private bool HasBeenSteady()
    {
        var gap = clock.GetElapsedTime(_lastBeat);
        _lastBeat = clock.GetTimestamp();
        if (_steadySince is null || gap > Patience / 2)
            _steadySince = _lastBeat;
        return clock.GetElapsedTime(_steadySince.Value) > Patience;
    }

    private void Follow(NodeStanding standing, long asked)
    {
        if (standing.IsLeader && (!IsLeader || standing.Term != Term))
            Log.Leading(Logger, store.Number, standing.Term);
        Note(new Lead(standing.Term, standing.IsLeader ? asked : null));
    }

    private void StopLeading() => Note(new Lead(Term, Since: null));

    private void Note(Lead lead)
    {
        Volatile.Write(ref _lead, lead);
        Interlocked.Exchange(ref _told, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private async Task BuryAsync(CancellationToken cancellationToken)
    {
        var lost = await store.BuryAsync(Patience, cancellationToken);
        foreach (var node in lost.Nodes)
            Log.Buried(Logger, node, Patience.TotalSeconds);
        foreach (var (project, agent) in lost.Left)
            await agents.NoteLeftAsync(project, agent);
    }

    /// <summary>Messages held here belong to others by now. Connected clients reconnect and get again what they have not settled.</summary>
    private async Task ComeBackAsync(CancellationToken cancellationToken)
    {
        Log.WasGone(Logger, store.Number);
        await store.RejoinAsync(cancellationToken);
        foreach (var connection in hub.All)
            connection.Move();
    }

    /// <param name="IsGone">The others considered this node gone.</param>
    /// <param name="MayBury">It is the leader, and has listened long enough to judge which nodes are silent.</param>
    private readonly record struct Beat(bool IsGone, bool MayBury);

    /// <param name="Since">The clock's timestamp before the heartbeat that confirmed it; null if this node is not the leader.</param>
    private sealed record Lead(long Term, long? Since);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} is the leader, in term {Term}.")]
        internal static partial void Leading(ILogger logger, int node, long term);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} was silent for {Seconds} s, or has left. What its connections held was requeued.")]
        internal static partial void Buried(ILogger logger, int node, double seconds);

        [LoggerMessage(Level = LogLevel.Warning, Message = "This node, number {Node}, was considered gone. Its clients must reconnect.")]
        internal static partial void WasGone(ILogger logger, int node);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The other nodes could not be told that this node is leaving. They will notice by its silence.")]
        internal static partial void NotLeft(ILogger logger, Exception fault);

        [LoggerMessage(Level = LogLevel.Error, Message = "This node could not send a heartbeat; will try again.")]
        internal static partial void BeatFailed(ILogger logger, Exception fault);
    }
}
