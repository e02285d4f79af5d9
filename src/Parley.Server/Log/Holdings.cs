namespace Parley.Server.Log;

/// <summary>Which items a feed's client has, as far as the server knows: either all of them, or some that it does not have. Limited: if there are too
/// many to remember, they are forgotten.</summary>
internal sealed class Holdings<T>(int most = 4_096)
    where T : notnull
{
    private readonly HashSet<T> _known = [];

    /// <summary>Whether the known items are all that the client has. If not, they are some that it does not have.</summary>
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
