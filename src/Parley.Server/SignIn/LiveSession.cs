using Parley.Server.Security;

namespace Parley.Server.SignIn;

/// <summary>A session in use, with what exists only in memory: who is waiting for its end, and what it has open.</summary>
internal sealed class LiveSession
{
    private readonly CancellationTokenRegistration _endOfToken;
    private long _lastUsedTicks;
    private long _storedTicks;
    private int _visits;

    /// <param name="token">The caller that the session's token identifies.</param>
    public LiveSession(Session stored, Caller token)
    {
        Stored = stored;
        Token = token;
        _lastUsedTicks = _storedTicks = stored.LastUsedAt.UtcTicks;
        Caller = new Caller
        {
            Kind = token.Kind,
            TokenId = token.TokenId,
            ProjectId = token.ProjectId,
            AgentId = token.AgentId,
            ExpiresAt = stored.ExpiresAt,
            SessionId = stored.SessionId,
            Ended = Ending.Token,
        };
        _endOfToken = token.Ended.UnsafeRegister(static session => ((LiveSession)session!).End(), this);
    }

    public Session Stored { get; }

    public Caller Token { get; }

    /// <summary>The caller that the session identifies; always the same object.</summary>
    public Caller Caller { get; }

    private CancellationTokenSource Ending { get; } = new();

    public DateTimeOffset LastUsedAt => new(Volatile.Read(ref _lastUsedTicks), TimeSpan.Zero);

    /// <summary>Whether it has requests under way, such as an open socket or stream.</summary>
    public bool IsOpen => Volatile.Read(ref _visits) > 0;

    /// <summary>Whether it is over by its times. While something is open, it is in use.</summary>
    public bool IsOver(DateTimeOffset now) => Ending.IsCancellationRequested || SessionRules.IsOver(Stored.ExpiresAt, IsOpen ? now : LastUsedAt, now);

    /// <summary>A request begins.</summary>
    public void Enter(DateTimeOffset now)
    {
        Interlocked.Increment(ref _visits);
        Use(now);
    }

    /// <summary>The request has been answered.</summary>
    public void Leave() => Interlocked.Decrement(ref _visits);

    public void Use(DateTimeOffset now)
    {
        var before = Volatile.Read(ref _lastUsedTicks);
        while (now.UtcTicks > before)
        {
            var found = Interlocked.CompareExchange(ref _lastUsedTicks, now.UtcTicks, before);
            if (found == before)
                return;
            before = found;
        }
    }

    /// <summary>The last use, if it is to be stored: it was used since the last call that <see cref="IsStored"/> followed.</summary>
    public DateTimeOffset? Unstored => Volatile.Read(ref _lastUsedTicks) is var ticks && ticks > Volatile.Read(ref _storedTicks) ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public void IsStored(DateTimeOffset at) => Volatile.Write(ref _storedTicks, at.UtcTicks);

    /// <summary>Closes everything that was opened with it.</summary>
    public void End()
    {
        _endOfToken.Unregister();
        // In the background: the callbacks close sockets, and whoever signs out should not wait for that.
        _ = Ending.CancelAsync();
    }
}
