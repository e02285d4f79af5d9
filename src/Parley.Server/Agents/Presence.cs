using Parley.Protocol;

namespace Parley.Server.Agents;

/// <summary>What an agent is doing now. Kept in memory: after a restart, every agent is offline until it calls or connects. An agent may be on
/// several nodes. What it reports here takes precedence over what other nodes report.</summary>
internal sealed class Presence(DateTimeOffset? lastSeen)
{
    private readonly Lock _gate = new();
    private volatile Elsewhere[] _elsewhere = [];
    private AgentStatus _status = AgentStatus.Offline;
    private AgentActivity _activity;
    private DateTimeOffset? _activitySince;
    private AgentNote? _note;
    private volatile IMessageTaker[] _takers = [];
    private int _connections;
    private int _waits;
    private long _seenAt = lastSeen?.ToUnixTimeMilliseconds() ?? 0;

    internal AgentStatus Status => _status != AgentStatus.Offline || _elsewhere is not [var first, ..] ? _status : first.Status;

    internal AgentActivity Activity => _status != AgentStatus.Offline || _elsewhere is not [var first, ..] ? _activity : first.Activity;

    internal DateTimeOffset? ActivitySince => _status != AgentStatus.Offline || _elsewhere is not [var first, ..] ? _activitySince : first.Since;

    /// <summary>What it says it is doing; null if it says nothing.</summary>
    internal AgentNote? Note => _status != AgentStatus.Offline || _elsewhere is not [var first, ..] ? _note : first.Note;

    /// <summary>Its presence on this node alone.</summary>
    internal PresenceChange Here
    {
        get
        {
            lock (_gate)
                return new PresenceChange(_status, _activity, _activitySince, TakesEverythingHere) { Note = _note };
        }
    }

    /// <summary>Whether a connection on this node takes all messages.</summary>
    internal bool TakesEverythingHere => Array.Exists(_takers, taker => taker.TakesEverything);

    /// <summary>Whether it has a connection, on any node, that takes such a message as soon as there is room. About connections on other nodes, this
    /// node knows only whether one takes all messages.</summary>
    internal bool Takes(string type, Priority priority, int sender) =>
        Array.Exists(_takers, taker => taker.Takes(type, priority, sender)) || Array.Exists(_elsewhere, other => other.Takes);

    /// <summary>Whether it is on another node.</summary>
    internal bool IsElsewhere => _elsewhere.Length > 0;

    internal DateTimeOffset? LastSeen =>
        Volatile.Read(ref _seenAt) is > 0 and var seen ? DateTimeOffset.FromUnixTimeMilliseconds(seen) : null;

    /// <summary>Records a sign of life.</summary>
    /// <returns>True if it was offline and is now online.</returns>
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

    /// <summary>Whether <see cref="Report"/>, which is also a sign of life, would change anything.</summary>
    internal bool WouldChange(StatusRequest report)
    {
        lock (_gate)
            return _status == AgentStatus.Offline || Changes(report);
    }

    /// <summary>Records what the agent reports.</summary>
    /// <returns>Whether anything changed.</returns>
    internal bool Report(StatusRequest report, DateTimeOffset now)
    {
        lock (_gate)
        {
            var changes = Changes(report);
            _status = report.Status ?? _status;
            // A note is about what the agent was doing, so it ends with that.
            if (report.Activity is { } doing && doing != _activity)
                (_activity, _activitySince, _note) = (doing, now, report.Note == _note?.Text ? _note : null);
            if (report.Note is { } text && text != (_note?.Text ?? ""))
                _note = text.Length > 0 ? new AgentNote(text, now) : null;
            return changes;
        }
    }

    private bool Changes(StatusRequest report) =>
        (report.Status ?? _status) != _status || (report.Activity ?? _activity) != _activity || (report.Note is { } text && text != (_note?.Text ?? ""));

    /// <summary>Records its presence on another node. Offline means that it has left that node.</summary>
    internal void Follow(int node, in PresenceChange note, DateTimeOffset now)
    {
        lock (_gate)
        {
            var others = _elsewhere.Where(other => other.Node != node);
            _elsewhere = note.Status == AgentStatus.Offline
                ? [.. others]
                : [new Elsewhere(node, note.Status, note.Activity, note.Since, note.Takes, note.Note), .. others];
        }

        SeenElsewhere(now);
    }

    /// <summary>Records that another node has seen it.</summary>
    internal void SeenElsewhere(DateTimeOffset at)
    {
        var seen = at.ToUnixTimeMilliseconds();
        for (var before = Volatile.Read(ref _seenAt); before < seen;)
        {
            var found = Interlocked.CompareExchange(ref _seenAt, seen, before);
            if (found == before)
                return;
            before = found;
        }
    }

    /// <summary>Drops what other nodes reported, except for the given nodes.</summary>
    internal void KeepOnly(IReadOnlySet<int> nodes)
    {
        if (_elsewhere.Length == 0)
            return;
        lock (_gate)
            _elsewhere = [.. _elsewhere.Where(other => nodes.Contains(other.Node))];
    }

    /// <summary>Records that it has opened a connection or a stream.</summary>
    /// <param name="taker">Set if it takes messages from the agent's mailbox.</param>
    /// <returns>True if it was offline and is now online.</returns>
    internal bool Connected(IMessageTaker? taker, DateTimeOffset now)
    {
        lock (_gate)
        {
            _connections++;
            if (taker is not null)
                _takers = [.. _takers, taker];
        }

        return Seen(now);
    }

    /// <returns>True if it has nothing else open and is now offline.</returns>
    internal bool Disconnected(IMessageTaker? taker, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (taker is not null)
                _takers = [.. _takers.Where(other => other != taker)];
            Volatile.Write(ref _seenAt, now.ToUnixTimeMilliseconds());
            return --_connections == 0 && _waits == 0 && Leave(now);
        }
    }

    /// <summary>Records that it is waiting for an answer over REST. It is online while it waits.</summary>
    /// <returns>True if it was offline and is now online.</returns>
    internal bool Waits(DateTimeOffset now)
    {
        lock (_gate)
            _waits++;
        return Seen(now);
    }

    /// <summary>Records that it has its answer. It may call again, so it is not offline yet.</summary>
    internal void Waited(DateTimeOffset now)
    {
        lock (_gate)
        {
            _waits--;
            Volatile.Write(ref _seenAt, now.ToUnixTimeMilliseconds());
        }
    }

    /// <summary>An agent that waits or has something open counts as seen all the time.</summary>
    /// <returns>True if it has been silent since <paramref name="deadline"/>, with nothing open, and is now offline.</returns>
    internal bool Lapse(DateTimeOffset deadline, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_connections + _waits > 0)
                Volatile.Write(ref _seenAt, now.ToUnixTimeMilliseconds());
            return _connections + _waits == 0 && _status != AgentStatus.Offline && _seenAt < deadline.ToUnixTimeMilliseconds() && Leave(now);
        }
    }

    private bool Leave(DateTimeOffset now)
    {
        if (_status == AgentStatus.Offline)
            return false;
        _status = AgentStatus.Offline;
        (_activity, _activitySince, _note) = (AgentActivity.Unknown, now, null);
        return true;
    }

    private sealed record Elsewhere(int Node, AgentStatus Status, AgentActivity Activity, DateTimeOffset? Since, bool Takes, AgentNote? Note);
}

/// <summary>What an agent says it is doing, and when it first said so.</summary>
internal sealed record AgentNote(string Text, DateTimeOffset At);
