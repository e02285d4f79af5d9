namespace Parley.Server.Storage.Postgres;

/// <summary>How many deliveries wait in each mailbox, as far as this node has seen. It is a hint that avoids reserving a connection's room in vain.
/// The database decides, because another node may have filled or drained a mailbox since. Belongs to the writing lane.</summary>
internal sealed class BacklogCache
{
    private readonly Dictionary<int, int> _waiting = [];

    internal bool IsEmpty(int agent) => !_waiting.TryGetValue(agent, out var waiting) || waiting <= 0;

    internal void Set(int agent, int waiting)
    {
        if (waiting > 0)
            _waiting[agent] = waiting;
        else
            _waiting.Remove(agent);
    }

    internal void Add(int agent, int change)
    {
        if (change != 0)
            Set(agent, _waiting.GetValueOrDefault(agent) + change);
    }

    internal void Forget(int agent) => _waiting.Remove(agent);
}
