using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.SignIn;

/// <summary>The ticket in a sign-in link. It opens one session, within ten minutes. Unlike the tickets that open streams, it is never part of a request's
/// URL, and it lives longer, because a person has to take it to a browser.</summary>
/// <remarks>It is signed, not stored: creating one costs nothing, and that it was used is stored with the session.</remarks>
internal sealed class SignInTickets(SigningKey key, TokenVault tokens, IClusterView cluster, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    // Tells people, and scanners for leaked secrets, what it is.
    private const string Prefix = "parley_ticket_";

    // When it was issued, when what made it ends, and random bytes. The token's id follows.
    private const int HeadBytes = 24;
    private const int LongestText = 1000;

    /// <summary>Creates a ticket for a session with the rights of the caller.</summary>
    public Ticket Issue(Caller caller)
    {
        var now = clock.GetUtcNow();
        var tokenId = Encoding.UTF8.GetBytes(caller.TokenId);
        var body = new byte[HeadBytes + tokenId.Length];
        BinaryPrimitives.WriteInt64BigEndian(body, now.ToUnixTimeMilliseconds());
        // A session that makes another one does not prolong itself.
        BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(8), caller.ExpiresAt?.ToUnixTimeMilliseconds() ?? long.MaxValue);
        RandomNumberGenerator.Fill(body.AsSpan(16, 8));
        tokenId.CopyTo(body, HeadBytes);
        var createdAt = tokens.Find(caller.TokenId)?.CreatedAt ?? now;
        return new Ticket { Value = Prefix + Base64Url.EncodeToString([.. Sign(body, createdAt), .. body]), ExpiresAt = now + Lifetime };
    }

    /// <summary>Reads a ticket. Whether it was used is not known until the session is stored.</summary>
    public async ValueTask<Result<SignInOrder>> ReadAsync(string ticket, CancellationToken cancellationToken)
    {
        if (!TryDecode(ticket, out var body, out var signature))
            return Problems.SignInRefused("This is not a complete sign-in link.");
        var tokenId = Encoding.UTF8.GetString(body.AsSpan(HeadBytes));
        if (tokens.Find(tokenId) is null)
        {
            // Its token may have just been created by another node.
            await cluster.CatchUpAsync(cancellationToken);
        }

        // Nothing about the token is revealed before the signature is checked.
        if (tokens.Find(tokenId) is not { } token || !CryptographicOperations.FixedTimeEquals(signature, Sign(body, token.CreatedAt)))
            return Problems.SignInRefused("This sign-in link was not made by this server, or its token was revoked or replaced.");
        var age = clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(body));
        if (age.Duration() > Lifetime)
            return Problems.SignInRefused("This sign-in link is too old; a link works for 10 minutes.");
        if (tokens.FindCaller(tokenId) is not { } caller)
            return Problems.SignInRefused("The token that this sign-in link was made with has expired.");
        var limit = BinaryPrimitives.ReadInt64BigEndian(body.AsSpan(8));
        return new SignInOrder(
            Convert.ToHexStringLower(signature.AsSpan(0, 16)), caller, token.CreatedAt, limit == long.MaxValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(limit));
    }

    private byte[] Sign(byte[] body, DateTimeOffset tokenCreatedAt)
    {
        Span<byte> created = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(created, tokenCreatedAt.ToUnixTimeMilliseconds());
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Of(KeyPurpose.SignIn));
        hash.AppendData(created);
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    private static bool TryDecode(string ticket, out byte[] body, out byte[] signature)
    {
        body = signature = [];
        if (ticket.Length > LongestText || !ticket.StartsWith(Prefix, StringComparison.Ordinal) || !Base64Url.IsValid(ticket.AsSpan(Prefix.Length)))
            return false;
        var bytes = Base64Url.DecodeFromChars(ticket.AsSpan(Prefix.Length));
        if (bytes.Length <= SHA256.HashSizeInBytes + HeadBytes)
            return false;
        signature = bytes[..SHA256.HashSizeInBytes];
        body = bytes[SHA256.HashSizeInBytes..];
        return true;
    }
}

/// <summary>What a valid ticket allows to open.</summary>
/// <param name="Token">The caller that the ticket's token identifies.</param>
/// <param name="Limit">When the session ends at the latest, in addition to the usual limits; null for no further limit.</param>
internal sealed record SignInOrder(string TicketId, Caller Token, DateTimeOffset TokenCreatedAt, DateTimeOffset? Limit);
