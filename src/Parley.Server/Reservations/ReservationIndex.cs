using Parley.Protocol;

namespace Parley.Server.Reservations;

/// <summary>The reservations of one project, in memory, by the names that their paths begin with, so that a clash is found without looking at all of
/// them.</summary>
/// <remarks>It may have some that have ended: whoever finds one checks in the store. It has every one that was made up to <see cref="Newest"/>. That is
/// enough, because what a reservation covers never changes, and what has ended never begins again.</remarks>
internal sealed class ReservationIndex(bool ignoresCase)
{
    private readonly Lock _lock = new();
    private readonly Node _root = new();
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
                foreach (var (node, glob) in PlacesOf(one))
                    node.Here.Add((one, glob));
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
            foreach (var glob in one.Globs)
            {
                foreach (var names in glob.Beginnings)
                    _root.Remove(names, 0, one);
            }
        }
    }

    internal Indexed? Find(Guid id)
    {
        lock (_lock)
            return _all.GetValueOrDefault(id);
    }

    /// <summary>Those of other agents that have a path in common with any of the globs, oldest first, each once.</summary>
    /// <param name="mode">Two that share clash with nothing.</param>
    /// <param name="below">Only those made before this place.</param>
    /// <param name="above">Only those made after this place.</param>
    internal IReadOnlyList<(Indexed Held, int PathIndex, string Common)> Clashing(
        string agentId, ReservationMode mode, IReadOnlyList<PathGlob> globs, long below = long.MaxValue, long above = 0)
    {
        var found = new SortedDictionary<long, (Indexed Held, int PathIndex, string Common)>();
        lock (_lock)
        {
            for (var i = 0; i < globs.Count; i++)
            {
                foreach (var (one, glob) in globs[i].Beginnings.SelectMany(Near))
                {
                    if (one.AgentId == agentId || (one.Mode == ReservationMode.Shared && mode == ReservationMode.Shared) || one.Made >= below || one.Made <= above ||
                        found.ContainsKey(one.Made))
                    {
                        continue;
                    }

                    if (globs[i].Common(glob) is { } path)
                        found.Add(one.Made, (one, i, path));
                }
            }
        }

        return [.. found.Values];
    }

    private IEnumerable<(Node Node, PathGlob Glob)> PlacesOf(Indexed one) =>
        from glob in one.Globs from names in glob.Beginnings select (names.Aggregate(_root, (node, name) => node.At(name)), glob);

    /// <summary>Those that begin with these names, or with the first of them: no others can have a path in common.</summary>
    private IEnumerable<(Indexed One, PathGlob Glob)> Near(IReadOnlyList<string> names)
    {
        var node = _root;
        for (var depth = 0; depth < names.Count; depth++)
        {
            foreach (var here in node.Here)
                yield return here;
            if (node.Find(names[depth]) is not { } next)
                yield break;
            node = next;
        }

        var open = new Stack<Node>([node]);
        while (open.TryPop(out var deeper))
        {
            foreach (var here in deeper.Here)
                yield return here;
            foreach (var child in deeper.Children)
                open.Push(child);
        }
    }

    private sealed class Node
    {
        private readonly Dictionary<string, Node> _children = new(StringComparer.Ordinal);

        internal List<(Indexed One, PathGlob Glob)> Here { get; } = [];

        internal IEnumerable<Node> Children => _children.Values;

        internal Node? Find(string name) => _children.GetValueOrDefault(name);

        internal Node At(string name)
        {
            if (!_children.TryGetValue(name, out var child))
                _children.Add(name, child = new Node());
            return child;
        }

        /// <summary>Removes it from the node with these names, and the nodes that are then empty.</summary>
        internal void Remove(IReadOnlyList<string> names, int depth, Indexed one)
        {
            if (depth == names.Count)
            {
                Here.RemoveAll(here => here.One == one);
                return;
            }

            if (Find(names[depth]) is not { } child)
                return;
            child.Remove(names, depth + 1, one);
            if (child.Here.Count == 0 && child._children.Count == 0)
                _children.Remove(names[depth]);
        }
    }
}

/// <summary>A reservation in the index. None of this ever changes.</summary>
/// <param name="Made">The seq of the entry that created it.</param>
internal sealed record Indexed(Guid Id, long Made, string AgentId, ReservationMode Mode, IReadOnlyList<PathGlob> Globs);
