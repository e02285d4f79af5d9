using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;
using Parley.Server.Security;
using Parley.Server.Storage;

namespace Parley.Server.SignIn;

/// <summary>The sessions of browsers. Those in use here are in memory; the store has all of them. A session has the rights of its token and ends with
/// it.</summary>
internal sealed partial class SessionDirectory(ISessionStore store, TokenVault tokens, IClusterView cluster, TimeProvider clock, ILogger<SessionDirectory> logger)
    : IChore, IAsyncDisposable
{
    // After this, the row of a session is of no use: neither its cookie nor its ticket could open anything.
    private static readonly TimeSpan KeptAfterEnd = TimeSpan.FromDays(1);
    private static readonly TimeSpan PruneInterval = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<TokenHash, LiveSession> _byHash = new();
    private readonly ConcurrentDictionary<string, LiveSession> _byId = new(StringComparer.Ordinal);

    // Sessions whose persons signed out, and when they would have ended. A read of the store that began earlier may still show them as valid.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ended = new(StringComparer.Ordinal);
    private DateTimeOffset _prunedAt;

    /// <summary>How many sessions have requests under way here.</summary>
    public int Open => _byHash.Values.Count(live => live.IsOpen);

    public TimeSpan Interval { get; } = TimeSpan.FromMinutes(1);

    public bool IsOfEachNode => true;

    /// <summary>Opens a session with a ticket that was read.</summary>
    /// <returns>The session, and the value for its cookie, which cannot be read again; null if the ticket was used before.</returns>
    public async ValueTask<(LiveSession Session, string Secret)?> OpenAsync(SignInOrder order, CancellationToken cancellationToken)
    {
        var (now, secret) = (clock.GetUtcNow(), SessionRules.NewSecret());
        var session = new Session
        {
            SessionId = Guid.CreateVersion7(now).ToString(),
            Hash = TokenHash.Of(secret),
            TicketId = order.TicketId,
            TokenId = order.Token.TokenId,
            TokenCreatedAt = order.TokenCreatedAt,
            CreatedAt = now,
            ExpiresAt = SessionRules.EndOf(now, order.Limit),
            LastUsedAt = now,
        };
        return await store.TryAddAsync(session, cancellationToken) ? (Keep(session, order.Token), secret) : null;
    }

    /// <summary>Finds the session of a cookie, for a request that begins. When it has been answered, call <see cref="LiveSession.Leave"/>.</summary>
    /// <returns>Null if there is none, or it has ended.</returns>
    public async ValueTask<LiveSession?> EnterAsync(string secret, CancellationToken cancellationToken)
    {
        var hash = TokenHash.Of(secret);
        var now = clock.GetUtcNow();
        if (!_byHash.TryGetValue(hash, out var live) || !IsValid(live, now))
        {
            // It may be in use on another node, which has noted its last use in the store.
            live = await FindStoredAsync(hash, now, cancellationToken);
        }

        live?.Enter(now);
        return live;
    }

    /// <summary>Ends a session on every node: its person has signed out.</summary>
    public async ValueTask EndAsync(string sessionId, CancellationToken cancellationToken)
    {
        await store.EndAsync(sessionId, clock.GetUtcNow(), cancellationToken);
        HearEnd(sessionId);
    }

    /// <summary>Another node, or this one, has ended a session.</summary>
    public void HearEnd(string sessionId)
    {
        _ended[sessionId] = clock.GetUtcNow() + SessionRules.LongestLife;
        if (_byId.TryGetValue(sessionId, out var live))
            Drop(live);
    }

    /// <summary>Ends sessions whose time is over, and notes in the store which ones are in use.</summary>
    /// <returns>When the next one ends, if that is soon.</returns>
    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        foreach (var live in _byHash.Values)
        {
            // Without asking for the token, which would count as a use of it. If it has ended, so has the session.
            if (live.IsOver(now))
                Drop(live);
            else if (live.IsOpen)
                live.Use(now);
        }

        foreach (var (id, until) in _ended)
        {
            if (until < now)
                _ended.TryRemove(id, out _);
        }

        await StoreUsesAsync(cancellationToken);
        if (now - _prunedAt >= PruneInterval)
        {
            await store.PruneAsync(now - KeptAfterEnd, cancellationToken);
            _prunedAt = now;
        }

        var next = _byHash.Values.Select(live => live.Stored.ExpiresAt).DefaultIfEmpty(DateTimeOffset.MaxValue).Min() - now;
        return next < Interval ? next : null;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StoreUsesAsync(CancellationToken.None);
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            Log.NotNoted(logger, fault);
        }
    }

    private async ValueTask<LiveSession?> FindStoredAsync(TokenHash hash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(hash, cancellationToken) is not { EndedAt: null } stored || SessionRules.IsOver(stored.ExpiresAt, stored.LastUsedAt, now))
            return null;
        if (tokens.Find(stored.TokenId) is null)
        {
            // Its token may have just been created by another node.
            await cluster.CatchUpAsync(cancellationToken);
        }

        if (tokens.Find(stored.TokenId)?.CreatedAt is not { } made || !IsSame(made, stored.TokenCreatedAt) || tokens.FindCaller(stored.TokenId) is not { } token)
            return null;
        var live = Keep(stored, token);
        return IsValid(live, now) ? live : null;
    }

    private LiveSession Keep(Session stored, Caller token)
    {
        // What is in memory may be idle, with an outdated last use, or the token may have been made anew in the meantime.
        if (_byHash.TryGetValue(stored.Hash, out var known))
        {
            known.Use(stored.LastUsedAt);
            if (known.Token == token)
                return known;
            Drop(known);
        }

        var made = new LiveSession(stored, token);
        var live = _byHash.GetOrAdd(stored.Hash, made);
        if (live != made)
            made.End();
        _byId[stored.SessionId] = live;
        if (_ended.ContainsKey(stored.SessionId))
            Drop(live);
        return live;
    }

    private bool IsValid(LiveSession live, DateTimeOffset now) => !live.IsOver(now) && tokens.FindCaller(live.Stored.TokenId) == live.Token;

    private void Drop(LiveSession live)
    {
        _byHash.TryRemove(new KeyValuePair<TokenHash, LiveSession>(live.Stored.Hash, live));
        _byId.TryRemove(new KeyValuePair<string, LiveSession>(live.Stored.SessionId, live));
        live.End();
    }

    private async ValueTask StoreUsesAsync(CancellationToken cancellationToken)
    {
        var used = _byHash.Values.Where(live => live.Unstored is not null).ToDictionary(live => live, live => live.LastUsedAt);
        if (used.Count == 0)
            return;
        await store.TouchAsync(used.ToDictionary(entry => entry.Key.Stored.SessionId, entry => entry.Value, StringComparer.Ordinal), cancellationToken);
        foreach (var (live, at) in used)
            live.IsStored(at);
    }

    // Stores keep times to the millisecond.
    private static bool IsSame(DateTimeOffset one, DateTimeOffset other) => one.ToUnixTimeMilliseconds() == other.ToUnixTimeMilliseconds();

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not store when sessions were last used; some may end earlier.")]
        public static partial void NotNoted(ILogger logger, Exception exception);
    }
}
