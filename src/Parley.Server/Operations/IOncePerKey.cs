using Microsoft.AspNetCore.Http;

namespace Parley.Server.Operations;

/// <summary>Whether an operation that creates something does so once for each <c>Idempotency-Key</c>: whoever asks again, because it heard
/// no answer, gets the first one.</summary>
internal enum OncePerKey
{
    /// <summary>The header means nothing to it.</summary>
    No,

    Yes,

    /// <summary>The answer holds a secret, which is told once: the same key again is 409.</summary>
    WithSecret,
}

/// <summary>Runs a creation once for each <c>Idempotency-Key</c>. Declared here and implemented by the room of the keys, which knows projects
/// and callers.</summary>
internal interface IOncePerKey
{
    internal const string Header = "Idempotency-Key";

    /// <param name="fingerprint">Over what was asked.</param>
    /// <param name="create">Makes it; not called when it was made before.</param>
    /// <param name="isSecret">The answer holds a secret.</param>
    ValueTask<Answer> RunAsync(HttpContext http, long fingerprint, Func<ValueTask<Answer>> create, bool isSecret);
}
