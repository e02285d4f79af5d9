using Parley.Protocol;

namespace Parley.Server.Security;

/// <summary>A valid token, with what exists only in memory: when it was used, and who is waiting for its end.</summary>
internal sealed class LiveToken
{
    private readonly Lock _gate = new();
    private long _lastUsedTicks;
    private CancellationTokenSource? _ended;
    private Caller? _caller;

    public LiveToken(StoredToken stored)
    {
        Stored = stored;
        _lastUsedTicks = stored.LastUsedAt?.UtcTicks ?? 0;
    }

    public StoredToken Stored { get; }

    /// <summary>Null: never.</summary>
    public DateTimeOffset? LastUsedAt => Volatile.Read(ref _lastUsedTicks) is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>The caller that the token identifies; always the same object. Created on first use, because most of a hundred thousand tokens are
    /// never used while a server runs.</summary>
    public Caller Caller
    {
        get
        {
            if (Volatile.Read(ref _caller) is { } made)
                return made;
            lock (_gate)
            {
                _ended ??= new CancellationTokenSource();
                return _caller ??= new Caller
                {
                    Kind = Stored.Kind,
                    TokenId = Stored.TokenId,
                    ProjectId = Stored.ProjectId,
                    AgentId = Stored.AgentId,
                    ExpiresAt = Stored.ExpiresAt,
                    Ended = _ended.Token,
                };
            }
        }
    }

    /// <summary>Records a use, at most once per <paramref name="step"/>.</summary>
    /// <returns>Whether the time of the last use changed.</returns>
    public bool Use(DateTimeOffset now, TimeSpan step)
    {
        var before = Volatile.Read(ref _lastUsedTicks);
        return now.UtcTicks - before >= step.Ticks && Interlocked.CompareExchange(ref _lastUsedTicks, now.UtcTicks, before) == before;
    }

    /// <summary>Notifies everybody who has something open with this token that it has ended.</summary>
    public void End()
    {
        CancellationTokenSource source;
        lock (_gate)
            source = _ended ??= new CancellationTokenSource();

        // In the background: the callbacks close sockets, and the caller that revokes should not wait for that.
        _ = source.CancelAsync();
    }

    public TokenInfo ToInfo() => new()
    {
        TokenId = Stored.TokenId,
        Kind = Stored.Kind,
        ProjectId = Stored.ProjectId,
        AgentId = Stored.AgentId,
        CreatedAt = Stored.CreatedAt,
        ExpiresAt = Stored.ExpiresAt,
        LastUsedAt = LastUsedAt,
    };
}
