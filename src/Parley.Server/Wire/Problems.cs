using System.Globalization;
using Parley.Protocol;

namespace Parley.Server.Wire;

/// <summary>All refusals, as sentences that say what is wrong and, if it is not obvious, what to do.</summary>
internal static class Problems
{
    public static ApiProblem InvalidField(string field, string reason) =>
        Invalid(new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { [field] = [reason] });

    /// <param name="errors">Reasons by field; at least one.</param>
    public static ApiProblem Invalid(IReadOnlyDictionary<string, IReadOnlyList<string>> errors)
    {
        var (field, reasons) = errors.First();
        var rest = errors.Sum(error => error.Value.Count) - 1;
        var more = rest > 0 ? string.Create(CultureInfo.InvariantCulture, $" (and {rest} more)") : "";
        // A reason may end with a question.
        var end = more.Length == 0 && reasons[0].EndsWith('?') ? "" : ".";
        return new ApiProblem(ErrorCodes.InvalidRequest, $"{field}: {reasons[0]}{more}{end}") { Errors = errors };
    }

    /// <summary>For a request that is wrong as a whole, so that no field can be named.</summary>
    public static ApiProblem InvalidRequest(string detail) => new(ErrorCodes.InvalidRequest, detail);

    public static ApiProblem UnknownEvent(string name) =>
        new(ErrorCodes.UnknownEvent, $"There is no event '{Shown(name)}' that a client can send.");

    public static ApiProblem Unauthorized(string detail = "A token is required: send it as 'Authorization: Bearer TOKEN'.") =>
        new(ErrorCodes.Unauthorized, detail);

    /// <summary>For a caller that was waiting when it happened.</summary>
    public static ApiProblem TokenEnded() => Unauthorized("The token was revoked, was replaced, or expired during the call.");

    /// <param name="why">What is wrong with the ticket: a sentence.</param>
    public static ApiProblem SignInRefused(string why) => new(ErrorCodes.SignInRefused, $"{why} Run 'parley dashboard' for a new link.");

    public static ApiProblem Forbidden(string detail) => new(ErrorCodes.Forbidden, detail);

    /// <summary>Also used for what exists but may not be read, because the two must look the same.</summary>
    /// <param name="what">The noun, such as <c>message</c>.</param>
    public static ApiProblem NotFound(string what, string id) => new(ErrorCodes.NotFound, $"There is no {what} '{Shown(id)}'.");

    public static ApiProblem NoSuchPath(string path) => new(ErrorCodes.NotFound, $"There is nothing at '{Shown(path)}'.");

    public static ApiProblem MethodNotAllowed(string method) =>
        new(ErrorCodes.MethodNotAllowed, $"This path does not take the method '{Shown(method)}'.");

    public static ApiProblem UnsupportedMediaType(string detail) => new(ErrorCodes.UnsupportedMediaType, detail);

    /// <param name="errors">Reasons by location in the payload (<c>payload/title</c>); at least one.</param>
    /// <param name="more">How many more reasons there are.</param>
    public static ApiProblem SchemaMismatch(string messageType, IReadOnlyDictionary<string, IReadOnlyList<string>> errors, int more)
    {
        var (place, reasons) = errors.First();
        var rest = errors.Sum(error => error.Value.Count) - 1 + more;
        var others = rest > 0 ? string.Create(CultureInfo.InvariantCulture, $" (and {rest} more)") : "";
        return new ApiProblem(
            ErrorCodes.SchemaMismatch, $"The payload does not match the schema of '{Shown(messageType)}'; nothing was sent. {place}: {reasons[0]}{others}.")
        {
            Errors = errors,
        };
    }

    /// <param name="near">The address that was probably meant, if there is a similar one.</param>
    public static ApiProblem UnknownRecipient(string name, string? near = null) =>
        new(ErrorCodes.UnknownRecipient, $"There is no recipient '{Shown(name)}' in this project; nothing was sent.{Meant(near)}");

    public static ApiProblem NobodyToReply(IReadOnlyList<string> to) => new(
        ErrorCodes.UnknownRecipient, $"'{Shown(string.Join(", ", to))}' has no agent other than the sender, so nobody could reply; nothing was sent.");

    /// <param name="ids">The agents with this name; at least two.</param>
    public static ApiProblem AmbiguousRecipient(string name, IReadOnlyCollection<string> ids)
    {
        const int most = 10;
        var more = ids.Count > most ? string.Create(CultureInfo.InvariantCulture, $" and {ids.Count - most} more") : "";
        return new ApiProblem(
            ErrorCodes.UnknownRecipient,
            string.Create(CultureInfo.InvariantCulture, $"{ids.Count} agents have the name '{Shown(name)}'; nothing was sent. ")
            + $"Use the id of the one you mean: {string.Join(", ", ids.Take(most).Select(Shown))}{more}.");
    }

    /// <param name="near">The capability that was probably meant, if there is a similar one.</param>
    public static ApiProblem NoCapableAgent(string capability, string? near = null) =>
        new(ErrorCodes.NoCapableAgent, $"No agent in this project has the capability '{Shown(capability)}'; nothing was sent.{Meant(near)}");

    public static ApiProblem MailboxFull(string agentId, int limit) => new(
        ErrorCodes.MailboxFull,
        string.Create(CultureInfo.InvariantCulture, $"The mailbox of '{Shown(agentId)}' is full, with {limit} queued messages; nothing was sent."));

    public static ApiProblem AllMailboxesFull() =>
        new(ErrorCodes.MailboxFull, "The mailboxes of all recipients are full, so nobody got the message and nobody can reply.");

    /// <summary>A client that tries again anyway should not do so often.</summary>
    private static readonly TimeSpan BudgetWait = TimeSpan.FromSeconds(60);

    /// <param name="what">The noun, such as <c>agent</c>.</param>
    /// <param name="budget">What it may send, such as <c>100 messages</c>.</param>
    /// <param name="remedy">The command that raises it.</param>
    public static ApiProblem BudgetSpent(string what, string id, string budget, string remedy) => new(
        ErrorCodes.BudgetSpent, $"The {what} '{Shown(id)}' has spent its message budget of {budget}; nothing was sent. An operator can raise it: {remedy}")
    {
        RetryAfter = BudgetWait,
    };

    /// <summary>Something is left, but not enough for this message.</summary>
    /// <inheritdoc cref="BudgetSpent"/>
    /// <param name="bytes">The size of the message.</param>
    public static ApiProblem BudgetTooSmall(string what, string id, long budget, long left, long bytes, string remedy) => new(
        ErrorCodes.BudgetSpent,
        string.Create(CultureInfo.InvariantCulture, $"The {what} '{Shown(id)}' has {left} bytes left of its message budget of {budget} bytes, and this message has {bytes}; nothing was sent. ")
        + $"An operator can raise it: {remedy}")
    {
        RetryAfter = BudgetWait,
    };

    public static ApiProblem LeaseLost(string messageId) =>
        new(ErrorCodes.LeaseLost, $"The lease on message '{Shown(messageId)}' has ended: somebody else has the delivery now, or it is settled.");

    public static ApiProblem RateLimited(TimeSpan retryAfter) => new(
        ErrorCodes.RateLimited,
        string.Create(CultureInfo.InvariantCulture, $"Too many requests for the rate limit; try again in {Math.Max(retryAfter.TotalSeconds, 0.001):0.###} s."))
    {
        RetryAfter = retryAfter,
    };

    /// <summary>One caller's bodies in flight take too much memory.</summary>
    public static ApiProblem TooMuchUnderWay() => new(
        ErrorCodes.RateLimited, "This token's requests that are being received and stored use too much memory; send fewer at a time.");

    /// <summary>All callers' bodies in flight take too much memory.</summary>
    public static ApiProblem Overloaded() => new(
        ErrorCodes.Overloaded, "The server does not have enough memory for this request now; nothing was stored. Send it again in a moment.");

    public static ApiProblem TooManyConnections() => new(
        ErrorCodes.Overloaded, "The server has reached its limit of connections, in total or from one address. Try again in a moment.");

    public static ApiProblem RequestTimeout(string messageId, TimeSpan waited) => new(
        ErrorCodes.RequestTimeout,
        string.Create(CultureInfo.InvariantCulture, $"No reply to message '{messageId}' within {waited.TotalSeconds:0.###} s; a later reply arrives as an ordinary message."));

    public static ApiProblem ExecutionEnded(string executionId) =>
        new(ErrorCodes.ExecutionEnded, $"The execution '{Shown(executionId)}' has ended and cannot be changed.");

    /// <param name="version">The current version; 0 if there is no such item.</param>
    public static ApiProblem VersionMismatch(string what, string id, long version) => new(
        ErrorCodes.VersionMismatch,
        version == 0
            ? $"There is no {what} '{Shown(id)}', so the version does not match; nothing was changed."
            : string.Create(CultureInfo.InvariantCulture, $"The {what} '{Shown(id)}' has version {version}; nothing was changed."));

    public static ApiProblem Conflict(string detail) => new(ErrorCodes.Conflict, detail);

    /// <param name="what">The noun, in lower case.</param>
    public static ApiProblem AlreadyExists(string what, string id) =>
        new(ErrorCodes.Conflict, $"{("aeiou".Contains(what[0]) ? "An" : "A")} {what} '{Shown(id)}' already exists.");

    public static ApiProblem IdempotencyConflict(string key) => new(
        ErrorCodes.IdempotencyConflict,
        $"The idempotency key '{Shown(key)}' was used for a different request within the last 24 hours.");

    /// <param name="what">What is too large, such as <c>The body</c>.</param>
    public static ApiProblem TooLarge(string what, long limitBytes) => new(
        ErrorCodes.TooLarge,
        string.Create(CultureInfo.InvariantCulture, $"{what} is larger than {limitBytes} bytes."));

    /// <param name="told">What is known about the cause.</param>
    public static ApiProblem StorageUnavailable(TimeSpan? retryAfter = null, string? told = null) =>
        new(ErrorCodes.StorageUnavailable, told ?? "The store is unavailable; nothing was stored.") { RetryAfter = retryAfter };

    public static ApiProblem IndexBehind() => new(
        ErrorCodes.IndexBehind, "The index has not caught up yet. After an import, or under heavy load, this takes a while.")
    {
        RetryAfter = TimeSpan.FromSeconds(2),
    };

    public static ApiProblem Stopping(TimeSpan? retryAfter = null) =>
        new(ErrorCodes.Stopping, "The server is stopping; reconnect in a moment.") { RetryAfter = retryAfter };

    public static ApiProblem Internal() =>
        new(ErrorCodes.InternalError, "The server failed to handle this request; the reason is in its log.");

    private static string Meant(string? near) => near is null ? "" : $" Did you mean '{Shown(near)}'?";

    /// <summary>A client's own text, shortened so that a hostile name cannot make the answer or the log long.</summary>
    public static string Shown(string text)
    {
        const int Longest = 80;
        return text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "...");
    }
}
