using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Parley.Protocol;

namespace Parley.Server.Security;

/// <summary>All tokens, in memory by their hash, so requests never wait for the store. Changes are stored before they take effect.</summary>
internal sealed partial class TokenVault(ITokenStore store, TimeProvider clock, ILogger<TokenVault> logger) : IAsyncDisposable
{
    // How far the stored time of last use may lag behind. In memory it is exact to the minute, and the first use is recorded at once.
    private static readonly TimeSpan TouchDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TouchStep = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan KeptAfterEnd = TimeSpan.FromDays(30);

    // Timers cannot be set for longer than this.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    private readonly ConcurrentDictionary<TokenHash, LiveToken> _byHash = new();
    private readonly ConcurrentDictionary<string, LiveToken> _byId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string? Project, string Agent), LiveToken[]> _byAgent = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _touched = new(StringComparer.Ordinal);

    // Tokens that ended here. A read of the store that began earlier may still show them as valid.
    private readonly ConcurrentDictionary<string, bool> _ended = new(StringComparer.Ordinal);

    // Changes are rare. Making them one at a time keeps the three indexes and the store consistent.
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly Lock _expiring = new();

    // Protects the indexes, which change together: other nodes' changes arrive at the same time as changes made here.
    private readonly Lock _indexing = new();
    private ITimer? _expiryTimer;
    private ITimer? _touchTimer;
    private int _touchesArmed;
    private DateTimeOffset _nextExpiry = DateTimeOffset.MaxValue;

    /// <summary>Reads the store. Called once, before the first request.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        _expiryTimer = clock.CreateTimer(_ => EndExpired(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _touchTimer = clock.CreateTimer(_ => _ = StoreTouchesAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        await store.PruneAsync(clock.GetUtcNow() - KeptAfterEnd, cancellationToken);
        foreach (var stored in await store.LoadAsync(cancellationToken))
        {
            if (stored.RevokedAt is null)
                Put(stored);
        }
    }

    /// <summary>Finds the caller that a token identifies.</summary>
    /// <returns>Null if the token is unknown, revoked, or expired.</returns>
    public Caller? Authenticate(string token) =>
        _byHash.TryGetValue(TokenHash.Of(token), out var live) ? Admit(live) : null;

    /// <summary>Finds the caller by the token's id, for a ticket that was issued for the token.</summary>
    /// <returns>Null if the token is unknown, revoked, or expired.</returns>
    public Caller? FindCaller(string tokenId) => _byId.TryGetValue(tokenId, out var live) ? Admit(live) : null;

    /// <summary>Takes over a token that another node created or ended.</summary>
    public void Follow(StoredToken stored)
    {
        if (stored.RevokedAt is null && (_ended.ContainsKey(stored.TokenId) || (_byId.TryGetValue(stored.TokenId, out var known) && known.Stored.Hash.Equals(stored.Hash))))
            return;
        lock (_indexing)
        {
            Remove(stored.TokenId);
            if (stored.RevokedAt is null)
                Put(stored);
        }
    }

    /// <summary>Creates a token.</summary>
    /// <param name="order">What it should open.</param>
    /// <returns>The token with its secret, which cannot be read again.</returns>
    public Task<NewToken> IssueAsync(TokenOrder order, CancellationToken cancellationToken) =>
        AddAsync(order, TokenText.New(order.Kind), static () => [], cancellationToken);

    /// <summary>Gives an agent a new token and revokes its earlier ones.</summary>
    public Task<NewToken> RotateAsync(string projectId, string agentId, CancellationToken cancellationToken) => AddAsync(
        new TokenOrder(TokenKind.Agent) { ProjectId = projectId, AgentId = agentId },
        TokenText.New(TokenKind.Agent),
        () => [.. TokensOf(projectId, agentId).Where(token => token.Kind == TokenKind.Agent).Select(token => token.TokenId)],
        cancellationToken);

    /// <summary>Creates a token from an existing text, so that the first tokens survive the loss of the database.</summary>
    public Task<NewToken> AdoptAsync(TokenOrder order, string text, CancellationToken cancellationToken) =>
        AddAsync(order, text, static () => [], cancellationToken);

    /// <summary>Revokes tokens, and closes the streams and sockets that they opened.</summary>
    public async Task RevokeAsync(IReadOnlyList<string> tokenIds, CancellationToken cancellationToken)
    {
        if (tokenIds.Count == 0)
            return;

        await _changing.WaitAsync(cancellationToken);
        try
        {
            await store.RevokeAsync(tokenIds, clock.GetUtcNow(), cancellationToken);
            foreach (var id in tokenIds)
            {
                _ended[id] = true;
                lock (_indexing)
                    Remove(id);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Revokes all of an agent's tokens, for its deletion.</summary>
    public Task RevokeAgentAsync(string projectId, string agentId, CancellationToken cancellationToken) =>
        RevokeAsync([.. TokensOf(projectId, agentId).Select(token => token.TokenId)], cancellationToken);

    /// <summary>Revokes all tokens that open only one project, for its deletion.</summary>
    public Task RevokeProjectAsync(string projectId, CancellationToken cancellationToken) =>
        RevokeAsync([.. _byId.Values.Where(live => live.Stored.ProjectId == projectId).Select(live => live.Stored.TokenId)], cancellationToken);

    public TokenInfo? Find(string tokenId) => _byId.TryGetValue(tokenId, out var live) ? live.ToInfo() : null;

    /// <summary>An agent's tokens. <see cref="TokenInfo.LastUsedAt"/> is null if a token was never used.</summary>
    public IReadOnlyList<TokenInfo> TokensOf(string? projectId, string agentId) =>
        _byAgent.TryGetValue((projectId, agentId), out var live) ? [.. live.Select(token => token.ToInfo())] : [];

    /// <summary>Whether any of an agent's tokens was ever used, on any server of the same store. Each server records the first use of a token at
    /// once. A use during that moment counts as if it had come afterward.</summary>
    public async ValueTask<bool> WasUsedAsync(string projectId, string agentId, CancellationToken cancellationToken)
    {
        var tokens = TokensOf(projectId, agentId);
        return tokens.Any(token => token.LastUsedAt is not null) || await store.WasUsedAsync([.. tokens.Select(token => token.TokenId)], cancellationToken);
    }

    /// <summary>A page of all tokens, newest first.</summary>
    /// <param name="after">The id of the previous page's last token.</param>
    /// <param name="projectId">Only tokens that open just this project; null for all.</param>
    public Page<TokenInfo> List(int limit, string? after, string? projectId)
    {
        var last = after is null ? null : Find(after);
        var found = _byId.Values
            .Where(live => projectId is null || live.Stored.ProjectId == projectId)
            .Select(live => live.ToInfo())
            .OrderByDescending(token => token.CreatedAt).ThenByDescending(token => token.TokenId, StringComparer.Ordinal)
            .SkipWhile(token => last is not null && !ComesAfter(token, last))
            .Take(limit + 1).ToArray();
        return new Page<TokenInfo>
        {
            Items = found.Length > limit ? found[..limit] : found,
            Next = found.Length > limit ? found[limit - 1].TokenId : null,
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_expiryTimer is not null)
            await _expiryTimer.DisposeAsync();
        if (_touchTimer is not null)
            await _touchTimer.DisposeAsync();
        await StoreTouchesAsync();
        _changing.Dispose();
    }

    /// <param name="findReplaced">Finds the tokens to revoke in the same step, when no other change can come in between.</param>
    private async Task<NewToken> AddAsync(
        TokenOrder order, string text, Func<IReadOnlyList<string>> findReplaced, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var stored = new StoredToken
        {
            TokenId = order.TokenId ?? Guid.CreateVersion7(now).ToString(),
            Kind = order.Kind,
            Hash = TokenHash.Of(text),
            ProjectId = order.ProjectId,
            AgentId = order.AgentId,
            CreatedAt = now,
            ExpiresAt = order.ExpiresAt,
        };

        await _changing.WaitAsync(cancellationToken);
        try
        {
            var replaced = findReplaced();
            await store.AddAsync(stored, replaced, now, cancellationToken);
            foreach (var id in replaced)
                _ended[id] = true;
            _ended.TryRemove(stored.TokenId, out _);
            lock (_indexing)
            {
                foreach (var id in replaced.Append(stored.TokenId))
                    Remove(id);
                Put(stored);
            }
        }
        finally
        {
            _changing.Release();
        }

        return new NewToken
        {
            TokenId = stored.TokenId,
            Kind = stored.Kind,
            ProjectId = stored.ProjectId,
            AgentId = stored.AgentId,
            CreatedAt = stored.CreatedAt,
            ExpiresAt = stored.ExpiresAt,
            Token = text,
        };
    }

    private Caller? Admit(LiveToken live)
    {
        var now = clock.GetUtcNow();
        if (live.Stored.ExpiresAt <= now)
            return null;
        var isFirst = live.LastUsedAt is null;
        if (live.Use(now, TouchStep))
        {
            _touched[live.Stored.TokenId] = now;
            if (isFirst)
                _touchTimer?.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            else
                ArmTouches(TouchDelay);
        }

        return live.Caller;
    }

    private void Put(StoredToken stored)
    {
        var live = new LiveToken(stored);
        _byHash[stored.Hash] = live;
        _byId[stored.TokenId] = live;
        if (stored.AgentId is { } agent)
            _byAgent.AddOrUpdate((stored.ProjectId, agent), _ => [live], (_, others) => [.. others, live]);
        if (stored.ExpiresAt is { } expiry)
            ArmExpiry(expiry);
    }

    private void Remove(string tokenId)
    {
        if (!_byId.TryRemove(tokenId, out var live))
            return;
        _byHash.TryRemove(live.Stored.Hash, out _);
        if (live.Stored.AgentId is { } agent)
        {
            var key = (live.Stored.ProjectId, agent);
            LiveToken[] left = [.. _byAgent[key].Where(other => other != live)];
            if (left.Length > 0)
                _byAgent[key] = left;
            else
                _byAgent.TryRemove(key, out _);
        }

        live.End();
    }

    private void ArmExpiry(DateTimeOffset expiry)
    {
        lock (_expiring)
        {
            if (expiry >= _nextExpiry)
                return;
            _nextExpiry = expiry;
            var wait = expiry - clock.GetUtcNow();
            wait = wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestTimer ? LongestTimer : wait;
            _expiryTimer?.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void EndExpired()
    {
        lock (_expiring)
            _nextExpiry = DateTimeOffset.MaxValue;

        var now = clock.GetUtcNow();
        foreach (var live in _byId.Values.Where(live => live.Stored.ExpiresAt is not null))
        {
            // Expired tokens stay in the list, so that people can see why something stopped working.
            if (live.Stored.ExpiresAt <= now)
                live.End();
            else
                ArmExpiry(live.Stored.ExpiresAt!.Value);
        }
    }

    private void ArmTouches(TimeSpan delay)
    {
        if (Interlocked.Exchange(ref _touchesArmed, 1) == 0)
            _touchTimer?.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private async Task StoreTouchesAsync()
    {
        // Before the check: a later use sets the timer again, and an earlier one is seen.
        Interlocked.Exchange(ref _touchesArmed, 0);
        var used = _touched.ToArray();
        if (used.Length == 0)
            return;

        foreach (var entry in used)
            _touched.TryRemove(entry);
        try
        {
            await store.TouchAsync(used.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal), CancellationToken.None);
        }
        catch (Exception exception)
        {
            // This can wait: whenever it matters, the store must be available anyway.
            Log.NotTouched(logger, exception);
            foreach (var (id, at) in used)
                _touched.TryAdd(id, at);
            ArmTouches(TouchStep);
        }
    }

    private static bool ComesAfter(TokenInfo token, TokenInfo last) =>
        token.CreatedAt < last.CreatedAt
        || (token.CreatedAt == last.CreatedAt && string.CompareOrdinal(token.TokenId, last.TokenId) < 0);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not store when tokens were last used; will try again.")]
        public static partial void NotTouched(ILogger logger, Exception exception);
    }
}

/// <summary>What a new token should open.</summary>
internal sealed record TokenOrder(TokenKind Kind)
{
    /// <summary>A UUID if absent.</summary>
    public string? TokenId { get; init; }

    /// <summary>Null for all projects.</summary>
    public string? ProjectId { get; init; }

    public string? AgentId { get; init; }

    /// <summary>Null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
