using System.Collections.Concurrent;
using Parley.Server.Security;

namespace Parley.Server.Tests.Security;

/// <summary>A token store that a test can look into.</summary>
internal sealed class MemoryTokenStore : ITokenStore
{
    private readonly ConcurrentDictionary<string, byte[]> _keys = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, StoredToken> Tokens { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, OpenedTicket> Opened { get; } = new(StringComparer.Ordinal);

    /// <summary>Set to make every write fail.</summary>
    public Exception? Fault { get; set; }

    public ValueTask<IReadOnlyList<StoredToken>> LoadAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<StoredToken>>([.. Tokens.Values]);

    public ValueTask AddAsync(StoredToken token, IReadOnlyList<string> revoked, DateTimeOffset at, CancellationToken cancellationToken) => Write(() =>
    {
        Revoke(revoked, at);
        Forget(token.TokenId);
        Tokens[token.TokenId] = token;
    });

    public ValueTask RevokeAsync(IReadOnlyList<string> tokenIds, DateTimeOffset at, CancellationToken cancellationToken) => Write(() => Revoke(tokenIds, at));

    public ValueTask TouchAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken) => Write(() =>
    {
        foreach (var (id, at) in lastUsed.Where(use => Tokens.ContainsKey(use.Key)))
            Tokens[id] = Tokens[id] with { LastUsedAt = at };
    });

    public ValueTask<bool> WasUsedAsync(IReadOnlyList<string> tokenIds, CancellationToken cancellationToken) =>
        ValueTask.FromResult(tokenIds.Any(id => Tokens.TryGetValue(id, out var token) && token.LastUsedAt is not null));

    public ValueTask PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) => Write(() =>
    {
        foreach (var token in Tokens.Values.Where(token => (token.RevokedAt < before || token.ExpiresAt < before) && !BootstrapTokens.IsFirst(token.TokenId)))
            Tokens.TryRemove(token.TokenId, out _);
        foreach (var ticket in Opened.Values.Where(ticket => ticket.LastOpen < before))
            Opened.TryRemove(ticket.Id, out _);
    });

    public ValueTask<byte[]> KeepKeyAsync(string name, byte[] candidate, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_keys.GetOrAdd(name, candidate));

    public ValueTask<IReadOnlyList<OpenedTicket>> LoadOpenedTicketsAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var open in Opened.Values.Where(ticket => ticket.IsOpen))
            Opened[open.Id] = open with { LastOpen = now };
        return ValueTask.FromResult<IReadOnlyList<OpenedTicket>>([.. Opened.Values]);
    }

    public ValueTask<OpenedTicket?> FindTicketAsync(string ticketId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Opened.GetValueOrDefault(ticketId));

    public async ValueTask<bool> TryOpenTicketAsync(OpenedTicket ticket, CancellationToken cancellationToken)
    {
        var isNew = false;
        await Write(() => isNew = Opened.TryAdd(ticket.Id, ticket));
        return isNew;
    }

    public ValueTask KeepTicketAsync(OpenedTicket ticket, CancellationToken cancellationToken) => Write(() =>
    {
        if (Opened.ContainsKey(ticket.Id))
            Opened[ticket.Id] = ticket;
    });

    public ValueTask ForgetTicketsAsync(IReadOnlyList<string> ticketIds, CancellationToken cancellationToken) => Write(() =>
    {
        foreach (var id in ticketIds)
            Opened.TryRemove(id, out _);
    });

    private void Revoke(IReadOnlyList<string> ids, DateTimeOffset at)
    {
        foreach (var id in ids.Where(id => Tokens.TryGetValue(id, out var token) && token.RevokedAt is null))
        {
            Tokens[id] = Tokens[id] with { RevokedAt = at };
            Forget(id);
        }
    }

    private void Forget(string tokenId)
    {
        foreach (var ticket in Opened.Values.Where(ticket => ticket.TokenId == tokenId))
            Opened.TryRemove(ticket.Id, out _);
    }

    private ValueTask Write(Action write)
    {
        if (Fault is not null)
            return ValueTask.FromException(Fault);
        write();
        return ValueTask.CompletedTask;
    }
}
