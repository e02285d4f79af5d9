using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;

namespace Parley.Server.Rest;

/// <summary>Runs a creation once for each <c>Idempotency-Key</c>. Declared here and implemented by the room of the keys, which knows projects
/// and callers.</summary>
internal interface IOncePerKey
{
    /// <param name="secret">The answer holds a secret, which is told once: the same key again is 409.</param>
    ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, bool secret);
}

internal static class OncePerKeyConventions
{
    internal const string Header = "Idempotency-Key";

    /// <summary>Makes an endpoint that creates something create it once for each <c>Idempotency-Key</c>: whoever asks again, because it heard
    /// no answer, gets the first one.</summary>
    /// <inheritdoc cref="IOncePerKey.InvokeAsync" path="/param[@name='secret']"/>
    public static RouteHandlerBuilder OncePerKey(this RouteHandlerBuilder endpoint, bool secret = false) => endpoint
        .AddEndpointFilter((context, next) => context.HttpContext.Request.Headers.ContainsKey(Header)
            ? context.HttpContext.RequestServices.GetRequiredService<IOncePerKey>().InvokeAsync(context, next, secret)
            : next(context))
        .Refuses(ErrorCodes.IdempotencyConflict, ErrorCodes.InvalidRequest);
}
