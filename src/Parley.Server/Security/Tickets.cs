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

/// <summary>What a browser puts into an address where it can set no header. A ticket opens one address, for the first time within 30 s;
/// from then on again and again while its token lives, since an EventSource reconnects to the very same address.</summary>
/// <remarks>A ticket is signed, not stored: making one costs nothing. That it was opened is stored, because a restart must not end the
/// streams of every open page. Forgotten is what was not opened for 30 days, and of one token's tickets the oldest past a thousand.</remarks>
internal sealed partial class Tickets(ITokenStore store, TokenVault vault, TimeProvider clock, ILogger<Tickets> logger)
{
    /// <summary>How long a ticket may lie before it is opened the first time.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    // Rewriting the row at every reconnect would be a write a reader; a day is exact enough to forget by.
    private static readonly TimeSpan OpenedStep = TimeSpan.FromDays(1);

    // More pages than anybody has open; without a bound one token could fill the memory by asking.
    private const int MostOfOneToken = 1000;

    private readonly ConcurrentDictionary<string, OpenedTicket> _opened = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private byte[] _key = [];

    /// <summary>Reads the key and the opened tickets. Called once, before the first request, after the vault is loaded.</summary>
    /// <param name="secretKey">The setting <c>secret_key</c>; null for a random key that the store keeps.</param>
    public async Task LoadAsync(string? secretKey, CancellationToken cancellationToken)
    {
        var secret = secretKey is not null
            ? Encoding.UTF8.GetBytes(secretKey)
            : await store.KeepKeyAsync("tickets", RandomNumberGenerator.GetBytes(32), cancellationToken);
        _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "parley tickets"u8.ToArray());
        foreach (var ticket in await store.LoadOpenedTicketsAsync(cancellationToken))
        {
            _opened[ticket.Id] = ticket;
            _counts.AddOrUpdate(ticket.TokenId, 1, static (_, count) => count + 1);
        }
    }

    /// <summary>Makes a ticket for an address.</summary>
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

    /// <summary>Opens an address by a ticket.</summary>
    /// <returns>Who asked for the ticket; null when it is not for this address, came too late, or its token is over.</returns>
    public async ValueTask<Caller?> OpenAsync(string ticket, PathString path, QueryString query, CancellationToken cancellationToken)
    {
        if (!TryDecode(ticket, out var body, out var signature) || !CryptographicOperations.FixedTimeEquals(signature, Sign(body, Canonical(path, query))))
            return null;

        var now = clock.GetUtcNow();
        var id = Convert.ToHexStringLower(signature.AsSpan(0, 16));
        var before = _opened.GetValueOrDefault(id);
        var age = now - DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(body));
        // Another node may have opened it, and the page has come here since.
        if (before is null && (age > Lifetime || age < -Lifetime) && (before = await store.FindTicketAsync(id, cancellationToken)) is null)
            return null;

        var caller = vault.FindCaller(Encoding.UTF8.GetString(body.AsSpan(16)));
        if (caller is null)
            return null;
        if (before is null || now - before.OpenedAt > OpenedStep)
            await KeepAsync(new OpenedTicket(id, caller.TokenId, now), cancellationToken);
        return caller;
    }

    private async ValueTask KeepAsync(OpenedTicket ticket, CancellationToken cancellationToken)
    {
        var isNew = _opened.TryAdd(ticket.Id, ticket);
        _opened[ticket.Id] = ticket;
        try
        {
            await store.OpenTicketAsync(ticket, cancellationToken);
            if (isNew && _counts.AddOrUpdate(ticket.TokenId, 1, static (_, count) => count + 1) >= MostOfOneToken)
                await ForgetOldestAsync(ticket.TokenId, cancellationToken);
        }
        catch (StorageUnavailableException exception)
        {
            // Reading goes on while the store cannot write. Should the server restart before it can, the page asks for a new ticket.
            Log.NotKept(logger, exception);
        }
    }

    private async ValueTask ForgetOldestAsync(string tokenId, CancellationToken cancellationToken)
    {
        // Half of them at once: looking through all is then seldom.
        var ofToken = _opened.Values.Where(ticket => ticket.TokenId == tokenId).OrderByDescending(ticket => ticket.OpenedAt).ToArray();
        var forgotten = ofToken.Skip(MostOfOneToken / 2).Select(ticket => ticket.Id).ToArray();
        _counts[tokenId] = ofToken.Length - forgotten.Length;
        foreach (var id in forgotten)
            _opened.TryRemove(id, out _);
        await store.ForgetTicketsAsync(forgotten, cancellationToken);
    }

    private byte[] Sign(byte[] body, string path)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hash.AppendData(body);
        hash.AppendData(Encoding.UTF8.GetBytes(path));
        return hash.GetHashAndReset();
    }

    /// <summary>An address in one spelling: browsers and libraries differ in what they percent-encode.</summary>
    private static string Canonical(PathString path, QueryString query)
    {
        var text = new StringBuilder(UnversionedPaths.Rewrite(path).Value);
        foreach (var parameter in new QueryStringEnumerable(query.Value))
        {
            var name = parameter.DecodeName().ToString();
            if (name != "ticket")
                text.Append('\n').Append(name).Append('=').Append(parameter.DecodeValue());
        }

        return text.ToString();
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

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "That a ticket was opened could not be stored; a restart would end its stream.")]
        public static partial void NotKept(ILogger logger, Exception exception);
    }
}
