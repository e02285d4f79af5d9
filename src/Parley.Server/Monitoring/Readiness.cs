using Parley.Server.Storage;

namespace Parley.Server.Monitoring;

/// <summary>Whether the server can serve requests: it has started, is not stopping, and its store accepts writes.</summary>
internal sealed class Readiness(StoreTrouble trouble)
{
    private volatile bool _open;
    private volatile bool _stopping;
    private volatile bool _storeAway;

    internal bool IsReady => Reason is null;

    /// <summary>Why it is not ready, for people; null if it is.</summary>
    internal string? Reason =>
        _stopping ? "The server is stopping."
        : !_open ? "The server is starting."
        : trouble.Text is { } text ? text
        : _storeAway ? "The store refuses writes."
        : null;

    /// <summary>Called when everything is loaded and the server is listening.</summary>
    internal void Open() => _open = true;

    /// <summary>From now on, clients should use other servers.</summary>
    internal void Stop() => _stopping = true;

    internal void StoreIs(bool away) => _storeAway = away;
}
