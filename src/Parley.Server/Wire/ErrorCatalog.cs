using Parley.Protocol;

namespace Parley.Server.Wire;

/// <summary>What an error code means for a client.</summary>
/// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Status">Its HTTP status.</param>
/// <param name="Title">Always the same few words; the detail says what happened this time.</param>
/// <param name="Retryable">Whether the same request may succeed later.</param>
/// <param name="Remedy">What the reader of the documentation should do about it.</param>
internal sealed record ErrorMeaning(string Code, int Status, string Title, bool Retryable, string Remedy);

/// <summary>The only map from error codes to HTTP status, title, and documentation.</summary>
internal static class ErrorCatalog
{
    /// <summary>The page that explains every code, with an anchor for each. The server serves it, so it works offline.</summary>
    public const string PagePath = "/docs/errors";

    public static IReadOnlyList<ErrorMeaning> All { get; } =
    [
        new(ErrorCodes.InvalidRequest, 400, "The request is not valid", false, "Fix the fields named in `errors` and send it again."),
        new(ErrorCodes.UnknownEvent, 400, "Unknown event", false, "Use an event listed in the AsyncAPI document."),
        new(ErrorCodes.Unauthorized, 401, "No valid token", false, "Send a token that is neither revoked nor expired as `Authorization: Bearer TOKEN`, or open a stream with a fresh ticket."),
        new(ErrorCodes.SignInRefused, 401, "The sign-in link does not work", false, "Run `parley dashboard` for a new link. A link works once, for 10 minutes, and only on the server that it was made for."),
        new(ErrorCodes.Forbidden, 403, "Not allowed", false, "Use a kind of token that may do this; the reference lists who may do what."),
        new(ErrorCodes.NotFound, 404, "Not found", false, "Check the id and the project. Anything the token may not read is also not found."),
        new(ErrorCodes.UnknownRecipient, 404, "A recipient does not exist", false, "Check the names in `to`. Nothing was sent to anybody."),
        new(ErrorCodes.NoCapableAgent, 404, "No agent has the capability", false, "Register an agent with the capability, or send to an agent by its id."),
        new(ErrorCodes.MethodNotAllowed, 405, "The method is not allowed here", false, "Use a method listed in the `Allow` header."),
        new(ErrorCodes.Conflict, 409, "Conflict with the current state", false, "Read the current state and decide again."),
        new(ErrorCodes.IdempotencyConflict, 409, "The idempotency key was used for something else", false, "Use a new key for a new request."),
        new(ErrorCodes.LeaseLost, 409, "The lease is lost", false, "Somebody else has the delivery or task now, or it is settled. Stop working on it."),
        new(ErrorCodes.ExecutionEnded, 409, "The execution has ended", false, "Send to a new execution, or without one."),
        new(ErrorCodes.VersionMismatch, 412, "The version does not match", false, "Read the current state, decide again, and send it with the new version."),
        new(ErrorCodes.TooLarge, 413, "Too large", false, "Shorten it, split it, or raise the limit in the settings."),
        new(ErrorCodes.UnsupportedMediaType, 415, "The content type is not supported", false, "Send uncompressed JSON with `Content-Type: application/json`."),
        new(ErrorCodes.SchemaMismatch, 422, "The payload does not match the schema of its type", false, "Fix the values named in `errors` and send it again. `GET /schemas/{message_type}` returns the schema."),
        new(ErrorCodes.MailboxFull, 429, "The mailbox is full", true, "Wait until the recipient has taken some of its messages."),
        new(ErrorCodes.BudgetSpent, 429, "The message budget is spent", false, "Ask an operator to raise the budget (`parley budget set`) or to remove it. Sending again does not help before."),
        new(ErrorCodes.RateLimited, 429, "Too many requests", true, "Wait for `Retry-After`, or have the project's rate limit raised."),
        new(ErrorCodes.InternalError, 500, "The server failed", false, "This is a bug in the server. Its log has the reason, at the time of the answer."),
        new(ErrorCodes.StorageUnavailable, 503, "The store is unavailable", true, "Nothing was stored. Send the request again after `Retry-After`, with the same idempotency key."),
        new(ErrorCodes.IndexBehind, 503, "The index is behind", true, "Ask again after `Retry-After`; the index is catching up. Lists of messages without `q` still work."),
        new(ErrorCodes.Overloaded, 503, "The server has no room", true, "Send the request again after `Retry-After`. If this happens under a normal load, raise `receive_buffer_bytes` or `max_connections`."),
        new(ErrorCodes.Stopping, 503, "The server is stopping", true, "Reconnect after `Retry-After`."),
        new(ErrorCodes.RequestTimeout, 504, "No reply in time", true, "The request is stored and may still be answered. A late reply arrives as an ordinary message."),
    ];

    private static readonly Dictionary<string, ErrorMeaning> ByCode = All.ToDictionary(meaning => meaning.Code, StringComparer.Ordinal);

    /// <exception cref="ArgumentException">The code is not in the catalog. This is a bug, because every code must be.</exception>
    public static ErrorMeaning Of(string code) => ByCode.TryGetValue(code, out var meaning)
        ? meaning
        : throw new ArgumentException($"The error code '{code}' has no entry in the catalog of errors.", nameof(code));

    /// <summary>The stable address of the documentation for a code, relative to the server.</summary>
    public static string AddressOf(string code) => $"{PagePath}#{code}";
}
