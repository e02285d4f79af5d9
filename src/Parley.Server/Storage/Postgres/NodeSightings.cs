namespace Parley.Server.Storage.Postgres;

/// <summary>Which nodes live: those whose signs of life change, timed by the clock that only goes forward. The time that stands in a sign is not looked at
/// again, since the database's clock may jump, and a jump must not bury the living nor keep the dead.</summary>
internal sealed class NodeSightings(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Sighting> _nodes = [];
    private (string Until, long Since) _leadership = ("", clock.GetTimestamp());

    /// <summary>Notes what stands in the database now.</summary>
    /// <param name="nodes">The other nodes that are not gone.</param>
    /// <param name="patience">Whose sign stands for that long is silent.</param>
    /// <returns>Those that live.</returns>
    internal IReadOnlySet<int> Note(IReadOnlyList<NodeSign> nodes, TimeSpan patience)
    {
        var now = clock.GetTimestamp();
        lock (_gate)
        {
            foreach (var number in _nodes.Keys.Except(nodes.Select(node => node.Number)).ToList())
                _nodes.Remove(number);
            foreach (var node in nodes)
            {
                // One that is met the first time may be long dead: there is nothing yet but the time that it wrote.
                if (!_nodes.TryGetValue(node.Number, out var before))
                    _nodes[node.Number] = new Sighting(node.Sign, now, node.IsFresh);
                else if (before.Sign != node.Sign)
                    _nodes[node.Number] = new Sighting(node.Sign, now, WasFresh: true);
            }

            return _nodes.Where(pair => !IsSilent(pair.Value, now, patience)).Select(pair => pair.Key).ToHashSet();
        }
    }

    /// <summary>Who has been silent for so long, with the sign that stood all the time.</summary>
    internal IReadOnlyList<(int Number, long Sign)> Silent(TimeSpan patience)
    {
        var now = clock.GetTimestamp();
        lock (_gate)
            return [.. _nodes.Where(pair => IsSilent(pair.Value, now, patience)).Select(pair => (pair.Key, pair.Value.Sign))];
    }

    /// <summary>Notes until when the leadership is taken.</summary>
    internal void NoteLeadership(string until)
    {
        lock (_gate)
        {
            if (_leadership.Until != until)
                _leadership = (until, clock.GetTimestamp());
        }
    }

    /// <returns>What has stood there unchanged for so long that nobody leads; null: somebody may.</returns>
    internal string? StaleLeadership(TimeSpan patience)
    {
        lock (_gate)
            return clock.GetElapsedTime(_leadership.Since) > patience ? _leadership.Until : null;
    }

    private bool IsSilent(Sighting node, long now, TimeSpan patience) => !node.WasFresh || clock.GetElapsedTime(node.At, now) > patience;

    private readonly record struct Sighting(long Sign, long At, bool WasFresh);
}

/// <param name="Sign">The microseconds since 1970 of its last sign of life, by the database's clock.</param>
/// <param name="IsFresh">By that clock as it is now.</param>
internal readonly record struct NodeSign(int Number, long Sign, bool IsFresh);
