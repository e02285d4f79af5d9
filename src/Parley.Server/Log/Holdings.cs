namespace Parley.Server.Log;

/// <summary>Which things the client of a feed has, as far as that is known: all of them, or of some things that it does not have them. Bounded:
/// where there are too many to know, what is known is forgotten.</summary>
internal sealed class Holdings<T>(int most = 4_096)
    where T : notnull
{
    private readonly HashSet<T> _known = [];

    /// <summary>Whether the known ones are all that the client has; else they are some that it does not have.</summary>
    internal bool IsSure { get; private set; }

    /// <summary>The client has nothing, as before its snapshot.</summary>
    internal void Clear()
    {
        _known.Clear();
        IsSure = true;
    }

    internal bool MayHave(T thing) => _known.Contains(thing) == IsSure;

    internal void Set(T thing, bool has)
    {
        if (has != IsSure)
        {
            _known.Remove(thing);
            return;
        }

        _known.Add(thing);
        if (_known.Count <= most)
            return;
        _known.Clear();
        IsSure = false;
    }
}
