using Parley.Protocol;

namespace Parley.Server.Security;

/// <summary>Stores tokens, but never their secrets, and whatever else authentication needs after a restart. Every method is one atomic transition. It
/// is read once, at the start. After that, <see cref="TokenVault"/> answers from memory.</summary>
internal interface ITokenStore
{
    /// <summary>All stored tokens, including revoked ones.</summary>
    ValueTask<IReadOnlyList<StoredToken>> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Adds a token, or replaces one with the same id, and revokes those that it replaces: all or nothing.</summary>
    ValueTask AddAsync(StoredToken token, IReadOnlyList<string> revoked, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Revokes tokens. Those that do not exist or are already revoked do not change.</summary>
    ValueTask RevokeAsync(IReadOnlyList<string> tokenIds, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Records when tokens were last used.</summary>
    ValueTask TouchAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken);

    /// <summary>Whether any of the tokens was ever used, on any server of this store, as far as they have recorded it.</summary>
    ValueTask<bool> WasUsedAsync(IReadOnlyList<string> tokenIds, CancellationToken cancellationToken);

    /// <summary>Deletes tokens that were revoked or expired before a time, except the server's first two (<see cref="BootstrapTokens"/>), and tickets
    /// that were last open before it.</summary>
    ValueTask PruneAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>The signing key with a name: the stored one, or else <paramref name="candidate"/>, which is then stored.</summary>
    ValueTask<byte[]> KeepKeyAsync(string name, byte[] candidate, CancellationToken cancellationToken);

    /// <summary>All tickets that were opened and may be opened again. Those that are no longer open on any server count as open until now.</summary>
    ValueTask<IReadOnlyList<OpenedTicket>> LoadOpenedTicketsAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>A ticket that was opened on any server of this store; null if it was not, or was deleted.</summary>
    ValueTask<OpenedTicket?> FindTicketAsync(string ticketId, CancellationToken cancellationToken);

    /// <summary>Records that a ticket is opened for the first time.</summary>
    /// <returns>False if it was opened before, on any server of this store. Nothing changes then.</returns>
    ValueTask<bool> TryOpenTicketAsync(OpenedTicket ticket, CancellationToken cancellationToken);

    /// <summary>Records when a ticket was last open. Does nothing if the ticket was deleted.</summary>
    ValueTask KeepTicketAsync(OpenedTicket ticket, CancellationToken cancellationToken);

    /// <summary>Deletes opened tickets by their ids.</summary>
    ValueTask ForgetTicketsAsync(IReadOnlyList<string> ticketIds, CancellationToken cancellationToken);
}

/// <summary>A stored token, with the hash of its secret.</summary>
internal sealed record StoredToken
{
    public required string TokenId { get; init; }
    public required TokenKind Kind { get; init; }

    /// <summary>The SHA-256 hash of the token's text.</summary>
    public required TokenHash Hash { get; init; }

    public string? ProjectId { get; init; }
    public string? AgentId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? LastUsedAt { get; init; }
    public DateTimeOffset? RevokedAt { get; init; }
}

/// <param name="Id">The first 16 bytes of its signature, in hexadecimal.</param>
/// <param name="LastOpen">When the stream or socket that it opened was last open; <see cref="StillOpen"/> while it is open.</param>
internal sealed record OpenedTicket(string Id, string TokenId, DateTimeOffset LastOpen)
{
    /// <summary>A time after all others.</summary>
    public static readonly DateTimeOffset StillOpen = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public bool IsOpen => LastOpen == StillOpen;
}
