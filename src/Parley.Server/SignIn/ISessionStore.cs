using Parley.Server.Security;

namespace Parley.Server.SignIn;

/// <summary>Stores the sessions of browsers, so that they outlive a restart and work on every server of the store. Every method is one atomic
/// transition.</summary>
internal interface ISessionStore
{
    /// <summary>Stores a new session.</summary>
    /// <returns>False if a session was opened with its ticket before, on any server of this store. Nothing changes then.</returns>
    ValueTask<bool> TryAddAsync(Session session, CancellationToken cancellationToken);

    /// <summary>Finds a session by the hash of its secret, even if it has ended.</summary>
    ValueTask<Session?> FindAsync(TokenHash hash, CancellationToken cancellationToken);

    /// <summary>Ends a session, and tells the other servers of this store. Does nothing if it does not exist or has ended.</summary>
    ValueTask EndAsync(string sessionId, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Records when sessions were last used. The latest time wins.</summary>
    ValueTask TouchAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken);

    /// <summary>Deletes sessions that ended at the latest before a time.</summary>
    ValueTask PruneAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
