using Parley.Protocol;

namespace Parley.Server.Agents;

/// <summary>What an agent is doing now. Held in memory: after a restart everybody is offline until it speaks.</summary>
internal sealed class Presence(DateTimeOffset? lastSeen)
{
    private readonly Lock _gate = new();
    private AgentStatus _status = AgentStatus.Offline;
    private int _connections;
    private long _seenAt = lastSeen?.ToUnixTimeMilliseconds() ?? 0;

    internal AgentStatus Status => _status;

    internal AgentActivity Activity { get; private set; }

    internal DateTimeOffset? ActivitySince { get; private set; }

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

    /// <summary>What the agent says of itself.</summary>
    internal void Report(AgentStatus? status, AgentActivity? activity, DateTimeOffset now)
    {
        lock (_gate)
        {
            _status = status ?? _status;
            if (activity is { } doing && doing != Activity)
                (Activity, ActivitySince) = (doing, now);
        }
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
        (Activity, ActivitySince) = (AgentActivity.Unknown, now);
        return true;
    }
}
