using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Rest;
using Parley.Server.Storage;

namespace Parley.Server.Security;

/// <summary>A ticket takes the place of a token in an address, for browsers that cannot set headers. It opens one stream or socket, within 30 s. A
/// socket's ticket works once. A stream's ticket works again, because an EventSource reconnects to the same address, until five minutes after the
/// stream was last open.</summary>
/// <remarks>A ticket is signed, not stored, so creating one costs nothing. That it was opened is stored, because a restart must not end the streams
/// of all open pages. If a token has more than a thousand opened tickets, the oldest are dropped.</remarks>
internal sealed partial class Tickets(ITokenStore store, TokenVault vault, SigningKey key, TimeProvider clock, ILogger<Tickets> logger)
{
    /// <summary>How long a ticket may wait before its first use.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    /// <summary>How long a page may be disconnected from its stream: long enough for a short sleep of a laptop or a server restart, but not for a
    /// night.</summary>
    public static readonly TimeSpan LongestAbsence = TimeSpan.FromMinutes(5);

    // More pages than anybody has open. Without a limit, one token could exhaust the memory.
    private const int MostOfOneToken = 1000;

    private const string Sockets = "/ws/";
    private const string Streams = $"{ApiPath.Base}/sse/";

    private readonly ConcurrentDictionary<string, Opening> _opened = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Reads the opened tickets. Called once, before the first request, after the vault and the key are loaded.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        // Streams that were open when the server ended may reconnect as if they had closed now.
        foreach (var ticket in await store.LoadOpenedTicketsAsync(clock.GetUtcNow(), cancellationToken))
        {
            _opened[ticket.Id] = new Opening(ticket);
            _counts.AddOrUpdate(ticket.TokenId, 1, static (_, count) => count + 1);
        }
    }

    /// <summary>Whether an address can be opened with a ticket: that of a stream or a socket.</summary>
    public static bool IsOpenable(string address) => IsOpenable(PathString.FromUriComponent(address.Split('?')[0]));

    /// <summary>Creates a ticket for an address.</summary>
    /// <param name="path">The path with its query, without <c>ticket=</c>.</param>
    public Ticket Issue(Caller caller, string path)
    {
        var now = clock.GetUtcNow();
        var tokenId = Encoding.UTF8.GetBytes(caller.TokenId);
        var body = new byte[16 + tokenId.Length];
        BinaryPrimitives.WriteInt64BigEndian(body, now.ToUnixTimeMilliseconds());
        RandomNumberGenerator.Fill(body.AsSpan(8, 8));
        tokenId.CopyTo(body, 16);
        return new Ticket
        {
            Value = $"{Base64Url.EncodeToString(body)}.{Base64Url.EncodeToString(Sign(body, Canonical(path)))}",
            ExpiresAt = now + Lifetime,
        };
    }

    /// <summary>Opens an address with a ticket. It stays open until the visit ends.</summary>
    /// <returns>Null if the ticket is for another address, expired, or used up, or if its token has ended.</returns>
    public async ValueTask<TicketVisit?> OpenAsync(string ticket, PathString path, QueryString query, CancellationToken cancellationToken)
    {
        if (!TryDecode(ticket, out var body, out var signature) || !CryptographicOperations.FixedTimeEquals(signature, Sign(body, Canonical(path, query))) ||
            !IsOpenable(path) || vault.FindCaller(Encoding.UTF8.GetString(body.AsSpan(16))) is not { } caller)
        {
            return null;
        }

        var id = Convert.ToHexStringLower(signature.AsSpan(0, 16));
        var isFresh = (clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(body))).Duration() <= Lifetime;
        var opening = _opened.GetValueOrDefault(id);
        if (opening is null && isFresh && await TryFirstAsync(new OpenedTicket(id, caller.TokenId, OpenedTicket.StillOpen), cancellationToken) is { } first)
            return new TicketVisit(caller, this, first);
        if (IsSocket(path))
            return null;

        opening = await FindAsync(id, opening, cancellationToken);
        return opening is not null && await TryAgainAsync(opening, cancellationToken) ? new TicketVisit(caller, this, opening) : null;
    }

    /// <summary>Records that a stream or socket that a ticket opened has closed.</summary>
    internal async ValueTask CloseAsync(Opening opening)
    {
        OpenedTicket closed;
        lock (opening)
        {
            if (--opening.Visits > 0)
                return;
            closed = opening.Ticket = opening.Ticket with { LastOpen = clock.GetUtcNow() };
        }

        await KeepAsync(closed, CancellationToken.None);
    }

    /// <summary>Another node may have opened it since it was last open here, or may have it open now.</summary>
    private async ValueTask<Opening?> FindAsync(string id, Opening? known, CancellationToken cancellationToken)
    {
        OpenedTicket? kept;
        try
        {
            kept = await store.FindTicketAsync(id, cancellationToken);
        }
        catch (StorageUnavailableException) when (known is not null)
        {
            return known;
        }

        if (kept is null)
            return known;
        known = _opened.GetOrAdd(id, static (_, ticket) => new Opening(ticket), kept);
        lock (known)
        {
            if (known.Visits == 0 && (kept.LastOpen > known.Ticket.LastOpen || known.Ticket.IsOpen))
                known.Ticket = kept;
        }

        return known;
    }

    /// <returns>Null if another request was faster.</returns>
    private async ValueTask<Opening?> TryFirstAsync(OpenedTicket ticket, CancellationToken cancellationToken)
    {
        var opening = new Opening(ticket) { Visits = 1 };
        if (!_opened.TryAdd(ticket.Id, opening))
            return null;
        try
        {
            if (!await store.TryOpenTicketAsync(ticket, cancellationToken))
            {
                // Opened by another node.
                _opened.TryRemove(ticket.Id, out _);
                return null;
            }

            if (_counts.AddOrUpdate(ticket.TokenId, 1, static (_, count) => count + 1) >= MostOfOneToken)
                await ForgetOldestAsync(ticket.TokenId, cancellationToken);
        }
        catch (StorageUnavailableException exception)
        {
            // Reading continues while the store cannot write. If the server restarts in the meantime, the page requests a new ticket.
            Log.NotKept(logger, exception);
        }

        return opening;
    }

    private async ValueTask<bool> TryAgainAsync(Opening opening, CancellationToken cancellationToken)
    {
        OpenedTicket opened;
        lock (opening)
        {
            if (!opening.Ticket.IsOpen && clock.GetUtcNow() - opening.Ticket.LastOpen > LongestAbsence)
                return false;
            if (opening.Visits++ > 0)
                return true;
            opened = opening.Ticket = opening.Ticket with { LastOpen = OpenedTicket.StillOpen };
        }

        await KeepAsync(opened, cancellationToken);
        return true;
    }

    private async ValueTask KeepAsync(OpenedTicket ticket, CancellationToken cancellationToken)
    {
        try
        {
            await store.KeepTicketAsync(ticket, cancellationToken);
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            Log.NotKept(logger, fault);
        }
    }

    private async ValueTask ForgetOldestAsync(string tokenId, CancellationToken cancellationToken)
    {
        // Removes half of them at once, so that the full scan is rare.
        var ofToken = _opened.Values.Select(opening => opening.Ticket).Where(ticket => ticket.TokenId == tokenId).OrderByDescending(ticket => ticket.LastOpen).ToArray();
        var forgotten = ofToken.Skip(MostOfOneToken / 2).Select(ticket => ticket.Id).ToArray();
        _counts[tokenId] = ofToken.Length - forgotten.Length;
        foreach (var id in forgotten)
            _opened.TryRemove(id, out _);
        await store.ForgetTicketsAsync(forgotten, cancellationToken);
    }

    private byte[] Sign(byte[] body, string path)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Of(KeyPurpose.Tickets));
        hash.AppendData(body);
        hash.AppendData(Encoding.UTF8.GetBytes(path));
        return hash.GetHashAndReset();
    }

    private static bool IsOpenable(PathString path) =>
        IsSocket(path) || (UnversionedPaths.Rewrite(path).Value ?? "").StartsWith(Streams, StringComparison.Ordinal);

    private static bool IsSocket(PathString path) => (path.Value ?? "").StartsWith(Sockets, StringComparison.Ordinal);

    /// <summary>A normalized address, because browsers and libraries differ in what they percent-encode. Each part is prefixed with its length, so no
    /// two addresses have the same form.</summary>
    private static string Canonical(PathString path, QueryString query)
    {
        var text = new StringBuilder();
        Add(UnversionedPaths.Rewrite(path).Value);
        foreach (var parameter in new QueryStringEnumerable(query.Value))
        {
            var name = parameter.DecodeName();
            if (name.Span.SequenceEqual(TicketHandler.Parameter))
                continue;
            Add(name.Span);
            Add(parameter.DecodeValue().Span);
        }

        return text.ToString();

        void Add(ReadOnlySpan<char> part) => text.Append(part.Length).Append(':').Append(part);
    }

    private static string Canonical(string path)
    {
        var mark = path.IndexOf('?', StringComparison.Ordinal);
        return mark < 0
            ? Canonical(PathString.FromUriComponent(path), QueryString.Empty)
            : Canonical(PathString.FromUriComponent(path[..mark]), new QueryString(path[mark..]));
    }

    private static bool TryDecode(string ticket, [NotNullWhen(true)] out byte[]? body, [NotNullWhen(true)] out byte[]? signature)
    {
        body = signature = null;
        var point = ticket.IndexOf('.', StringComparison.Ordinal);
        if (point < 0 || ticket.Length > 500 || !Base64Url.IsValid(ticket.AsSpan(0, point)) || !Base64Url.IsValid(ticket.AsSpan(point + 1)))
            return false;
        body = Base64Url.DecodeFromChars(ticket.AsSpan(0, point));
        signature = Base64Url.DecodeFromChars(ticket.AsSpan(point + 1));
        return body.Length > 16 && signature.Length == SHA256.HashSizeInBytes;
    }

    /// <summary>A ticket that was opened here, with how often what it opened is open now. Its lock guards both.</summary>
    internal sealed class Opening(OpenedTicket ticket)
    {
        public OpenedTicket Ticket { get; set; } = ticket;

        public int Visits { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not store that a ticket was opened; a restart would end its stream.")]
        public static partial void NotKept(ILogger logger, Exception exception);
    }
}

/// <summary>A stream or socket that was opened with a ticket.</summary>
internal sealed class TicketVisit(Caller caller, Tickets tickets, Tickets.Opening opening)
{
    /// <summary>The caller that requested the ticket.</summary>
    public Caller Caller => caller;

    /// <summary>The stream or socket has closed.</summary>
    public ValueTask EndAsync() => tickets.CloseAsync(opening);
}
