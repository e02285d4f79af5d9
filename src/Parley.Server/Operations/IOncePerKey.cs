using Microsoft.AspNetCore.Http;

namespace Parley.Server.Operations;

/// <summary>Whether an operation that creates something does so only once per <c>Idempotency-Key</c>: a client that got no answer and retries gets
/// the first answer.</summary>
internal enum OncePerKey
{
    /// <summary>It ignores the header.</summary>
    No,

    Yes,

    /// <summary>The answer contains a secret, which is shown only once: the same key again gets 409.</summary>
    WithSecret,
}

/// <summary>Runs a creation once per <c>Idempotency-Key</c>. Declared here and implemented in Idempotency, which knows projects and
/// callers.</summary>
internal interface IOncePerKey
{
    internal const string Header = "Idempotency-Key";

    /// <param name="fingerprint">The fingerprint of the request.</param>
    /// <param name="create">Creates the item; not called if it was created before.</param>
    /// <param name="isSecret">The answer contains a secret.</param>
    ValueTask<Answer> RunAsync(HttpContext http, long fingerprint, Func<ValueTask<Answer>> create, bool isSecret);
}
