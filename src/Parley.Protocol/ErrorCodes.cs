namespace Parley.Protocol;

/// <summary>All codes that a problem can have. The server maps each to an HTTP status.</summary>
public static class ErrorCodes
{
    public const string InvalidRequest = "invalid_request";
    public const string Unauthorized = "unauthorized";
    public const string SignInRefused = "sign_in_refused";
    public const string Forbidden = "forbidden";
    public const string NotFound = "not_found";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string UnsupportedMediaType = "unsupported_media_type";
    public const string UnknownRecipient = "unknown_recipient";
    public const string NoCapableAgent = "no_capable_agent";
    public const string MailboxFull = "mailbox_full";
    public const string BudgetSpent = "budget_spent";
    public const string LeaseLost = "lease_lost";
    public const string RateLimited = "rate_limited";
    public const string RequestTimeout = "request_timeout";
    public const string ExecutionEnded = "execution_ended";
    public const string Conflict = "conflict";
    public const string IdempotencyConflict = "idempotency_conflict";
    public const string VersionMismatch = "version_mismatch";
    public const string TooLarge = "too_large";
    public const string SchemaMismatch = "schema_mismatch";
    public const string UnknownEvent = "unknown_event";
    public const string StorageUnavailable = "storage_unavailable";
    public const string IndexBehind = "index_behind";
    public const string Overloaded = "overloaded";
    public const string Stopping = "stopping";
    public const string InternalError = "internal_error";
}
