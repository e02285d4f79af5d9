using Parley.Protocol;

namespace Parley.Server.Reservations;

/// <summary>The reservations of one project, in memory, by the names that their paths begin with, so that a clash is found without looking at all of
/// them.</summary>
/// <remarks>It may have some that have ended: whoever finds one checks in the store. It has every one that was made up to <see cref="Newest"/>. That is
/// enough, because what a reservation covers never changes, and what has ended never begins again.</remarks>
internal sealed class ReservationIndex(bool ignoresCase)
{
    private readonly Lock _lock = new();
    private readonly PathTree _tree = new();
    private readonly Dictionary<Guid, Indexed> _all = [];

    internal bool IgnoresCase { get; } = ignoresCase;

    /// <summary>Where the newest one was made that it knows.</summary>
    internal long Newest { get; private set; }

    internal void Add(IEnumerable<Indexed> reservations, long newest)
    {
        lock (_lock)
        {
            foreach (var one in reservations)
            {
                if (!_all.TryAdd(one.Id, one))
                    continue;
                _tree.Add(one);
            }

            Newest = Math.Max(Newest, newest);
        }
    }

    /// <summary>It has ended.</summary>
    internal void Remove(Guid id)
    {
        lock (_lock)
        {
            if (!_all.Remove(id, out var one))
                return;
            _tree.Remove(one);
        }
    }

    internal Indexed? Find(Guid id)
    {
        lock (_lock)
            return _all.GetValueOrDefault(id);
    }

    /// <summary>Those of other agents that have a path in common with any of the globs, the oldest ones first, each once.</summary>
    /// <param name="mode">Two that share clash with nothing.</param>
    /// <param name="below">Only those made before this place.</param>
    /// <param name="above">Only those made after this place.</param>
    /// <param name="most">At most so many.</param>
    /// <returns>Each with the number of the first glob that has a path in common with it, and the glob that it has it with.</returns>
    internal IReadOnlyList<(Indexed Held, int PathIndex, PathGlob Glob)> Clashing(
        string agentId, ReservationMode mode, IReadOnlyList<PathGlob> globs, long below = long.MaxValue, long above = 0, int most = int.MaxValue)
    {
        var found = new Dictionary<long, (Indexed Held, int PathIndex, PathGlob Glob)>();
        var places = new SortedSet<long>();
        lock (_lock)
        {
            for (var i = 0; i < globs.Count; i++)
            {
                foreach (var pattern in globs[i].Patterns)
                    _tree.Look(pattern, (one, glob) => Take(one, glob, i));
            }
        }

        return [.. places.Select(place => found[place])];

        void Take(Indexed one, PathGlob glob, int i)
        {
            if (one.AgentId == agentId || (one.Mode == ReservationMode.Shared && mode == ReservationMode.Shared) || one.Made >= below || one.Made <= above ||
                found.ContainsKey(one.Made) || !globs[i].Meets(glob))
            {
                return;
            }

            found.Add(one.Made, (one, i, glob));
            places.Add(one.Made);
            if (places.Count > most)
                places.Remove(places.Max);
            // None that is newer can be among the oldest anymore.
            if (places.Count == most)
                below = places.Max;
        }
    }
}

/// <summary>A reservation in the index. None of this ever changes.</summary>
/// <param name="Made">The seq of the entry that created it.</param>
internal sealed record Indexed(Guid Id, long Made, string AgentId, ReservationMode Mode, IReadOnlyList<PathGlob> Globs);
