using Parley.Protocol;

namespace Parley.Server.Agents;

/// <summary>What an agent is doing now. Held in memory: after a restart everybody is offline until it speaks. An agent may be at several
/// nodes; what it says at this one goes before what others tell of it.</summary>
internal sealed class Presence(DateTimeOffset? lastSeen)
{
    private readonly Lock _gate = new();
    private volatile Elsewhere[] _elsewhere = [];
    private AgentStatus _status = AgentStatus.Offline;
    private AgentActivity _activity;
    private DateTimeOffset? _activitySince;
    private int _connections;
    private long _seenAt = lastSeen?.ToUnixTimeMilliseconds() ?? 0;

    internal AgentStatus Status => _status != AgentStatus.Offline || _elsewhere is not [var first, ..] ? _status : first.Status;

    internal AgentActivity Activity => _status != AgentStatus.Offline || _elsewhere is not [var first, ..] ? _activity : first.Activity;

    internal DateTimeOffset? ActivitySince => _status != AgentStatus.Offline || _elsewhere is not [var first, ..] ? _activitySince : first.Since;

    /// <summary>What it is at this node alone.</summary>
    internal (AgentStatus Status, AgentActivity Activity, DateTimeOffset? Since) Here
    {
        get
        {
            lock (_gate)
                return (_status, _activity, _activitySince);
        }
    }

    /// <summary>Whether it is at another node.</summary>
    internal bool IsElsewhere => _elsewhere.Length > 0;

    internal int Connections => Volatile.Read(ref _connections);

    internal DateTimeOffset? LastSeen =>
        Volatile.Read(ref _seenAt) is > 0 and var seen ? DateTimeOffset.FromUnixTimeMilliseconds(seen) : null;

    /// <summary>The agent gave a sign of life.</summary>
    /// <returns>True when it was offline: it has come.</returns>
    internal bool Seen(DateTimeOffset now)
    {
        Volatile.Write(ref _seenAt, now.ToUnixTimeMilliseconds());
        if (_status != AgentStatus.Offline)
            return false;
        lock (_gate)
        {
            if (_status != AgentStatus.Offline)
                return false;
            _status = AgentStatus.Online;
            return true;
        }
    }

    /// <summary>Whether <see cref="Report"/>, or the sign of life that it is, would change anything.</summary>
    internal bool WouldChange(AgentStatus? status, AgentActivity? activity)
    {
        lock (_gate)
            return _status == AgentStatus.Offline || (status ?? _status) != _status || (activity ?? _activity) != _activity;
    }

    /// <summary>What the agent says of itself.</summary>
    /// <returns>Whether that is anything new.</returns>
    internal bool Report(AgentStatus? status, AgentActivity? activity, DateTimeOffset now)
    {
        lock (_gate)
        {
            var changes = (status ?? _status) != _status || (activity ?? _activity) != _activity;
            _status = status ?? _status;
            if (activity is { } doing && doing != _activity)
                (_activity, _activitySince) = (doing, now);
            return changes;
        }
    }

    /// <summary>What it is at another node; offline: it has left that one.</summary>
    internal void Follow(int node, AgentStatus status, AgentActivity activity, DateTimeOffset? since)
    {
        lock (_gate)
        {
            var others = _elsewhere.Where(other => other.Node != node);
            _elsewhere = status == AgentStatus.Offline ? [.. others] : [new Elsewhere(node, status, activity, since), .. others];
        }
    }

    /// <summary>Forgets what other nodes have told, but for those that are named.</summary>
    internal void KeepOnly(IReadOnlySet<int> nodes)
    {
        if (_elsewhere.Length == 0)
            return;
        lock (_gate)
            _elsewhere = [.. _elsewhere.Where(other => nodes.Contains(other.Node))];
    }

    /// <returns>True when it was offline: it has come.</returns>
    internal bool Connected(DateTimeOffset now)
    {
        Interlocked.Increment(ref _connections);
        return Seen(now);
    }

    /// <returns>True when that was its last connection: it has gone.</returns>
    internal bool Disconnected(DateTimeOffset now)
    {
        lock (_gate)
        {
            Volatile.Write(ref _seenAt, now.ToUnixTimeMilliseconds());
            return --_connections == 0 && Leave(now);
        }
    }

    /// <returns>True when it was silent since <paramref name="deadline"/> and has no connection: it has gone.</returns>
    internal bool Lapse(DateTimeOffset deadline, DateTimeOffset now)
    {
        lock (_gate)
            return _connections == 0 && _status != AgentStatus.Offline && _seenAt < deadline.ToUnixTimeMilliseconds() && Leave(now);
    }

    private bool Leave(DateTimeOffset now)
    {
        if (_status == AgentStatus.Offline)
            return false;
        _status = AgentStatus.Offline;
        (_activity, _activitySince) = (AgentActivity.Unknown, now);
        return true;
    }

    private sealed record Elsewhere(int Node, AgentStatus Status, AgentActivity Activity, DateTimeOffset? Since);
}
