namespace Parley.Server.Reservations;

/// <summary>Reservations by the names that all paths of a glob begin with. So a look at those that may have a path in common with another glob leaves out
/// the folders that it does not match.</summary>
internal sealed class PathTree
{
    private readonly Dictionary<string, PathTree> _children = new(StringComparer.Ordinal);
    private readonly List<(Indexed One, PathGlob Glob)> _here = [];

    internal void Add(Indexed one)
    {
        foreach (var glob in one.Globs)
        {
            foreach (var names in glob.Beginnings)
                names.Aggregate(this, (node, name) => node.At(name))._here.Add((one, glob));
        }
    }

    internal void Remove(Indexed one)
    {
        foreach (var glob in one.Globs)
        {
            foreach (var names in glob.Beginnings)
                Remove(names, 0, one);
        }
    }

    /// <summary>Calls back for each that may have a path in common with a pattern. Folders that the pattern does not match are left out, up to its first
    /// <c>**</c>.</summary>
    /// <param name="depth">How many of its steps the names of this node have matched.</param>
    internal void Look(NamePattern[] pattern, Action<Indexed, PathGlob> found, int depth = 0)
    {
        foreach (var (one, glob) in _here)
            found(one, glob);
        if (depth == pattern.Length)
            return;
        var step = pattern[depth];
        if (step.Literal is { } only)
        {
            if (_children.TryGetValue(only, out var next))
                next.Look(pattern, found, depth + 1);
            return;
        }

        foreach (var (name, child) in _children)
        {
            if (step.Repeats)
                child.Look(pattern, found, depth);
            else if (step.Matches(name))
                child.Look(pattern, found, depth + 1);
        }
    }

    private PathTree At(string name)
    {
        if (!_children.TryGetValue(name, out var child))
            _children.Add(name, child = new PathTree());
        return child;
    }

    /// <summary>Removes it from the node with these names, and the nodes that are then empty.</summary>
    private void Remove(IReadOnlyList<string> names, int depth, Indexed one)
    {
        if (depth == names.Count)
        {
            _here.RemoveAll(here => here.One == one);
            return;
        }

        if (!_children.TryGetValue(names[depth], out var child))
            return;
        child.Remove(names, depth + 1, one);
        if (child._here.Count == 0 && child._children.Count == 0)
            _children.Remove(names[depth]);
    }
}
