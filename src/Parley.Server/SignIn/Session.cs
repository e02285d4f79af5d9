using System.Buffers.Text;
using System.Security.Cryptography;
using Parley.Server.Security;

namespace Parley.Server.SignIn;

/// <summary>A stored session of a browser, with the hash of its secret.</summary>
internal sealed record Session
{
    public required string SessionId { get; init; }

    /// <summary>The SHA-256 hash of the cookie's value.</summary>
    public required TokenHash Hash { get; init; }

    /// <summary>The id of the ticket that opened it, which opens no second one.</summary>
    public required string TicketId { get; init; }

    /// <summary>The token whose rights it has.</summary>
    public required string TokenId { get; init; }

    /// <summary>When that token was created. A token that is made anew under the same id is another one.</summary>
    public required DateTimeOffset TokenCreatedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends at the latest.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public required DateTimeOffset LastUsedAt { get; init; }

    /// <summary>When its person signed out; null if not.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>How long sessions last.</summary>
internal static class SessionRules
{
    /// <summary>How long a session may be unused: a night, but not a day. An open page uses it all the time.</summary>
    public static readonly TimeSpan LongestIdle = TimeSpan.FromHours(12);

    /// <summary>How long a session may last, however much it is used.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(7);

    private const int SecretBytes = 32;

    /// <summary>A new cookie's value.</summary>
    public static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>When a session ends at the latest.</summary>
    /// <param name="limit">When the token, or the session, that its link was made with ends; null for never.</param>
    public static DateTimeOffset EndOf(DateTimeOffset createdAt, DateTimeOffset? limit) =>
        createdAt + LongestLife is var longest && limit < longest ? limit.Value : longest;

    public static bool IsOver(DateTimeOffset expiresAt, DateTimeOffset lastUsedAt, DateTimeOffset now) => now >= expiresAt || now - lastUsedAt >= LongestIdle;
}
