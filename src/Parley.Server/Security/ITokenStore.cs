using Parley.Protocol;

namespace Parley.Server.Security;

/// <summary>Keeps tokens, never their secrets, and what else has to outlive a restart for signing in. Every method is one atomic
/// transition. Read once at start; from then on <see cref="TokenVault"/> answers from memory.</summary>
internal interface ITokenStore
{
    /// <summary>Every token that is kept, the revoked ones too.</summary>
    ValueTask<IReadOnlyList<StoredToken>> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Adds a token, taking the place of one with the same id, and revokes those that it replaces: all or nothing.</summary>
    ValueTask AddAsync(StoredToken token, IReadOnlyList<string> revoked, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Revokes tokens; those that are not there, or revoked already, are left as they are.</summary>
    ValueTask RevokeAsync(IReadOnlyList<string> tokenIds, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Notes when tokens were last used.</summary>
    ValueTask TouchAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken);

    /// <summary>Whether any of some tokens was ever used, at whichever server of this store, as far as they have noted it.</summary>
    ValueTask<bool> WasUsedAsync(IReadOnlyList<string> tokenIds, CancellationToken cancellationToken);

    /// <summary>Forgets tokens that were revoked or expired before a time, but for the first two of the server (<see cref="BootstrapTokens"/>),
    /// and tickets last opened before it.</summary>
    ValueTask PruneAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>The signing key of a name: the one that is kept, else <paramref name="candidate"/>, which is kept from then on.</summary>
    ValueTask<byte[]> KeepKeyAsync(string name, byte[] candidate, CancellationToken cancellationToken);

    /// <summary>Every ticket that was opened and may be opened again. What is open at no server any more was open until now.</summary>
    ValueTask<IReadOnlyList<OpenedTicket>> LoadOpenedTicketsAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>A ticket that was opened, at whichever server of this store; null when it was not, or is forgotten.</summary>
    ValueTask<OpenedTicket?> FindTicketAsync(string ticketId, CancellationToken cancellationToken);

    /// <summary>Notes that a ticket is opened for the first time.</summary>
    /// <returns>False when it was before, at whichever server of this store; then nothing changes.</returns>
    ValueTask<bool> TryOpenTicketAsync(OpenedTicket ticket, CancellationToken cancellationToken);

    /// <summary>Notes a ticket's last opening, or its end; nothing when the ticket is forgotten.</summary>
    ValueTask KeepTicketAsync(OpenedTicket ticket, CancellationToken cancellationToken);

    /// <summary>Forgets opened tickets by their ids.</summary>
    ValueTask ForgetTicketsAsync(IReadOnlyList<string> ticketIds, CancellationToken cancellationToken);
}

/// <summary>A token as it is kept: by the hash of its secret.</summary>
internal sealed record StoredToken
{
    public required string TokenId { get; init; }
    public required TokenKind Kind { get; init; }

    /// <summary>SHA-256 of the token's text.</summary>
    public required TokenHash Hash { get; init; }

    public string? ProjectId { get; init; }
    public string? AgentId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? LastUsedAt { get; init; }
    public DateTimeOffset? RevokedAt { get; init; }
}

/// <param name="Id">The first 16 bytes of its signature, in hexadecimal digits.</param>
/// <param name="LastOpen">When what it opened was last open; <see cref="StillOpen"/> while it is.</param>
internal sealed record OpenedTicket(string Id, string TokenId, DateTimeOffset LastOpen)
{
    /// <summary>Later than any time that passes.</summary>
    public static readonly DateTimeOffset StillOpen = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public bool IsOpen => LastOpen == StillOpen;
}
