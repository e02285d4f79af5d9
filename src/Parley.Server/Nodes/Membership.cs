using Microsoft.Extensions.Logging;
using Parley.Server.Agents;
using Parley.Server.Connections.WebSockets;
using Parley.Server.Coordination;
using Parley.Server.Storage;

namespace Parley.Server.Nodes;

/// <summary>This node among the others: gives signs of life, leads where nobody else does, and as leader takes the silent for gone.</summary>
internal sealed partial class Membership(
    INodeStore store, INodeSignals line, AgentDirectory agents, ConnectionHub hub, ClusterView cluster, BackgroundFaults faults, TimeProvider clock, ILogger<Membership> logger)
    : LastingWork(faults, logger), ILeadership
{
    /// <summary>A node that is silent for this long is taken for gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Several signs of life fit into the patience: one lost, or late, is no death.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private Task _following = Task.CompletedTask;
    private long _term;
    private long _lastBeat;

    /// <summary>Since when it gives its signs of life without a gap; null: not yet again.</summary>
    private long? _steadySince;

    public bool IsLeader { get; private set; }

    protected override string Name => nameof(Membership);

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                var beat = await PulseAsync(stoppingToken);
                // What follows from it may wait for a lock: the signs of life do not wait with it.
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
                // Who cannot say that it lives does not lead: another may by now.
                StopLeading();
                _steadySince = null;
                if (fault is not StorageUnavailableException)
                    Log.BeatFailed(Logger, fault);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(static tick => tick is { IsCompletedSuccessfully: true, Result: true }, TaskScheduler.Default));
        await _following;
    }

    /// <summary>When nobody is connected any more: the others need not wait for the silence.</summary>
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

    /// <summary>One round; by itself for tests.</summary>
    internal async Task BeatAsync(CancellationToken cancellationToken) => await DoWhatFollowsAsync(await PulseAsync(cancellationToken), cancellationToken);

    /// <summary>A sign of life, and what is known by it.</summary>
    private async Task<Beat> PulseAsync(CancellationToken cancellationToken)
    {
        var standing = await store.BeatAsync(Patience, cancellationToken);
        if (standing.IsGone)
        {
            StopLeading();
            return new Beat(IsGone: true, MayBury: false);
        }

        cluster.Peers = standing.Peers.Count;
        line.HasPeers = cluster.AreThere;
        agents.KeepNodes(standing.Peers);
        Lead(standing);
        // With a database that was away, or a machine that stood still, everybody was silent: the others are first let be heard again.
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
            // The next round does it.
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

        // What a lost notification told is seen here at the latest.
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

    private void Lead(NodeStanding standing)
    {
        if (standing.IsLeader && (!IsLeader || standing.Term != _term))
            Log.Leading(Logger, store.Number, standing.Term);

        (IsLeader, _term) = (standing.IsLeader, standing.Term);
    }

    private void StopLeading() => IsLeader = false;

    private async Task BuryAsync(CancellationToken cancellationToken)
    {
        var lost = await store.BuryAsync(Patience, cancellationToken);
        foreach (var node in lost.Nodes)
            Log.Buried(Logger, node, Patience.TotalSeconds);
        foreach (var (project, agent) in lost.Left)
            await agents.NoteLeftAsync(project, agent);
    }

    /// <summary>What was held here belongs to others by now: whoever is connected comes anew, and gets anew what it has not settled.</summary>
    private async Task ComeBackAsync(CancellationToken cancellationToken)
    {
        Log.WasGone(Logger, store.Number);
        await store.RejoinAsync(cancellationToken);
        foreach (var connection in hub.All)
            connection.Move();
    }

    /// <param name="IsGone">The others took this node for gone.</param>
    /// <param name="MayBury">It leads, and has heard the others long enough to judge who is silent.</param>
    private readonly record struct Beat(bool IsGone, bool MayBury);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} leads, in term {Term}.")]
        internal static partial void Leading(ILogger logger, int node, long term);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} was silent for {Seconds} s, or has left: what its connections held is queued again.")]
        internal static partial void Buried(ILogger logger, int node, double seconds);

        [LoggerMessage(Level = LogLevel.Warning, Message = "This node was taken for gone, as number {Node}: its connections begin anew.")]
        internal static partial void WasGone(ILogger logger, int node);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The others could not be told that this node leaves: they notice by its silence.")]
        internal static partial void NotLeft(ILogger logger, Exception fault);

        [LoggerMessage(Level = LogLevel.Error, Message = "The node could not give a sign of life; it tries again.")]
        internal static partial void BeatFailed(ILogger logger, Exception fault);
    }
}
