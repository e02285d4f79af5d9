namespace Parley.Server.Storage.Postgres;

/// <summary>Which nodes are alive: those whose heartbeats change, timed by a monotonic clock. The time in a heartbeat is not used again, because the
/// database's clock may jump, and a jump must neither declare a live node dead nor keep a dead one.</summary>
internal sealed class NodeSightings(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Sighting> _nodes = [];
    private (string Until, long Since) _leadership = ("", clock.GetTimestamp());

    /// <summary>Records the current heartbeats in the database.</summary>
    /// <param name="nodes">The other nodes that are not gone.</param>
    /// <param name="patience">After this long without a new heartbeat, a node counts as silent.</param>
    /// <returns>The nodes that are alive.</returns>
    internal IReadOnlySet<int> Note(IReadOnlyList<NodeSign> nodes, TimeSpan patience)
    {
        var now = clock.GetTimestamp();
        lock (_gate)
        {
            foreach (var number in _nodes.Keys.Except(nodes.Select(node => node.Number)).ToList())
                _nodes.Remove(number);
            foreach (var node in nodes)
            {
                // A node that is seen for the first time may have died long ago. The time that it wrote is all there is so far.
                if (!_nodes.TryGetValue(node.Number, out var before))
                    _nodes[node.Number] = new Sighting(node.Sign, now, node.IsFresh);
                else if (before.Sign != node.Sign)
                    _nodes[node.Number] = new Sighting(node.Sign, now, WasFresh: true);
            }

            return _nodes.Where(pair => !IsSilent(pair.Value, now, patience)).Select(pair => pair.Key).ToHashSet();
        }
    }

    /// <summary>The nodes that have been silent for this long, with the heartbeat that did not change.</summary>
    internal IReadOnlyList<(int Number, long Sign)> Silent(TimeSpan patience)
    {
        var now = clock.GetTimestamp();
        lock (_gate)
            return [.. _nodes.Where(pair => IsSilent(pair.Value, now, patience)).Select(pair => (pair.Key, pair.Value.Sign))];
    }

    /// <summary>Records until when the leadership is taken.</summary>
    internal void NoteLeadership(string until)
    {
        lock (_gate)
        {
            if (_leadership.Until != until)
                _leadership = (until, clock.GetTimestamp());
        }
    }

    /// <returns>The value that has not changed for this long, which means that nobody leads; null if somebody may.</returns>
    internal string? StaleLeadership(TimeSpan patience)
    {
        lock (_gate)
            return clock.GetElapsedTime(_leadership.Since) > patience ? _leadership.Until : null;
    }

    private bool IsSilent(Sighting node, long now, TimeSpan patience) => !node.WasFresh || clock.GetElapsedTime(node.At, now) > patience;

    private readonly record struct Sighting(long Sign, long At, bool WasFresh);
}

/// <param name="Sign">The time of the last heartbeat by the database's clock, in microseconds since 1970.</param>
/// <param name="IsFresh">Whether the heartbeat is recent by that clock's current time.</param>
internal readonly record struct NodeSign(int Number, long Sign, bool IsFresh);
